// Package dns asks for TXT records, each question to two resolvers, and tells their answers apart: nothing
// there, no such name, an error, silence. Go's own resolver says of all these only that there was no answer,
// asks one server, and does as a file of the machine says.
package dns

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"rollcall/internal/tenant"
)

// The limits.
const (
	DefaultTimeout = 5 * time.Second
	MaxRecords     = 200     // more are not read, and prove nothing
	maxText        = 4 << 10 // of one record; a longer one is none of ours
	udpSize        = 1232    // of answers over UDP, which no path is known to break up (DNS flag day 2020)
)

// Client asks all its resolvers. The zero value asks nobody; make it with New.
type Client struct {
	resolvers []string
	timeout   time.Duration
}

// New makes a client that asks each of the resolvers (HOST:PORT); timeout bounds one question to one of
// them, attempts and the change to TCP included, 0: DefaultTimeout. At least two resolvers are needed,
// because an answer of a single one proves nothing.
func New(resolvers []string, timeout time.Duration) (*Client, error) {
	if len(resolvers) < 2 {
		return nil, errors.New("at least two resolvers are needed")
	}
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	return &Client{resolvers: resolvers, timeout: timeout}, nil
}

// TXT asks all resolvers at once for the TXT records of a host. There is one Look of each, in their order.
func (c *Client) TXT(ctx context.Context, host string) []tenant.Look {
	looks := make([]tenant.Look, len(c.resolvers))
	var all sync.WaitGroup
	for i, r := range c.resolvers {
		all.Go(func() { looks[i] = c.ask(ctx, r, host) })
	}
	all.Wait()
	return looks
}

// ask asks one resolver over UDP, once more when the first packet or its answer may have been lost, and over
// TCP when the answer does not fit (RFC 7766 §5).
func (c *Client) ask(ctx context.Context, resolver, host string) tenant.Look {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(host), dns.TypeTXT)
	q.SetEdns0(udpSize, false)
	q.AuthenticatedData = true // asks for the AD bit (RFC 6840 §5.7)

	answer, err := c.exchange(ctx, "udp", resolver, q, c.timeout*2/5)
	if err != nil {
		answer, err = c.exchange(ctx, "udp", resolver, q, c.timeout)
	}
	look := tenant.Look{Resolver: resolver}
	if err == nil && answer.Truncated {
		if answer, err = c.exchange(ctx, "tcp", resolver, q, c.timeout); err != nil || answer.Truncated {
			look.Outcome = tenant.LookTruncated
			return look
		}
	}
	if err != nil {
		look.Outcome = tenant.LookFailed
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() || ctx.Err() != nil {
			look.Outcome = tenant.LookTimeout
		}
		return look
	}
	return read(look, q, answer)
}

func (c *Client) exchange(ctx context.Context, network, resolver string, q *dns.Msg, wait time.Duration) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	q.Id = dns.Id()
	client := dns.Client{Net: network, Timeout: wait, UDPSize: udpSize}
	answer, _, err := client.ExchangeContext(ctx, q, resolver)
	return answer, err //nolint:wrapcheck // only its kind counts
}

// read takes from an answer what it says of the very name that was asked for.
func read(look tenant.Look, q, answer *dns.Msg) tenant.Look {
	host := q.Question[0].Name
	if !answer.Response || len(answer.Question) != 1 || !strings.EqualFold(answer.Question[0].Name, host) || answer.Question[0].Qtype != dns.TypeTXT {
		look.Outcome = tenant.LookFailed
		return look
	}
	look.Authentic = answer.AuthenticatedData
	switch answer.Rcode {
	case dns.RcodeSuccess:
		look.Outcome = tenant.LookAnswered
	case dns.RcodeNameError:
		look.Outcome = tenant.LookNoName
	default:
		look.Outcome = tenant.LookFailed
	}
	for _, rr := range answer.Answer {
		if !strings.EqualFold(rr.Header().Name, host) {
			continue // of another name, to which a CNAME leads
		}
		switch rr := rr.(type) {
		case *dns.CNAME:
			look.Alias = strings.TrimSuffix(rr.Target, ".")
		case *dns.TXT:
			look.Count++
			if text := unescape(strings.Join(rr.Txt, "")); len(text) <= maxText && look.Count <= MaxRecords {
				look.Values = append(look.Values, text)
			}
		}
	}
	if look.Outcome == tenant.LookAnswered && look.Count > MaxRecords {
		look.Outcome, look.Values = tenant.LookTooMany, nil
	}
	if look.Outcome != tenant.LookAnswered {
		look.Values = nil // an error with records is still an error
	}
	return look
}

// unescape turns the presentation form, in which the library hands texts out, back into the bytes that the
// record holds (RFC 1035 §5.1).
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\' || i+1 == len(s):
			b.WriteByte(s[i])
		case i+3 < len(s) && digit(s[i+1]) && digit(s[i+2]) && digit(s[i+3]):
			b.WriteByte((s[i+1]-'0')*100 + (s[i+2]-'0')*10 + s[i+3] - '0')
			i += 3
		default:
			i++
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
