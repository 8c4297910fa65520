package acceptance

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rollcall/internal/connect"
	"rollcall/internal/demoidp/op"
	letters "rollcall/internal/mail"
	"rollcall/internal/outbound"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/mailsink"
	"rollcall/invites"
)

// house is a gateway as people meet it: the program at work, a mail server that takes its mails, and the same database
// at hand for what would take too many clicks. Its clock is the program's, as its first answer says; whoever wants to
// have done something long ago uses past.
type house struct {
	*gateway

	in     *installation
	server *server
	url    string
	mails  *mailsink.Sink
	sender invites.Sender
	t      testing.TB
}

// onEachHouse runs a test on each database, each with a house of its own. env are further settings, as NAME=value.
func onEachHouse(t *testing.T, f func(t *testing.T, h *house), env ...string) {
	t.Helper()
	t.Parallel()
	onEachInstalled(t, func(t *testing.T, in *installation) { f(t, openHouse(t, in, env...)) })
}

func openHouse(t testing.TB, in *installation, env ...string) *house {
	t.Helper()
	h := &house{t: t, in: in, mails: mailsink.New(t)}
	addr := freeAddress(t)
	h.url = "http://" + strings.Replace(addr, "127.0.0.1", "localhost", 1) // passkeys need a name
	in.env = append(in.env, "ROLLCALL_OPERATOR_KEY="+operatorKey, "ROLLCALL_PUBLIC_URL="+h.url, "ROLLCALL_SMTP_URL="+h.mails.URL(),
		"ROLLCALL_MAIL_FROM=Rollcall <no-reply@rollcall.example>", "ROLLCALL_MAIL_RATE=1000")
	in.env = append(in.env, env...)
	h.server = in.serve(addr)
	h.gateway = newGateway(t, in.database)
	key := do[secret.Key](t)(secret.ParseKey(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{3}, 32))))
	h.sender = invites.Sender{Roster: h.roster, Post: letters.Post{Key: key}, Public: h.url}
	h.connect.Key, h.connect.PublicURL = key, h.url
	h.connect.Fetch = outbound.New(outbound.Config{Loopback: true}).Get
	res := h.ask(http.MethodGet, "/healthz", nil)
	now, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		t.Fatalf("the program tells no time: %v", err)
	}
	h.clock.advance(now.Sub(h.clock.Now()))
	return h
}

// past does something as if it were so long ago.
func (h *house) past(ago time.Duration, f func()) {
	h.clock.advance(-ago)
	f()
	h.clock.advance(ago)
}

// ask sends a request as a program does, and follows no redirect. The headers come in pairs; a body is a form.
func (h *house) ask(method, path string, body *string, headers ...string) *http.Response {
	h.t.Helper()
	var in *strings.Reader
	if in = strings.NewReader(""); body != nil {
		in = strings.NewReader(*body)
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(h.t.Context()), method, h.url+path, in)
	if err != nil {
		h.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	h.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// invite invites somebody in a tenant and returns the link. What is not set in d is the default.
func (h *house) invite(by roster.Staff, email string, d roster.InviteDraft) (roster.Invite, string) {
	h.t.Helper()
	d.Email = email
	i, link, err := h.sender.Create(h.t.Context(), by, d, false)
	if err != nil {
		h.t.Fatalf("invite %s: %v", email, err)
	}
	return i, link
}

// mailed is the link of the n-th mail to an address, from 1.
func (h *house) mailed(address string, n int) string {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), time.Minute)
	defer cancel()
	m := h.mails.To(ctx, h.t, address, n)
	if links := m.Links(); len(links) > 0 {
		return links[0]
	}
	h.t.Fatalf("the mail to %s has no link: %s", address, m.Text)
	return ""
}

// boss makes an admin of a tenant who has a name, and returns them as the one who speaks.
func (h *house) boss(a *account, email, name string) roster.Staff {
	h.t.Helper()
	m := do[roster.Member](h.t)(h.roster.AddMember(h.t.Context(), a.staff, email, "admin", name))
	return roster.Staff{Tenant: a.id, Actor: roster.Actor{Source: roster.SourceAdmin, ID: m.ID.String()}}
}

// openID is a running OpenID provider with an active connection to it, on which a tenant may insist.
func (h *house) openID(a *account, name string, accounts ...op.Account) (*op.Provider, tenant.Connection) {
	h.t.Helper()
	provider := op.New(op.Config{Accounts: accounts, Keys: []op.Key{do[op.Key](h.t)(op.NewKey("k1"))}, Now: time.Now, AutoLogin: true})
	server := httptest.NewServer(provider)
	h.t.Cleanup(server.Close)
	provider.SetIssuer(server.URL)
	c, err := h.connect.CreateOIDC(h.t.Context(), a.admin, connect.OIDCDraft{
		Name: name, Settings: tenant.OIDCSettings{Issuer: server.URL, ClientID: "gateway"}, Secret: secret.NewText("s3cret-for-the-test-only"), Ask: false,
	})
	if err != nil {
		h.t.Fatalf("create an OIDC connection: %v", err)
	}
	provider.AddClient(op.Client{ID: "gateway", Secret: "s3cret-for-the-test-only", RedirectURIs: []string{c.ID.URLs(h.url).Redirect}})
	return provider, c
}

// enforce has a tenant insist on a connection, with a way out for an admin.
func (h *house) enforce(a *account, c tenant.Connection, admin roster.Staff) {
	h.t.Helper()
	ctx := h.t.Context()
	do[tenant.Connection](h.t)(h.roster.ActivateConnection(ctx, a.admin, c.ID))
	c, _ = do[tenant.Config](h.t)(h.roster.Store.Reader(a.id).Config(ctx)).Connection(c.ID)
	do[tenant.Connection](h.t)(h.roster.NoteTested(ctx, a.admin, c.ID, c.Version))
	id := do[roster.MemberID](h.t)(roster.ParseMemberID(admin.Actor.ID))
	do[tenant.Tenant](h.t)(h.roster.AddBreakGlass(ctx, a.admin, id, "on call", time.Time{}))
	do[tenant.Tenant](h.t)(h.roster.EnforceSSO(ctx, a.admin, true))
}

// stateOf is the state of an invite.
func (h *house) stateOf(a *account, i roster.Invite) roster.InviteState {
	h.t.Helper()
	return do[roster.Invite](h.t)(h.roster.Invite(h.t.Context(), a.staff, i.ID)).State
}
