package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/net/html/atom"

	"rollcall/examples/timesheets/app"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
	"rollcall/middleware"
)

// demoApp is the example application, which people sign in to. It answers 404 until it is registered.
type demoApp struct {
	listener net.Listener
	url      string // without a slash at the end
	id       tenant.AppID
	pages    atomic.Pointer[http.Handler]
	gate     chan *middleware.Gate // the one of the pages, once
}

func newDemoApp(ctx context.Context) (*demoApp, error) {
	l, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &demoApp{listener: l, url: "http://" + l.Addr().String(), gate: make(chan *middleware.Gate, 1)}, nil
}

// run learns whose sessions have ended, from when the application is registered until ctx ends.
func (a *demoApp) run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case gate := <-a.gate:
		return gate.Run(ctx)
	}
}

func (a *demoApp) listens() web.Listener {
	return web.Listener{Listener: a.listener, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := a.pages.Load(); h != nil {
			(*h).ServeHTTP(w, r)
			return
		}
		http.NotFound(w, r)
	})}
}

// openApp registers the application, as app create does, and lets people in.
func (d *demo) openApp() error {
	a := d.app
	token, hashed := newAppSecret(time.Time{})
	made, err := d.roster.CreateApp(d.ctx, tenant.App{
		Name: "Timesheets", Auth: tenant.AppSecretAuth, Secrets: []tenant.AppSecret{hashed}, RedirectURIs: []string{a.url + "/callback"},
		PostLogoutURIs: []string{a.url + "/"}, BackchannelLogoutURI: a.url + "/backchannel",
	})
	if err != nil {
		return err
	}
	a.id = made.ID
	gate, err := middleware.New(d.ctx, middleware.Config{
		Issuer: d.baseURL(d.Listen), ClientID: made.ID.String(), ClientSecret: token.Reveal(), RedirectURL: a.url + "/callback", AfterLogout: a.url + "/", Now: d.now,
	})
	if err != nil {
		return fmt.Errorf("set the application up: %w", err)
	}
	if err := gate.ReadFeed(d.ctx); err != nil { // nobody passes before
		return fmt.Errorf("set the application up: %w", err)
	}
	a.gate <- gate
	pages := app.New(gate)
	a.pages.Store(&pages)
	d.tell.line("Timesheets answers at %s, registered as %s. It keeps no accounts and knows no company's sign-in.", a.url, made.ID)
	return d.useApp()
}

// useApp shows who gets how far in the application.
func (d *demo) useApp() error {
	first, err := d.open(d.browsers[0], "/")
	if err != nil {
		return err
	}
	d.tell.line("%s, who is signed in already, opens it: %s, and nothing was asked.", first.email, first.role)
	ana, err := newVisitor("ana@"+d.directories[0].domain, samlName)
	if err != nil {
		return err
	}
	began := d.now()
	begun, err := d.open(ana, "/")
	if err != nil {
		return err
	}
	d.tell.line("%s begins there, is led to /login, to %s and back: %s (%d pages in %d ms).",
		begun.email, samlName, begun.role, ana.pages, d.now().Sub(began).Milliseconds())
	for _, v := range d.browsers[1:] {
		seen, err := d.open(v, "/")
		if err != nil {
			return err
		}
		at, err := v.get(d.ctx, d.app.url+"/approve")
		if err != nil {
			return err
		}
		may := "may approve the week"
		if at.status == http.StatusForbidden {
			may = "may not"
		}
		if editor := seen.role == "editor"; editor != (at.status == http.StatusOK) {
			return refused("%s (%s) asked to approve the week and was answered %d", v.email, seen.role, at.status)
		}
		d.tell.line("%s, %s, %s.", v.email, seen.role, may)
	}
	return nil
}

// inApp is who the application says that somebody is.
type inApp struct{ email, role string }

// open opens a page of the application, and signs in where that is asked for.
func (d *demo) open(v *visitor, path string) (inApp, error) {
	at, err := v.signIn(d.ctx, d.app.url+path)
	if err != nil {
		return inApp{}, err
	}
	said := at.texts(atom.B) // the name, and the role
	if at.status != http.StatusOK || at.url.Host != d.app.listener.Addr().String() || len(said) < 2 {
		return inApp{}, refused("%s did not get into the application: %d at %s, %s", v.email, at.status, at.url.Path, at.first(atom.Code))
	}
	return inApp{v.email, said[1]}, nil
}
