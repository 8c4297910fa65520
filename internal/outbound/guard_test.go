package outbound

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// TestHTTPKeepsTheRules_S35_O16: what a library asks through the client, by any method, passes the same gates.
func TestHTTPKeepsTheRules_S35_O16(t *testing.T) {
	t.Parallel()
	base, roots, asked := site(t)
	post := func(c *Client, url string) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("code=x"))
		if err != nil {
			t.Fatal(err)
		}
		return c.HTTP().Do(req)
	}
	strict := New(Config{Roots: roots, Lookup: func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
	}})
	for url, want := range map[string]error{
		base + "/ok":                   ErrAddress,
		"https://inside.example/token": ErrAddress,
		"http://8.8.8.8/token":         ErrURL,
		"http://127.0.0.1/token":       ErrURL,
		"https://u@8.8.8.8/":           ErrURL,
	} {
		if _, err := post(strict, url); !errors.Is(err, want) {
			t.Errorf("POST %s = %v, want %v", url, err, want)
		}
	}
	if *asked > 0 {
		t.Errorf("%d requests came through", *asked)
	}
	open := New(Config{Permit: anywhere, Roots: roots, MaxBytes: 1000, KeepAlive: time.Second})
	res, err := post(open, base+"/redirect")
	if err != nil || res.StatusCode != http.StatusFound {
		t.Errorf("a redirect = %v, %v; want it handed back", res, err)
	}
	res, err = post(open, base+"/long")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(res.Body); !errors.Is(err, ErrTooLong) {
		t.Errorf("a long body: %v, want %v", err, ErrTooLong)
	}
}

// TestLoopback: where it is allowed, plain http reaches this machine and nothing else.
func TestLoopback(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("fine")) }))
	t.Cleanup(s.Close)
	c := New(Config{Loopback: true, Lookup: func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}})
	if body, err := c.Get(t.Context(), s.URL, "*/*"); err != nil || string(body) != "fine" {
		t.Errorf("Get = %q, %v", body, err)
	}
	for url, want := range map[string]error{"http://8.8.8.8/": ErrURL, "http://named.example/": ErrURL, "https://10.0.0.1/": ErrAddress} {
		if _, err := c.Get(t.Context(), url, "*/*"); !errors.Is(err, want) {
			t.Errorf("Get %s = %v, want %v", url, err, want)
		}
	}
}
