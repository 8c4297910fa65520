package issuer

import (
	"net/http"
	"strconv"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"

	"rollcall/internal/tenant"
)

const (
	// revocationsFor is how far back the feed goes: as long as an access token may live, and some.
	revocationsFor = AccessTokenLife + 5*time.Minute
	// revocationsOverlap is how much earlier than asked for the feed begins: a change is dated when its
	// transaction begins and seen when it is committed.
	revocationsOverlap = 90 * time.Second
	maxRevocations     = 10_000
)

// revocationsClaims are those of the feed: a signed list of the sessions that ended
// lately, of those in which the app has signed people in. Access tokens with one of these sids, or of one of
// these grants, are not good any more.
type revocationsClaims struct {
	Issuer   string        `json:"iss"`
	Audience string        `json:"aud"`
	Issued   int64         `json:"iat"`
	Expires  int64         `json:"exp"`
	Since    int64         `json:"since"` // what was asked for, or the earliest that is known
	Next     int64         `json:"next"`  // what to ask for the next time
	More     bool          `json:"more"`  // there are more: ask again at once with next
	Revoked  []revokedItem `json:"revoked"`
}

type revokedItem struct {
	Session string `json:"sid"`
	At      int64  `json:"at"`
}

// revocations serves the feed. It is read every second by many, so it is one look at an
// index; entries may come more than once.
func (d *Door) revocations(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	r = withNote(r)
	id, password, ok := r.BasicAuth()
	if !ok {
		w.Header().Set("WWW-Authenticate", `Basic realm="rollcall"`)
		writeError(w, http.StatusUnauthorized, "invalid_client", "Authenticate as an app, by its client_id and secret.")
		return
	}
	a, err := d.authenticated(r.Context(), &op.ClientCredentials{ClientID: id, ClientSecret: password})
	if err == nil && a.Auth == tenant.AppPublic {
		err = errClient()
	}
	if err != nil {
		op.WriteError(&completing{ResponseWriter: w}, r, err, d.Log)
		return
	}
	now := d.Now()
	since := now.Add(-revocationsFor)
	if text := r.URL.Query().Get("since"); text != "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			writeError(w, http.StatusBadRequest, "invalid_request", "since is a number of seconds since 1970, such as next of the last answer.")
			return
		}
		if asked := time.Unix(seconds, 0).Add(-revocationsOverlap); asked.After(since) {
			since = asked
		}
	}
	ended, err := d.Locator.RevokedSessions(r.Context(), a.ID, since, maxRevocations)
	if err != nil {
		op.WriteError(&completing{ResponseWriter: w}, r, fault(r.Context(), err), d.Log)
		return
	}
	c := revocationsClaims{
		Issuer: d.Issuer, Audience: a.ID.String(), Issued: now.Unix(), Expires: now.Add(time.Minute).Unix(), Since: since.Unix(), Next: now.Unix(),
		Revoked: []revokedItem{},
	}
	for _, s := range ended {
		c.Revoked = append(c.Revoked, revokedItem{s.Session.UUID.UUID(), s.At.Unix()})
	}
	if len(ended) == maxRevocations {
		c.More, c.Next = true, ended[len(ended)-1].At.Add(revocationsOverlap).Unix()
	}
	signed, err := d.Keys.sign(r.Context(), typeRevocations, c)
	if err != nil {
		op.WriteError(&completing{ResponseWriter: w}, r, fault(r.Context(), err), d.Log)
		return
	}
	w.Header().Set("Content-Type", "application/jwt")
	_, _ = w.Write([]byte(signed))
}
