// Package nameserver is a DNS server for tests: a real one, over UDP and TCP on the loopback interface, that
// answers as a test tells it to, also with errors, silence and lies.
package nameserver

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

// Reply is what a Server says of a name.
type Reply struct {
	Rcode int      // dns.RcodeSuccess and the like
	Texts []string // TXT records; one with "|" in it is sent as several strings
	Alias string   // a CNAME; the texts are then those of its target
	// Silent gives no answer at all; Truncated sets TC over UDP without records, and Stuck over TCP as well.
	Silent, Truncated, Stuck bool
	Authentic                bool // the AD bit
	// Other answers another question than was asked.
	Other bool
}

// Server is a running name server. Names that it does not know do not exist.
type Server struct {
	Address string // HOST:PORT

	mu      sync.Mutex
	replies map[string]Reply
	asked   []string
}

// Start starts a server that ends with the test.
func Start(tb testing.TB) *Server {
	tb.Helper()
	s := &Server{replies: map[string]Reply{}}
	udp, tcp, err := listen(tb)
	if err != nil {
		tb.Fatalf("listen for DNS: %v", err)
	}
	s.Address = udp.LocalAddr().String()
	for _, server := range []*dns.Server{{PacketConn: udp, Handler: s}, {Listener: tcp, Handler: s}} {
		ready := make(chan struct{})
		server.NotifyStartedFunc = func() { close(ready) }
		ended := make(chan error, 1)
		go func() { ended <- server.ActivateAndServe() }()
		<-ready
		tb.Cleanup(func() {
			if err := server.Shutdown(); err != nil {
				tb.Errorf("end the name server: %v", err)
			}
			<-ended //nolint:errcheck // it ends because it was told to
		})
	}
	return s
}

// listen finds a port that is free for both.
func listen(tb testing.TB) (net.PacketConn, net.Listener, error) {
	tb.Helper()
	var last error
	var config net.ListenConfig
	for range 20 {
		tcp, err := config.Listen(tb.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, fmt.Errorf("listen: %w", err)
		}
		udp, err := config.ListenPacket(tb.Context(), "udp", tcp.Addr().String())
		if err == nil {
			return udp, tcp, nil
		}
		last = err
		_ = tcp.Close()
	}
	return nil, nil, last
}

// Put says what the server answers for a name from now on.
func (s *Server) Put(name string, r Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replies[strings.ToLower(name)] = r
}

// Set puts TXT records.
func (s *Server) Set(name string, texts ...string) { s.Put(name, Reply{Texts: texts}) }

// Drop makes a name unknown.
func (s *Server) Drop(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.replies, strings.ToLower(name))
}

// Asked returns the names that were asked for, in order, and forgets them.
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.asked
	s.asked = nil
	return out
}

// ServeDNS implements dns.Handler.
func (s *Server) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	name := q.Question[0].Name
	key := strings.ToLower(strings.TrimSuffix(name, "."))
	s.mu.Lock()
	r, known := s.replies[key]
	s.asked = append(s.asked, key)
	s.mu.Unlock()
	if r.Silent {
		return
	}
	m := new(dns.Msg)
	m.SetReply(q)
	m.Rcode, m.AuthenticatedData, m.RecursionAvailable = r.Rcode, r.Authentic, true
	if !known {
		m.Rcode = dns.RcodeNameError
	}
	if r.Other {
		m.Question[0].Name = "other.example."
	}
	owner := name
	if r.Alias != "" {
		owner = dns.Fqdn(r.Alias)
		m.Answer = append(m.Answer, &dns.CNAME{Hdr: header(name, dns.TypeCNAME), Target: owner})
	}
	for _, text := range r.Texts {
		m.Answer = append(m.Answer, &dns.TXT{Hdr: header(owner, dns.TypeTXT), Txt: split(text)})
	}
	_, overTCP := w.RemoteAddr().(*net.TCPAddr)
	switch {
	case r.Stuck || r.Truncated && !overTCP:
		m.Answer, m.Truncated = nil, true
	case !overTCP:
		m.Truncate(size(q))
	}
	_ = w.WriteMsg(m)
}

func header(name string, kind uint16) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: kind, Class: dns.ClassINET, Ttl: 60}
}

// split cuts a text into the strings of its record, of at most 255 bytes each, in presentation form.
func split(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, "|") {
		for chunk := range slices.Chunk([]byte(part), 255) {
			out = append(out, strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(string(chunk)))
		}
	}
	return out
}

func size(q *dns.Msg) int {
	if o := q.IsEdns0(); o != nil {
		return int(o.UDPSize())
	}
	return dns.MinMsgSize
}
