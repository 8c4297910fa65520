package browser

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// cookies keeps cookies by origin (RFC 6265bis, with each port as a host of its own).
type cookies struct {
	byOrigin map[string][]*kept
}

type kept struct {
	*http.Cookie
	path string
	ends time.Time // zero: with the browser
}

func newCookies() *cookies { return &cookies{byOrigin: map[string][]*kept{}} }

// store keeps what a server has set, as far as browsers would.
func (c *cookies) store(u *url.URL, set []*http.Cookie, now time.Time) {
	key := origin(u)
	for _, cookie := range set {
		if !acceptable(u, cookie) {
			continue
		}
		k := &kept{Cookie: cookie, path: cookie.Path, ends: cookie.Expires}
		if !strings.HasPrefix(k.path, "/") {
			k.path = defaultPath(u.Path)
		}
		if cookie.MaxAge > 0 {
			k.ends = now.Add(time.Duration(cookie.MaxAge) * time.Second)
		}
		c.byOrigin[key] = slices.DeleteFunc(c.byOrigin[key], func(old *kept) bool {
			return old.Name == k.Name && old.path == k.path
		})
		if cookie.MaxAge < 0 || !k.ends.IsZero() && !k.ends.After(now) {
			continue // deleted
		}
		c.byOrigin[key] = append(c.byOrigin[key], k)
	}
}

// acceptable says whether browsers keep such a cookie.
func acceptable(u *url.URL, cookie *http.Cookie) bool {
	switch {
	case cookie.Secure && !trustworthy(u):
		return false
	case cookie.SameSite == http.SameSiteNoneMode && !cookie.Secure:
		return false
	case strings.HasPrefix(cookie.Name, "__Secure-"):
		return cookie.Secure
	case strings.HasPrefix(cookie.Name, "__Host-"):
		return cookie.Secure && cookie.Path == "/" && cookie.Domain == ""
	}
	return true
}

// trustworthy tells where Secure cookies may live: Chrome and Firefox count loopback in.
func trustworthy(u *url.URL) bool {
	host := u.Hostname()
	ip, err := netip.ParseAddr(host)
	return u.Scheme == "https" || host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
}

// forRequest returns the cookies that go with a request.
func (c *cookies) forRequest(u *url.URL, method string, from site, script bool, now time.Time) []*http.Cookie {
	var sent []*http.Cookie
	for _, k := range c.byOrigin[origin(u)] {
		expired := !k.ends.IsZero() && !k.ends.After(now)
		if expired || !pathMatches(u.Path, k.path) || from == cross && !crosses(k.SameSite, method, script) {
			continue
		}
		sent = append(sent, &http.Cookie{Name: k.Name, Value: k.Value})
	}
	return sent
}

// crosses says whether a cookie goes with a request that another site started.
func crosses(mode http.SameSite, method string, script bool) bool {
	switch mode {
	case http.SameSiteNoneMode:
		return true
	case http.SameSiteStrictMode:
		return false
	default: // Lax, and what says nothing
		return !script && (method == http.MethodGet || method == http.MethodHead)
	}
}

func (c *cookies) value(u *url.URL, name string) (string, bool) {
	for _, k := range c.byOrigin[origin(u)] {
		if k.Name == name && pathMatches(u.Path, k.path) {
			return k.Value, true
		}
	}
	return "", false
}

// defaultPath is RFC 6265 §5.1.4.
func defaultPath(path string) string {
	last := strings.LastIndex(path, "/")
	if last <= 0 {
		return "/"
	}
	return path[:last]
}

// pathMatches is RFC 6265 §5.1.4.
func pathMatches(path, cookie string) bool {
	if path == "" {
		path = "/"
	}
	rest, ok := strings.CutPrefix(path, cookie)
	return ok && (rest == "" || strings.HasSuffix(cookie, "/") || strings.HasPrefix(rest, "/"))
}
