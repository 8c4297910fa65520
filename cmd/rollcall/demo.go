package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"
	"golang.org/x/sync/errgroup"

	"rollcall/internal/mail"
	"rollcall/internal/metrics"
	"rollcall/internal/web"
)

type demoCmd struct {
	Exit  bool `help:"End when the story is told, instead of serving on."`
	Users int  `default:"6" placeholder:"N" help:"People in the largest of the three directories (default: 6)."`

	keepListen, keepAdminListen bool // the flags were given
}

// leastDemoUsers is how many people the story needs.
const leastDemoUsers = 4

// Help is shown below the flags.
func (*demoCmd) Help() string {
	return `Runs a whole gateway on an embedded store of its own, which is thrown away at the end, and three made-up
directories that push into it over HTTP: Entra, Okta and Google. Then one person is disabled by a directory,
another one blocked by an admin, and the first restored. People sign in by SAML and OpenID Connect at two small
identity providers and go on to an example application; one joins by the domain, others are refused, and a session
ends with a directory's word. Somebody whom neither knows is invited by a mail, which is kept at /mails. At the end the roster says who has access, in which role, and by whose word. It serves on until it is stopped, so that you
can look around, also in a browser.

No setting is read but --listen and --admin-listen; without these flags it takes free ports. The exit code is
1 when an answer was not as it has to be. With --json the story goes to standard error and the result to
standard output.`
}

// AfterApply notes which addresses were asked for on the command line. It is
// called by kong.
func (c *demoCmd) AfterApply(k *kong.Context) error {
	for _, step := range k.Path {
		if step.Flag != nil {
			c.keepListen = c.keepListen || step.Flag.Name == "listen"
			c.keepAdminListen = c.keepAdminListen || step.Flag.Name == "admin-listen"
		}
	}
	if c.Users < leastDemoUsers {
		return usage("--users must be %d or more", leastDemoUsers)
	}
	return nil
}

// Run implements demo.
func (c *demoCmd) Run(p *program) error {
	dir, err := os.MkdirTemp("", "rollcall-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo's store: %w", err)
	}
	p.settings = c.throwAway(p.settings, dir)
	err = c.play(p)
	// The store before its folder; the program has nothing left to close then.
	err = p.close(err)
	p.db = nil
	if rerr := os.RemoveAll(dir); rerr != nil {
		err = errors.Join(err, fmt.Errorf("remove the demo's store: %w", rerr))
	}
	return err
}

// throwAway are the settings of a gateway that touches nothing of the user's.
func (c *demoCmd) throwAway(s settings, dir string) settings {
	t := settings{DatabaseURL: "sqlite://" + filepath.Join(dir, "demo.db"), Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", LogLevel: s.LogLevel}
	if c.keepListen {
		t.Listen = s.Listen
	}
	if c.keepAdminListen {
		t.AdminListen = s.AdminListen
	}
	if t.LogLevel == "info" { // a line for each request would drown the story
		t.LogLevel = "warn"
	}
	return t
}

// play starts the gateway, tells the story, and serves on unless told to end.
func (c *demoCmd) play(p *program) error {
	if _, err := p.open(); err != nil {
		return err
	}
	key, err := p.key()
	if err != nil {
		return err
	}
	doors, err := p.openDemo()
	if err != nil {
		return err
	}
	defer doors.close()
	p.Listen, p.AdminListen = doors.public.Addr().String(), doors.admin.Addr().String()
	if p.short, err = p.shortLived(); err != nil {
		return err
	}
	defer func() { _ = p.short.Close() }()
	log, figures := p.logger(), metrics.New(release())
	stopLog := p.keepLog(log, figures)
	defer stopLog()
	p.box = &mail.Box{Now: p.now}
	mails, err := p.mailer(key, log, figures)
	if err != nil {
		return err
	}
	handler, err := p.gateway(key, p.baseURL(p.Listen), log, figures)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(p.ctx)
	defer stop()
	served := make(chan error, 1)
	go func() {
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { return p.notifier(key, p.baseURL(p.Listen), log, figures).Run(ctx) })
		group.Go(func() error { return doors.app.run(ctx) })
		group.Go(func() error { return sendDemoMails(ctx, mails) })
		group.Go(func() error {
			return web.Serve(ctx, log, web.Stop{Grace: web.Grace}, web.Listener{Listener: doors.public, Handler: handler},
				web.Listener{Listener: doors.admin, Handler: p.backOffice(figures)}, doors.idps.listens(), doors.app.listens())
		})
		served <- group.Wait()
	}()
	d := newDemo(p, key, doors, c.Users)
	err = d.run(c.Exit)
	if err == nil && !c.Exit {
		select {
		case err := <-served:
			return err
		case <-ctx.Done():
			d.tell.plain("Stopped; nothing of the demo is left.")
		}
	}
	stop()
	return errors.Join(err, <-served)
}

// demoDoors are all addresses at which the demo answers.
type demoDoors struct {
	public, admin net.Listener
	idps          *demoIDPs
	app           *demoApp
}

// openDemo listens. The caller closes what it returns.
func (p *program) openDemo() (_ *demoDoors, err error) {
	doors := &demoDoors{}
	defer func() {
		if err != nil {
			doors.close()
		}
	}()
	if doors.public, err = listen(p.ctx, p.Listen); err != nil {
		return nil, err
	}
	if doors.admin, err = listen(p.ctx, p.AdminListen); err != nil {
		return nil, err
	}
	if doors.idps, err = newDemoIDPs(p.ctx, p.now); err != nil {
		return nil, err
	}
	doors.app, err = newDemoApp(p.ctx)
	return doors, err
}

// close ends what is open. What was served is closed already, and closing it again does nothing.
func (d *demoDoors) close() {
	all := []net.Listener{d.public, d.admin}
	if d.idps != nil {
		all = append(all, d.idps.listener)
	}
	if d.app != nil {
		all = append(all, d.app.listener)
	}
	for _, l := range all {
		if l != nil {
			_ = l.Close()
		}
	}
}
