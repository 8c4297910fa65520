package issuer_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
)

// browser follows redirects until they lead away from this machine.
type browser struct {
	t      *testing.T
	client *http.Client
	away   *url.URL
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t}
	b.client = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if b.away = r.URL; !strings.HasPrefix(r.URL.Host, "127.0.0.1") || len(via) > 9 {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return b
}

// follow returns where a page leads to.
func (b *browser) follow(page string) *url.URL {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, page, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.away = r.URL
	resp, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return b.away
}
