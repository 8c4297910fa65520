package issuer

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const (
	// revocationsFor is how far back the feed goes: as long as an access token may live, and some.
	revocationsFor = AccessTokenLife + 5*time.Minute
	// revocationsOverlap is how much earlier than asked for the feed begins: a change is dated when its
	// transaction begins and seen when it is committed.
	revocationsOverlap = 90 * time.Second
	revocationsLife    = time.Minute
	maxRevocations     = 10_000
)

// KeepRevocations is how long ends must be kept for the feed, see roster.AppLocator.DropRevocations.
const KeepRevocations = revocationsFor + time.Hour

// revocationsClaims are those of the feed: a signed list of the sessions that ended lately, of those in which the
// app has signed people in, and of its grants that ended before their session. Access tokens with one of these are
// not good any more.
type revocationsClaims struct {
	Issuer   string        `json:"iss"`
	Audience string        `json:"aud"`
	Issued   int64         `json:"iat"`
	Expires  int64         `json:"exp"`
	Since    int64         `json:"since"` // from when on all is known, in seconds
	Next     string        `json:"next"`  // what to ask for the next time
	More     bool          `json:"more"`  // there are more: ask again at once with next
	Revoked  []revokedItem `json:"revoked"`
}

type revokedItem struct {
	Session string `json:"sid,omitempty"`
	Grant   string `json:"grant_id,omitempty"`
	At      int64  `json:"at"`
}

// revocations serves the feed. It is read every second by many, so it is one look at an
// index; entries may come more than once.
func (d *Door) revocations(w http.ResponseWriter, r *http.Request) {
	r, out := withNote(r), &completing{ResponseWriter: w}
	out.Header().Set("Cache-Control", "no-store")
	a, err := d.reader(r)
	if err != nil {
		op.WriteError(out, r, err, d.quiet)
		return
	}
	now := d.Now()
	after, ok := revocationsAfter(r.URL.Query().Get("since"), now)
	if !ok {
		invalidRequest(out, "since is the next of the last answer; leave it out the first time.")
		return
	}
	ended, err := d.Locator.Revocations(r.Context(), a.ID, after, maxRevocations)
	if err != nil {
		op.WriteError(out, r, fault(r.Context(), err), d.quiet)
		return
	}
	c := revocationsClaims{
		Issuer: d.Issuer, Audience: a.ID.String(), Issued: now.Unix(), Expires: now.Add(revocationsLife).Unix(), Since: after.At.Unix(),
		Next: strconv.FormatInt(now.UnixMilli(), 10), Revoked: []revokedItem{},
	}
	for _, e := range ended {
		item := revokedItem{Session: e.ID.UUID(), At: e.At.Unix()}
		if e.OfGrant {
			item = revokedItem{Grant: roster.GrantID{UUID: e.ID}.String(), At: e.At.Unix()}
		}
		c.Revoked = append(c.Revoked, item)
	}
	if len(ended) == maxRevocations {
		last := ended[len(ended)-1]
		c.More, c.Next = true, strconv.FormatInt(last.At.UnixMilli(), 10)+"."+last.ID.UUID()
	}
	signed, err := d.Keys.sign(r.Context(), typeRevocations, c)
	if err != nil {
		op.WriteError(out, r, fault(r.Context(), err), d.quiet)
		return
	}
	out.Header().Set("Content-Type", "application/jwt")
	_, _ = out.Write([]byte(signed))
}

// reader finds the app that reads the feed, by its secret in the Authorization header (RFC 6749 §2.3.1).
func (d *Door) reader(r *http.Request) (tenant.App, error) {
	name, password, ok := r.BasicAuth()
	id, err := url.QueryUnescape(name)
	text, err2 := url.QueryUnescape(password)
	if !ok || err != nil || err2 != nil || text == "" {
		return tenant.App{}, errClient()
	}
	return d.authenticated(r.Context(), &op.ClientCredentials{ClientID: id, ClientSecret: text})
}

// revocationsAfter reads since: milliseconds, and where a page of the list ended, the id there.
func revocationsAfter(since string, now time.Time) (after roster.Revocation, ok bool) {
	after.At = now.Add(-revocationsFor)
	if since == "" {
		return after, true
	}
	text, id, paged := strings.Cut(since, ".")
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return after, false
	}
	at := time.UnixMilli(ms)
	if paged {
		if after.ID, err = tenant.ParseUUID(id); err != nil {
			return after, false
		}
	} else {
		at = at.Add(-revocationsOverlap)
	}
	if at.After(after.At) {
		after.At = at
	} else {
		after.ID = tenant.UUID{}
	}
	return after, true
}
