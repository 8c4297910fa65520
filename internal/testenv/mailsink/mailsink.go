// Package mailsink is a mail server for tests: it takes mails by SMTP, keeps them, and refuses what it is told to.
package mailsink

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// Mail is a mail that came.
type Mail struct {
	From, To string // of the envelope
	Header   mail.Header
	Subject  string
	Text     string
	HTML     string
	Raw      []byte
}

var links = regexp.MustCompile(`https?://[^\s"<>]+`)

// Links are those of the text part, in order.
func (m Mail) Links() []string { return links.FindAllString(m.Text, -1) }

// Sink is a running mail server. It is safe for concurrent use.
type Sink struct {
	// Addr is where it listens, on 127.0.0.1.
	Addr string

	mu     sync.Mutex
	came   []Mail
	news   chan struct{} // closed when a mail comes
	refuse map[string]*smtp.SMTPError
	times  map[string]int // how often it refuses still; below 0: always
	after  func(n int)
}

// New starts a server without TLS, for URLs with tls=off. It ends with the test.
func New(tb testing.TB) *Sink {
	tb.Helper()
	return start(tb, nil, false)
}

// NewTLS starts a server with a certificate: from the first byte on, or with STARTTLS only.
func NewTLS(tb testing.TB, config *tls.Config, implicit bool) *Sink {
	tb.Helper()
	return start(tb, config, implicit)
}

func start(tb testing.TB, config *tls.Config, implicit bool) *Sink {
	tb.Helper()
	l, err := new(net.ListenConfig).Listen(context.WithoutCancel(tb.Context()), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("listen for mails: %v", err)
	}
	s := &Sink{Addr: l.Addr().String(), news: make(chan struct{}), refuse: map[string]*smtp.SMTPError{}, times: map[string]int{}}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{sink: s}, nil }))
	server.Domain, server.AllowInsecureAuth, server.TLSConfig = "sink.example", true, config
	server.ReadTimeout, server.WriteTimeout = time.Minute, time.Minute
	if implicit {
		l = tls.NewListener(l, config)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	tb.Cleanup(func() {
		_ = server.Close()
		if err := <-served; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			tb.Errorf("the mail server ended: %v", err)
		}
	})
	return s
}

// URL is what a gateway is told of the server.
func (s *Sink) URL() string { return "smtp://" + s.Addr + "?tls=off" }

// Refuse answers mails to an address with a code, such as 550 for good or 451 for now, the next times; below 0: always.
func (s *Sink) Refuse(to string, code, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse[to], s.times[to] = &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "no mailbox here by that name"}, times
}

// RefuseFrom is Refuse for the address that mails come from.
func (s *Sink) RefuseFrom(from string, code, times int) { s.Refuse(fromKey+from, code, times) }

// fromKey tells senders from recipients.
const fromKey = "from "

// After has f called with each mail that was taken, before its sender hears so.
func (s *Sink) After(f func(n int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = f
}

// Mails are those that came so far.
func (s *Sink) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.came...)
}

// To waits for the n-th mail to an address, from 1, and returns it. The test fails when ctx ends before.
func (s *Sink) To(ctx context.Context, tb testing.TB, address string, n int) Mail {
	tb.Helper()
	for {
		s.mu.Lock()
		news := s.news
		count := 0
		for _, m := range s.came {
			if strings.EqualFold(m.To, address) {
				if count++; count == n {
					s.mu.Unlock()
					return m
				}
			}
		}
		s.mu.Unlock()
		select {
		case <-news:
		case <-ctx.Done():
			tb.Fatalf("mail %d to %s did not come: %v (%d mails came)", n, address, ctx.Err(), len(s.Mails()))
		}
	}
}

// Wait waits until n mails came in all.
func (s *Sink) Wait(ctx context.Context, tb testing.TB, n int) []Mail {
	tb.Helper()
	for {
		s.mu.Lock()
		news, came := s.news, len(s.came)
		s.mu.Unlock()
		if came >= n {
			return s.Mails()
		}
		select {
		case <-news:
		case <-ctx.Done():
			tb.Fatalf("%d mails came, want %d: %v", came, n, ctx.Err())
		}
	}
}

func (s *Sink) refusal(to string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.times[to] == 0 {
		return nil
	}
	s.times[to]--
	return s.refuse[to]
}

func (s *Sink) take(m Mail) {
	s.mu.Lock()
	s.came = append(s.came, m)
	n, after := len(s.came), s.after
	close(s.news)
	s.news = make(chan struct{})
	s.mu.Unlock()
	if after != nil {
		after(n)
	}
}

type session struct {
	sink     *Sink
	from, to string
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if err := s.sink.refusal(fromKey + from); err != nil {
		return err
	}
	s.from = from
	return nil
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.sink.refusal(to); err != nil {
		return err
	}
	s.to = to
	return nil
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err //nolint:wrapcheck // it is the connection's
	}
	m, err := read(raw)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "the mail can't be read: " + err.Error()}
	}
	m.From, m.To = s.from, s.to
	s.sink.take(m)
	return nil
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.from, s.to = "", "" }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

// read takes a mail apart as a mail program does.
func read(raw []byte) (Mail, error) {
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, err //nolint:wrapcheck // the caller does
	}
	m := Mail{Header: msg.Header, Raw: raw}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject")); err != nil {
		return m, err //nolint:wrapcheck // the caller does
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		return m, errors.Join(errors.New("it is no multipart/alternative"), err)
	}
	parts := multipart.NewReader(msg.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if err != nil {
			return m, err //nolint:wrapcheck // the caller does
		}
		var body io.Reader = p
		if strings.EqualFold(p.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
			body = quotedprintable.NewReader(p)
		}
		b, err := io.ReadAll(body)
		if err != nil {
			return m, err //nolint:wrapcheck // the caller does
		}
		switch kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type")); kind {
		case "text/plain":
			m.Text = strings.ReplaceAll(string(b), "\r\n", "\n")
		case "text/html":
			m.HTML = string(b)
		}
	}
}
