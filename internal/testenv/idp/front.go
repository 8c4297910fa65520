package idp

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"
)

// front passes requests on to a server one at a time. Glewlwyd needs that: on SQLite, two sign-ins at
// once take each other's row ids, and one of them fails.
type front struct {
	URL string

	turn   sync.Mutex
	target *url.URL
}

// newFront listens on 127.0.0.1 until the process ends. It answers once it has a target.
func newFront(ctx context.Context) (*front, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	f := &front{URL: "http://" + listener.Addr().String()}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(f.target)
		r.Out.Host = r.In.Host
	}}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.turn.Lock()
		defer f.turn.Unlock()
		proxy.ServeHTTP(w, r)
	})}
	f.turn.Lock() // until there is a target
	go func() { _ = server.Serve(listener) }()
	return f, nil
}

// serve lets requests through to the server at address. It is called once.
func (f *front) serve(address string) error {
	target, err := url.Parse(address)
	if err != nil {
		return err
	}
	f.target = target
	f.turn.Unlock()
	return nil
}
