package browser

import (
	"net/http"
	"net/url"
)

// site says how a request relates to the page that started it (Fetch Metadata, W3C).
type site string

const (
	typed site = "none"        // by the person: typed, or a bookmark
	own   site = "same-origin" // by the same origin
	cross site = "cross-site"  // by another
)

// request is one that a page or its person starts.
type request struct {
	method      string
	address     *url.URL
	from        *url.URL // the page it comes from; nil: typed
	contentType string
	body        []byte
	script      bool // not a navigation
}

// site compares the request with where it comes from.
func (r request) site() site {
	switch {
	case r.from == nil:
		return typed
	case origin(r.from) == origin(r.address):
		return own
	}
	return cross
}

// dress sets the headers that tell the server where the request comes from.
func (r request) dress(out *http.Request, from site) {
	out.Header.Set("User-Agent", "Mozilla/5.0 (tests of Rollcall)")
	out.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	out.Header.Set("Accept-Language", "en")
	out.Header.Set("Sec-Fetch-Site", string(from))
	if r.script {
		out.Header.Set("Sec-Fetch-Mode", "cors")
		out.Header.Set("Sec-Fetch-Dest", "empty")
	} else {
		out.Header.Set("Sec-Fetch-Mode", "navigate")
		out.Header.Set("Sec-Fetch-Dest", "document")
		out.Header.Set("Sec-Fetch-User", "?1")
	}
	if r.contentType != "" {
		out.Header.Set("Content-Type", r.contentType)
	}
	if r.from == nil {
		return
	}
	if r.method != http.MethodGet && r.method != http.MethodHead {
		out.Header.Set("Origin", origin(r.from))
	}
	// Referrer-Policy: strict-origin-when-cross-origin, which is what browsers do by themselves.
	referer := origin(r.from) + "/"
	if from == own {
		whole := *r.from
		whole.Fragment, whole.User = "", nil
		referer = whole.String()
	}
	out.Header.Set("Referer", referer)
}

// mostRedirects is where Chrome stops too.
const mostRedirects = 20

// navigate sends a request and follows redirects and pages that pass on, then shows the result.
func (b *Browser) navigate(r request) *Page {
	b.tb.Helper()
	from := r.site()
	for range mostRedirects {
		page := b.send(r, from)
		next, ok := r.redirected(page)
		if !ok {
			b.page = page
			if form := page.passing(); form != nil && !b.Hold {
				return b.Submit(form, nil)
			}
			return page
		}
		r = next
		if r.from != nil && r.site() == cross {
			from = cross // once it has been somewhere else it stays so
		}
	}
	b.tb.Fatalf("%s: more than %d redirects", r.address, mostRedirects)
	return nil
}

// redirected returns the request that an answer asks for in its stead.
func (r request) redirected(answer *Page) (request, bool) {
	location, err := r.address.Parse(answer.Header.Get("Location"))
	if err != nil || answer.Header.Get("Location") == "" {
		return r, false
	}
	switch answer.Status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther:
		if r.method != http.MethodHead {
			r.method = http.MethodGet
		}
		r.body, r.contentType = nil, ""
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return r, false
	}
	if location.Fragment == "" {
		location.Fragment = r.address.Fragment
	}
	r.address = location
	return r, true
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }
