package mail_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"rollcall/internal/mail"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/mailsink"
)

func now() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

func letter(t *testing.T, kind roster.MailKind, to roster.Email, language string, data any) mail.Letter {
	t.Helper()
	post := mail.Post{Key: secret.NewKey()}
	d, err := post.Draft(kind, to, language, data)
	if err != nil {
		t.Fatalf("Draft: %v", err)
	}
	l, err := post.Open(roster.Mail{MailDraft: d})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return l
}

func carrier(t *testing.T, sink *mailsink.Sink) *mail.SMTP {
	t.Helper()
	server, err := mail.ParseServer(sink.URL())
	if err != nil {
		t.Fatal(err)
	}
	c := &mail.SMTP{Server: server, From: mail.Sent{Name: "Acme, Inc. \"R&D\"", Address: "no-reply@gateway.example"}, Now: now}
	t.Cleanup(c.Rest)
	return c
}

func mailID(n byte) roster.MailID { return roster.MailID{UUID: tenant.UUID{15: n}} }

func invite(tenant string) mail.Invite {
	return mail.Invite{Tenant: tenant, Inviter: "Ann", FirstName: "Bo", Role: "editor", Message: "Hi!\nSee you <b>soon</b>", Link: "https://gateway.example/invite/accept?token=inv_x", Expires: now()}
}

func TestCarryOverOneConnection(t *testing.T) {
	t.Parallel()
	sink := mailsink.New(t)
	c := carrier(t, sink)
	for i, to := range []roster.Email{"bo@corp.example", "cy@corp.example"} {
		if err := c.Carry(t.Context(), mailID(byte(i+1)), letter(t, roster.MailInvite, to, "de-CH", invite("Zürich & Söhne"))); err != nil {
			t.Fatalf("Carry: %v", err)
		}
	}
	m := sink.To(t.Context(), t, "cy@corp.example", 1)
	if m.Subject != "Ann lädt Sie zu Zürich & Söhne ein" || m.From != "no-reply@gateway.example" {
		t.Errorf("subject %q from %q", m.Subject, m.From)
	}
	if !strings.Contains(m.Text, "> Hi!\n> See you <b>soon</b>") || !strings.Contains(m.HTML, "&lt;b&gt;soon&lt;/b&gt;") || !strings.Contains(m.HTML, `lang="de"`) {
		t.Errorf("text %s\nhtml %s", m.Text, m.HTML)
	}
	if got := m.Links(); len(got) != 1 || got[0] != "https://gateway.example/invite/accept?token=inv_x" {
		t.Errorf("links = %v", got)
	}
	if m.Header.Get("Auto-Submitted") != "auto-generated" || m.Header.Get("Date") == "" || !strings.HasSuffix(m.Header.Get("Message-Id"), "@gateway.example>") {
		t.Errorf("headers = %v", m.Header)
	}
}

// TestAttackI13HeadersCantBeInjected puts line ends, HTML and endless names where a tenant or an admin can write.
func TestAttackI13HeadersCantBeInjected(t *testing.T) {
	t.Parallel()
	sink := mailsink.New(t)
	c := carrier(t, sink)
	evil := invite("Acme\r\nBcc: victim@evil.example\r\n\r\n<script>alert(1)</script>\u2028X-A: b\u202e")
	evil.Inviter, evil.FirstName = "Ann\nCc: all@evil.example", "\r\n-> Click https://evil.example"
	evil.Message = strings.Repeat("long ", 10_000) + "\r\n.\r\nMAIL FROM:<x@evil.example>"
	if err := c.Carry(t.Context(), mailID(1), letter(t, roster.MailInvite, "bo@corp.example", "", evil)); err != nil {
		t.Fatalf("Carry: %v", err)
	}
	all := sink.Mails()
	if len(all) != 1 || all[0].To != "bo@corp.example" {
		t.Fatalf("mails = %d", len(all))
	}
	m := all[0]
	for _, name := range []string{"Bcc", "Cc", "X-A"} {
		if m.Header.Get(name) != "" {
			t.Errorf("the header %s was injected", name)
		}
	}
	if strings.Contains(m.HTML, "<script>") || strings.Contains(m.HTML, `href="https://evil.example`) || strings.ContainsAny(m.Subject, "\r\n\u2028\u202e") {
		t.Errorf("subject %q, html %s", m.Subject, m.HTML[:min(len(m.HTML), 2000)])
	}
}

// TestANoToOurOwnAddressIsNoBounce holds that what the operator must mend costs nobody's mail.
func TestANoToOurOwnAddressIsNoBounce(t *testing.T) {
	t.Parallel()
	sink := mailsink.New(t)
	c := carrier(t, sink)
	sink.RefuseFrom(c.From.Address, 550, 1)
	err := c.Carry(t.Context(), mailID(1), letter(t, roster.MailSignInCode, "bo@corp.example", "", mail.Code{Tenant: "Acme", Code: "123456"}))
	if refusal, _ := errors.AsType[*mail.Refusal](err); refusal == nil || refusal.Permanent {
		t.Errorf("Carry = %v, want a refusal that may end", err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	sink := mailsink.New(t)
	c := carrier(t, sink)
	sink.Refuse("gone@corp.example", 550, -1)
	sink.Refuse("busy@corp.example", 451, 1)
	carry := func(to roster.Email) error {
		return c.Carry(t.Context(), mailID(1), letter(t, roster.MailSignInCode, to, "", mail.Code{Tenant: "Acme", Code: "123456", Minutes: 10}))
	}
	refusal, _ := errors.AsType[*mail.Refusal](carry("gone@corp.example"))
	if refusal == nil || !refusal.Permanent || !strings.Contains(refusal.Text, "no mailbox here") {
		t.Errorf("a mailbox that is gone: %+v", refusal)
	}
	refusal, _ = errors.AsType[*mail.Refusal](carry("busy@corp.example"))
	if refusal == nil || refusal.Permanent {
		t.Errorf("a mailbox that is busy: %+v", refusal)
	}
	for _, to := range []roster.Email{"busy@corp.example", "fine@corp.example"} { // the connection goes on
		if err := carry(to); err != nil {
			t.Errorf("Carry to %s: %v", to, err)
		}
	}
}

// TestWithoutTLSNothingLeaves holds that STARTTLS is not optional, and that certificates are checked.
func TestWithoutTLSNothingLeaves(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sink"}, NotBefore: now(), NotAfter: now().AddDate(50, 0, 0), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	for name, c := range map[string]struct {
		sink *mailsink.Sink
		url  string
	}{
		"a server without STARTTLS":    {mailsink.New(t), "smtp://"},
		"an unknown certificate":       {mailsink.NewTLS(t, config, false), "smtp://"},
		"one from the first byte":      {mailsink.NewTLS(t, config, true), "smtps://"},
		"a server that is not there":   {&mailsink.Sink{Addr: "127.0.0.1:1"}, "smtp://"},
		"plain text where TLS is said": {mailsink.New(t), "smtps://"},
	} {
		server, err := mail.ParseServer(c.url + c.sink.Addr)
		if err != nil {
			t.Fatal(err)
		}
		s := &mail.SMTP{Server: server, From: mail.Sent{Address: "no-reply@gateway.example"}, Now: now}
		err = s.Carry(t.Context(), mailID(1), letter(t, roster.MailSignInCode, "a@corp.example", "", mail.Code{Tenant: "Acme", Code: "1"}))
		if _, said := errors.AsType[*mail.Refusal](err); err == nil || said {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(c.sink.Mails()); n != 0 {
			t.Errorf("%s: %d mails left", name, n)
		}
	}
}

func TestParseServer(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]mail.Server{
		"smtp://u:p%40ss@mx.example":        {Host: "mx.example", Port: 587, User: "u", Password: "p@ss"},
		"smtps://u:p@mx.example":            {Host: "mx.example", Port: 465, User: "u", Password: "p", Implicit: true},
		"smtp://mx.example:25?tls=off":      {Host: "mx.example", Port: 25, Plain: true},
		"smtp://u:p@127.0.0.1:1025?tls=off": {Host: "127.0.0.1", Port: 1025, User: "u", Password: "p", Plain: true},
	} {
		if got, err := mail.ParseServer(raw); err != nil || got != want {
			t.Errorf("ParseServer(%q) = %+v, %v; want %+v", raw, got, err, want)
		}
	}
	for _, raw := range []string{"", "mx.example", "http://mx.example", "smtp://", "smtp://h/x", "smtp://h?tls=on", "smtps://h?tls=off", "smtp://u:secret@mx.example?tls=off", "smtp://h:port"} {
		if _, err := mail.ParseServer(raw); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("ParseServer(%q) = %v", raw, err)
		}
	}
}

func TestParseFrom(t *testing.T) {
	t.Parallel()
	if got, err := mail.ParseFrom(`"Acme" <no-reply@acme.example>`); err != nil || got != (mail.Sent{Name: "Acme", Address: "no-reply@acme.example"}) {
		t.Errorf("ParseFrom = %+v, %v", got, err)
	}
	for _, raw := range []string{"", "acme", "a@b@c", "<>"} {
		if _, err := mail.ParseFrom(raw); err == nil {
			t.Errorf("ParseFrom(%q) takes it", raw)
		}
	}
}
