package outbound

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestPublic_S35(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "64:ff9b::808:808": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "0.0.0.0": false, "255.255.255.255": false, "224.0.0.1": false, "198.18.0.1": false, "192.0.2.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "ff02::1": false, "::ffff:127.0.0.1": false, "::127.0.0.1": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:db8::1": false, "fec0::1": false,
		"::ffff:0:127.0.0.1": false, "64:ff9b:1::7f00:1": false, "100::1": false, "5f00::1": false, "4000::1": false, "2001::1": false,
	} {
		if got := Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("Public(%s) = %v", text, got)
		}
	}
}

// site is a server on this machine that answers by its path.
func site(t *testing.T) (base string, roots *x509.CertPool, asked *int) {
	t.Helper()
	asked = new(int)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked++
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/ok", http.StatusFound)
		case "/long":
			_, _ = w.Write(make([]byte, 2000))
		case "/missing":
			w.WriteHeader(http.StatusNotFound)
		case "/slow":
			<-r.Context().Done()
		default:
			_, _ = w.Write([]byte("fine"))
		}
	}))
	t.Cleanup(s.Close)
	roots = x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s.URL, roots, asked
}

// TestNameServersAreNotNamed: an admin of a tenant reads why a fetch failed.
func TestNameServersAreNotNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  net.DNSError
		want string
	}{
		"no such name": {net.DNSError{Err: "no such host", IsNotFound: true}, "resolve idp.example: there is no such name"},
		"silence":      {net.DNSError{Err: "i/o timeout", IsTimeout: true}, "resolve idp.example: the name server did not answer in time"},
		"an error":     {net.DNSError{Err: "server misbehaving"}, "resolve idp.example: the name server answered with an error"},
	} {
		c.err.Name, c.err.Server = "idp.example", "10.9.8.7:53"
		client := New(Config{Lookup: func(context.Context, string) ([]netip.Addr, error) { return nil, &c.err }})
		_, err := client.Get(t.Context(), "https://idp.example/metadata", "")
		if err == nil || !strings.HasSuffix(err.Error(), c.want) || strings.Contains(err.Error(), "10.9.8.7") {
			t.Errorf("%s: %v, want …%s", name, err, c.want)
		}
	}
}

func anywhere(netip.Addr) bool { return true }

func TestGet(t *testing.T) {
	t.Parallel()
	base, roots, _ := site(t)
	c := New(Config{Permit: anywhere, Roots: roots, MaxBytes: 1000, Timeout: 5 * time.Second})
	if body, err := c.Get(t.Context(), base+"/ok", "*/*"); err != nil || string(body) != "fine" {
		t.Errorf("Get = %q, %v", body, err)
	}
	for path, want := range map[string]string{"/redirect": "302", "/missing": "404", "/long": ErrTooLong.Error()} {
		if _, err := c.Get(t.Context(), base+path, "*/*"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Get %s = %v, want %s", path, err, want)
		}
	}
	hurry := New(Config{Permit: anywhere, Roots: roots, Timeout: 50 * time.Millisecond})
	if _, err := hurry.Get(t.Context(), base+"/slow", "*/*"); err == nil {
		t.Error("a slow answer was waited for")
	}
	for _, u := range []string{"http://example.com/", "file:///etc/passwd", "https://user@example.com/", "https://example.com/#x", "https://", "gopher://x", "\x00"} {
		if _, err := c.Get(t.Context(), u, "*/*"); !errors.Is(err, ErrURL) {
			t.Errorf("Get(%q) = %v, want %v", u, err, ErrURL)
		}
	}
}

// TestGetFromWithin_S35: as the program makes it, the client reaches nothing on this machine or beside it,
// by address, by name, or by a name that changes its mind.
func TestGetFromWithin_S35(t *testing.T) {
	t.Parallel()
	base, roots, asked := site(t)
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string][]netip.Addr{
		"inside.example": {netip.MustParseAddr("127.0.0.1")},
		"mixed.example":  {netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("10.0.0.1")},
		"mapped.example": {netip.MustParseAddr("::ffff:127.0.0.1")},
		"none.example":   {},
	}
	c := New(Config{Roots: roots, Lookup: func(_ context.Context, host string) ([]netip.Addr, error) { return names[host], nil }})
	for _, host := range []string{"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "inside.example", "mixed.example", "mapped.example", "169.254.169.254", "0.0.0.0"} {
		if _, err := c.Get(t.Context(), "https://"+host+":"+u.Port()+"/ok", "*/*"); !errors.Is(err, ErrAddress) {
			t.Errorf("Get from %s = %v, want %v", host, err, ErrAddress)
		}
	}
	if _, err := c.Get(t.Context(), "https://none.example/", "*/*"); err == nil {
		t.Error("a name without an address was reached")
	}
	if *asked > 0 {
		t.Errorf("%d requests came through", *asked)
	}
	// What was resolved is looked at again when the socket connects.
	if err := c.control(t.Context(), "tcp", net.JoinHostPort("10.0.0.1", "443"), nil); !errors.Is(err, ErrAddress) {
		t.Errorf("control = %v, want %v", err, ErrAddress)
	}
}
