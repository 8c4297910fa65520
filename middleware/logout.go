package middleware

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"
)

func urlQuery(s string) string { return url.QueryEscape(s) }

// forget drops the browsers of sessions of Rollcall's, and of grants.
func (g *Gate) forget(ids ...string) {
	if len(ids) == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for k, s := range g.sessions {
		if s.mu.TryLock() { // one whose tokens are being replaced is looked at by its own request
			if slices.Contains(ids, s.person.Session) || slices.Contains(ids, s.person.Grant) {
				delete(g.sessions, k)
			}
			s.mu.Unlock()
		}
	}
}

// Logout signs the person out here, and sends the browser on to be signed out at Rollcall (OpenID Connect
// RP-Initiated Logout 1.0). Mount it for POST.
func (g *Gate) Logout(w http.ResponseWriter, r *http.Request) {
	if err := new(http.CrossOriginProtection).Check(r); err != nil {
		http.Error(w, "This logout comes from another site.", http.StatusForbidden)
		return
	}
	q := url.Values{"client_id": {g.ClientID}}
	if g.AfterLogout != "" {
		q.Set("post_logout_redirect_uri", g.AfterLogout)
	}
	if c, err := r.Cookie(g.cookie(sessionCookie)); err == nil {
		g.mu.Lock()
		s := g.sessions[c.Value]
		delete(g.sessions, c.Value)
		g.mu.Unlock()
		if s != nil {
			s.mu.Lock()
			q.Set("id_token_hint", s.idToken)
			s.mu.Unlock()
		}
	}
	g.setCookie(w, sessionCookie, "", -time.Second)
	http.Redirect(w, r, g.metadata.Logout+"?"+q.Encode(), http.StatusSeeOther)
}

// maxLogout bounds a logout token's form, in bytes.
const maxLogout = 64 << 10

// BackChannel hears from Rollcall that a session has ended (OpenID Connect Back-Channel Logout 1.0 §2.5).
// Register its address with `rollcall app set --backchannel-uri`.
func (g *Gate) BackChannel(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, maxLogout)
	kind, payload, err := g.keys.verify(r.Context(), r.PostFormValue("logout_token"))
	var c struct {
		Issuer   string                     `json:"iss"`
		Audience string                     `json:"aud"`
		Expires  int64                      `json:"exp"`
		Session  string                     `json:"sid"`
		Nonce    *string                    `json:"nonce"`
		Events   map[string]json.RawMessage `json:"events"`
	}
	if err == nil {
		err = json.Unmarshal(payload, &c)
	}
	_, logout := c.Events["http://schemas.openid.net/event/backchannel-logout"]
	if err != nil || kind != "logout+jwt" || c.Issuer != g.Issuer || c.Audience != g.ClientID || g.Now().Unix() >= c.Expires ||
		c.Nonce != nil || !logout || c.Session == "" {
		http.Error(w, "This is no logout token for us.", http.StatusBadRequest)
		return
	}
	g.end(c.Session) // a second time does no harm
	w.WriteHeader(http.StatusOK)
}
