package acceptance

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/testenv"
)

// fleet is three replicas behind one address, with an identity provider and an app.
type fleet struct {
	t          *testing.T
	in         *installation
	url        string // of the address in front
	replicas   []string
	redis      *cuttable
	connection string
	client     string
	secret     string
	app        *httptest.Server
	base       string // of the directory
	token      string
	senders    atomic.Int64
	// standing are signed in before Redis goes.
	standing []*passenger
}

// passenger is a person with a session and the tokens of an app.
type passenger struct {
	scim            string
	cookies         []*http.Cookie
	access, refresh string
}

func newFleet(t *testing.T, in *installation) *fleet {
	t.Helper()
	f := &fleet{t: t, in: in, redis: newCuttable(t, testenv.Redis(t))}
	var next atomic.Int64
	front := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: f.replicas[int(next.Add(1))%len(f.replicas)]})
		r.Out.Host = r.In.Host
		// Each person has a network of their own, so that no limit for one network counts.
		r.Out.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", f.senders.Load()/250%250, f.senders.Load()%250+1))
	}})
	t.Cleanup(front.Close)
	f.url = front.URL
	in.env = append(in.env, "ROLLCALL_REDIS_URL="+f.redis.url, "ROLLCALL_PUBLIC_URL="+f.url)
	d := in.connect("acme", "acme.example", strings.TrimPrefix(front.URL, "http://"))
	f.base, f.token = d.base, d.token
	provider := op.New(op.Config{Accounts: f.accounts(), Keys: []op.Key{do[op.Key](t)(op.NewKey("k1"))}, Now: time.Now, AutoLogin: true})
	idp := httptest.NewServer(provider)
	t.Cleanup(idp.Close)
	provider.SetIssuer(idp.URL)
	const idpSecret = "made-up-for-this-test"
	c := in.run("connection", "create", "--tenant", "acme", "--type", "oidc", "--issuer", idp.URL, "--client-id", "gateway", "--client-secret", idpSecret)
	f.connection = c["login_url"].(string)
	f.connection = strings.TrimSuffix(f.connection[strings.Index(f.connection, "/sso/")+5:], "/login")
	provider.AddClient(op.Client{ID: "gateway", Secret: idpSecret, RedirectURIs: []string{c["redirect_url"].(string)}})
	f.app = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(f.app.Close)
	app := in.run("app", "create", "--name", "App", "--redirect-uri", f.app.URL+"/cb")
	f.client, f.secret = app["client_id"].(string), app["client_secret"].(string)
	for range 3 {
		addr := freeAddress(t)
		in.serve(addr)
		f.replicas = append(f.replicas, addr)
	}
	return f
}

func (f *fleet) trials() int {
	if n, err := strconv.Atoi(os.Getenv("ROLLCALL_TRIALS")); err == nil && n > 0 {
		return n
	}
	return 3
}

func (f *fleet) accounts() []op.Account {
	var out []op.Account
	for i := range 2*f.trials() + 2 {
		out = append(out, op.Account{Subject: "s" + strconv.Itoa(i), Email: person(i), Verified: true, Name: "P " + strconv.Itoa(i)})
	}
	return out
}

func person(i int) string { return "p" + strconv.Itoa(i) + "@acme.example" }

// cuttable is a way to a server that can be cut.
type cuttable struct {
	url  string
	stop func()
}

func newCuttable(t *testing.T, target string) *cuttable {
	t.Helper()
	u := do[*url.URL](t)(url.Parse(target))
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &cuttable{stop: func() { cancel(); _ = l.Close() }}
	t.Cleanup(c.stop)
	host := u.Host
	u.Host = l.Addr().String()
	c.url = u.String()
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := new(net.Dialer).DialContext(ctx, "tcp", host)
			if err != nil {
				_ = in.Close()
				continue
			}
			context.AfterFunc(ctx, func() { _, _ = in.Close(), out.Close() })
			go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
		}
	}()
	return c
}
