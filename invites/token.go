package invites

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

// errUnknown stands for every link that is none, whatever is wrong with it (SECURITY I1).
var errUnknown = &roster.Error{Kind: roster.NotFound, Detail: "There is no invite behind this link."}

// held is a token with what it is for.
type held struct {
	roster.InviteOffer
	token string
	hash  [32]byte
}

// held finds what the token of a request is for. In is what the request itself says; empty: the cookie counts. A network
// that tries many links that are none has to wait.
func (d *Door) held(w http.ResponseWriter, r *http.Request, in string) (held, error) {
	if in == "" {
		in = d.kept(r)
	}
	if wait := d.Limits.Guessed(r, false); wait > 0 {
		return held{}, reason.TooMany(w, wait)
	}
	h, err := d.find(r.Context(), tokenOf(in))
	if errors.Is(err, roster.NotFound) {
		if in != "" {
			d.Limits.Guessed(r, true)
		}
		return held{}, errUnknown
	}
	if err == nil {
		web.From(r.Context()).Tenant = h.Config.Tenant.ID
	}
	return h, err
}

// find asks the store even for what can't be a token, so that the answer takes the same time.
func (d *Door) find(ctx context.Context, token string) (held, error) {
	owner, hash, malformed := secret.ParseInvite(token)
	if malformed != nil {
		hash = secret.Hash(token)
		owner = [16]byte(hash[:16])
	}
	o, err := d.Roster.OpenInvite(ctx, tenant.ID{UUID: owner}, hash)
	if malformed != nil && err == nil {
		err = errUnknown
	}
	return held{o, token, hash}, err
}

// tokenOf takes the token out of a link that somebody pasted.
func tokenOf(text string) string {
	text = strings.TrimSpace(text)
	if u, err := url.Parse(text); err == nil && u.Query().Get("token") != "" {
		text = u.Query().Get("token")
	}
	return text
}

const (
	cookieLife  = time.Hour
	maxToken    = 256 // bytes; what is longer is no token
	maxFormSize = 16 << 10
)

// cookie is the name of the cookie that holds a token between the mail's link and the clean page.
func (d *Door) cookie() string {
	if d.insecure {
		return "rollcall-invite"
	}
	return "__Secure-rollcall-invite"
}

// kept is the token of the browser's cookie. Of several none is believed: somebody else put one there (SECURITY X6).
func (d *Door) kept(r *http.Request) string {
	found := r.CookiesNamed(d.cookie())
	if len(found) != 1 {
		return ""
	}
	return found[0].Value
}

// keep gives the browser a token, for the pages of this door alone; an empty one takes it away. Lax, because people come from
// their mail and from their identity provider.
func (d *Door) keep(w http.ResponseWriter, token string) {
	age := int(cookieLife / time.Second)
	if token == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // not secure on this machine alone, where there is no https
		Name: d.cookie(), Value: token, Path: "/invite", HttpOnly: true, Secure: !d.insecure, SameSite: http.SameSiteLaxMode, MaxAge: age,
	})
}

// local returns the path where somebody goes on; empty for the home page, and for what is none of ours.
func local(path string) string {
	if path = web.Local(path); path == pathHome {
		return ""
	}
	return path
}

// goTo sends the browser on by GET.
func goTo(w http.ResponseWriter, to string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// asking adds a query to a path.
func asking(path string, q url.Values) string {
	for name := range q {
		if q.Get(name) == "" {
			q.Del(name)
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
