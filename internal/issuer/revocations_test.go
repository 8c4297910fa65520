package issuer_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/issuertest"
)

// feed reads the feed and what it tells.
func feed(t *testing.T, f *issuertest.Flow, since string) (next string, revoked map[any]bool, more bool) {
	t.Helper()
	q := url.Values{}
	if since != "" {
		q.Set("since", since)
	}
	a := f.H.Get(f.H.Replica, "/oauth2/revocations", q, issuertest.Basic(f.App, f.Secret))
	if a.Status != http.StatusOK || a.Header.Get("Content-Type") != "application/jwt" {
		t.Fatalf("revocations: %d %s", a.Status, a.Body)
	}
	token, err := jose.ParseSignedCompact(a.Body, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || token.Signatures[0].Protected.ExtraHeaders["typ"] != "revocations+jwt" {
		t.Fatalf("the feed is not signed: %v", err)
	}
	c := issuertest.Claims(a.Body)
	if c["aud"] != f.App.ID.String() || c["iss"] != f.H.Server.URL {
		t.Errorf("the feed is %v", c)
	}
	items, _ := c["revoked"].([]any)
	revoked = map[any]bool{}
	for _, item := range items {
		x, _ := item.(map[string]any)
		revoked[x["sid"]], revoked[x["grant_id"]] = true, true
	}
	next, _ = c["next"].(string)
	more, _ = c["more"].(bool)
	return next, revoked, more
}

func TestRevocationsFeed(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		first, again := f.Tokens(), f.Tokens()
		next, revoked, _ := feed(t, f, "")
		if len(revoked) != 0 {
			t.Errorf("at first there are %v", revoked)
		}
		// A grant that ends alone.
		grant := issuertest.Claims(first.Text("access_token"))["grant_id"]
		h.Post(h.Replica, "/oauth2/revoke", url.Values{"token": {first.Text("access_token")}}, issuertest.Basic(f.App, f.Secret))
		next, revoked, _ = feed(t, f, next)
		if !revoked[grant] || revoked[issuertest.Claims(again.Text("access_token"))["grant_id"]] {
			t.Errorf("after a revocation there are %v", revoked)
		}
		if _, err := h.Roster.SetActive(t.Context(), h.Staff, f.Member.ID, false); err != nil {
			t.Fatal(err)
		}
		next, revoked, _ = feed(t, f, next)
		if sid := f.Session.ID.UUID.UUID(); !revoked[sid] {
			t.Errorf("after the end of %s there are %v", sid, revoked)
		}
		// Overlap: what was committed late is not missed; it ends after a while.
		if _, revoked, _ = feed(t, f, next); len(revoked) == 0 {
			t.Error("the feed does not overlap")
		}
		h.Clock.Advance(11 * time.Minute)
		if _, revoked, _ = feed(t, f, next); len(revoked) != 0 {
			t.Errorf("after all tokens have expired there are %v", revoked)
		}
		// Nobody else's, and nobody without a secret.
		other, secret := h.App(tenant.App{Name: "Other"})
		g := *f
		g.App, g.Secret = other, secret
		if _, revoked, _ := feed(t, &g, ""); len(revoked) != 0 {
			t.Errorf("another app reads %v", revoked)
		}
		wantError(t, "no secret", h.Get(h.Replica, "/oauth2/revocations", nil), http.StatusUnauthorized, "invalid_client")
		for _, since := range []string{"x", "1.x", "-"} {
			wantError(t, since, h.Get(h.Replica, "/oauth2/revocations", url.Values{"since": {since}}, issuertest.Basic(f.App, f.Secret)), http.StatusBadRequest, "invalid_request")
		}
		if _, err := h.Roster.SetAppStatus(t.Context(), f.App.ID, roster.Precondition{}, tenant.AppDisabled); err != nil {
			t.Fatal(err)
		}
		wantError(t, "turned off", h.Get(h.Replica, "/oauth2/revocations", nil, issuertest.Basic(f.App, f.Secret)), http.StatusUnauthorized, "invalid_client")
	})
}
