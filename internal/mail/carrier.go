package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"rollcall/internal/roster"
)

// Carrier hands letters to whoever delivers them.
type Carrier interface {
	// Carry returns a *Refusal when a server said that it won't take the letter, now or ever; other errors are of the
	// road to it.
	Carry(ctx context.Context, id roster.MailID, l Letter) error
	// Rest ends what is kept open between letters.
	Rest()
}

// Refusal is a server's no.
type Refusal struct {
	Permanent bool   // else it may take the letter later
	Text      string // what it said, on one line
}

// Error implements error.
func (r *Refusal) Error() string { return "the mail server refused: " + r.Text }

// Server is a mail server, as its URL says.
type Server struct {
	Host           string
	Port           int
	User, Password string
	Implicit       bool // TLS from the first byte
	Plain          bool // without TLS
}

// The ports of submission (RFC 8314).
const (
	portSubmission  = 587
	portSubmissions = 465
	carryTimeout    = 30 * time.Second
)

// ParseServer reads smtp://user:password@host:587, which must offer STARTTLS; smtps://host:465; or smtp://host:25?tls=off,
// which sends in the clear and is for a server on the same machine or network. The error never repeats the URL.
func ParseServer(raw string) (Server, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Path != "" && u.Path != "/" || u.Fragment != "" {
		return Server{}, errors.New("the mail server must be smtp://USER:PASSWORD@HOST:587 (STARTTLS), smtps://USER:PASSWORD@HOST:465, or smtp://HOST:PORT?tls=off on a network of your own")
	}
	s := Server{Host: u.Hostname(), Port: portSubmission, Implicit: u.Scheme == "smtps"}
	if s.Implicit {
		s.Port = portSubmissions
	}
	if p := u.Port(); p != "" {
		if s.Port, err = strconv.Atoi(p); err != nil {
			return Server{}, errors.New("the port of the mail server is no number")
		}
	}
	for key, values := range u.Query() {
		if key != "tls" || len(values) != 1 || values[0] != "off" || s.Implicit {
			return Server{}, errors.New("a mail server's URL takes no setting but tls=off, and that with smtp:// only")
		}
		s.Plain = true
	}
	s.User = u.User.Username()
	s.Password, _ = u.User.Password()
	if s.Plain && s.User != "" && !loopback(s.Host) {
		return Server{}, errors.New("a password for a mail server on another machine is not sent in the clear: leave tls=off out")
	}
	return s, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Sent is who mails come from.
type Sent struct {
	Name    string // such as the product's
	Address string
}

// ParseFrom reads an address, or NAME <ADDRESS>.
func ParseFrom(raw string) (Sent, error) {
	a, err := mail.ParseAddress(strings.TrimSpace(raw))
	if err != nil || strings.ContainsAny(a.Name, "\r\n") {
		return Sent{}, errors.New("mails must come from an address such as \"Acme <no-reply@acme.example>\"")
	}
	if _, err := roster.ParseEmail(a.Address); err != nil {
		return Sent{}, fmt.Errorf("mails can't come from this address: %w", err)
	}
	return Sent{Name: a.Name, Address: a.Address}, nil
}

// SMTP hands letters to a mail server. It keeps its connection between letters until Rest. It is for one goroutine.
type SMTP struct {
	Server Server
	From   Sent
	Now    func() time.Time

	client *gomail.Client
}

// Carry implements Carrier.
func (s *SMTP) Carry(ctx context.Context, id roster.MailID, l Letter) error {
	m, err := s.message(id, l)
	if err != nil {
		return err
	}
	if s.client == nil {
		if err := s.dial(ctx); err != nil {
			return err
		}
	}
	err = s.client.Send(m)
	if err == nil {
		return nil
	}
	refusal := refusalOf(err)
	if refusal == nil || s.client.Reset() != nil {
		s.Rest() // the connection may be broken
	}
	if refusal != nil {
		return refusal
	}
	return fmt.Errorf("send a mail: %w", err)
}

// Rest implements Carrier.
func (s *SMTP) Rest() {
	if s.client != nil {
		_ = s.client.Close()
		s.client = nil
	}
}

func (s *SMTP) dial(ctx context.Context) error {
	options := []gomail.Option{gomail.WithPort(s.Server.Port), gomail.WithTimeout(carryTimeout), gomail.WithoutSMTPUTF8()}
	switch {
	case s.Server.Implicit:
		options = append(options, gomail.WithSSL())
	case s.Server.Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.Server.User != "" {
		kind := gomail.SMTPAuthAutoDiscover
		if s.Server.Plain {
			kind = gomail.SMTPAuthPlainNoEnc
		}
		options = append(options, gomail.WithSMTPAuth(kind), gomail.WithUsername(s.Server.User), gomail.WithPassword(s.Server.Password))
	}
	c, err := gomail.NewClient(s.Server.Host, options...)
	if err != nil {
		return fmt.Errorf("make a mail client: %w", err)
	}
	if err := c.DialWithContext(ctx); err != nil {
		return fmt.Errorf("reach the mail server: %w", err)
	}
	s.client = c
	return nil
}

// message makes a letter a message (RFC 5322): headers are encoded by the library, and values have no line ends.
func (s *SMTP) message(id roster.MailID, l Letter) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	err := errors.Join(m.EnvelopeFrom(s.From.Address), m.FromFormat(s.From.Name, s.From.Address), m.To(string(l.To)))
	if err != nil {
		return nil, &Refusal{Permanent: true, Text: "the address can't be used in a mail"}
	}
	if to := m.GetTo(); len(to) != 1 || to[0].Address != string(l.To) { // the library reads it by another grammar
		return nil, &Refusal{Permanent: true, Text: "the address can't be used in a mail"}
	}
	_, host, _ := strings.Cut(s.From.Address, "@")
	m.SetMessageIDWithValue(id.UUID.UUID() + "@" + host) // the same when it is sent again, so that a reader drops the second
	m.SetDateWithValue(s.Now())
	m.Subject(l.Subject)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers by machines
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	return m, nil
}

// refusalOf finds what the server said; nil when it said nothing.
func refusalOf(err error) *Refusal {
	e, ok := errors.AsType[*gomail.SendError](err)
	if !ok || e.ErrorCode() < 400 {
		return nil
	}
	// A no to our own address is the operator's to mend, and no word on the recipient's.
	permanent := !e.IsTemp() && e.ErrorCode() >= 500 && e.Reason != gomail.ErrSMTPMailFrom
	return &Refusal{Permanent: permanent, Text: oneLine(e.Error())}
}

// maxSaid bounds what is kept of a server's words, in bytes.
const maxSaid = 300

func oneLine(s string) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if len(s) > maxSaid {
		s = strings.ToValidUTF8(s[:maxSaid], "")
	}
	return s
}
