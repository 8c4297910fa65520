package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gorilla/mux"
	"golang.org/x/sync/errgroup"

	"rollcall/internal/issuer"
	"rollcall/internal/jobs"
	"rollcall/internal/mail"
	"rollcall/internal/metrics"
	"rollcall/internal/secret"
	"rollcall/internal/web"
	"rollcall/scim"
)

type serveCmd struct {
	shareFlags
	NoMigrate bool          `help:"Leave the tables as they are; fail when they are not up to date."`
	Drain     period        `env:"ROLLCALL_DRAIN" placeholder:"PERIOD" help:"How long to go on as before when the gateway is told to stop, while /readyz says 503 already, so that a balancer sends no new requests (default: 0s; 5s to 10s in Kubernetes)."`
	Grace     time.Duration `default:"${grace}" placeholder:"PERIOD" help:"How long requests under way may take to end when the gateway stops (default: ${grace})."`
}

// Help is shown below the flags.
func (*serveCmd) Help() string {
	return `Brings the tables up to date, prints one line when it answers, and runs until SIGTERM or SIGINT. Then it takes no
new requests and lets those under way end; a second signal ends it at once.

On the public address: /scim/v2/{directory}/… for directories; /login, /logout, / and /sso/{connection}/… for people
who sign in, with /assets/…; /oauth2/… and /.well-known/openid-configuration for applications; /api/v1/… for your
programs; /healthz and /readyz. On the admin address: /healthz, /readyz, /metrics for Prometheus, and /debug/pprof/.
Logs go to standard error as JSON, one line a request, without names, addresses, bodies or tokens. Several gateways on
one PostgreSQL are safe; sign-in wants them to share one Redis.

Put a proxy that speaks https before the public address, and set ROLLCALL_PUBLIC_URL to what it is called outside: the
URLs of directories, connections and the issuer begin with it, and browsers keep secure cookies by https only. The
master key signs cursors and seals secrets at rest, such as the keys of connections and of the issuer; with PostgreSQL
it is required, and ` + "`openssl rand -base64 32`" + ` makes one.`
}

// period is a time to wait; an empty text is none, as of a variable that is not set.
type period time.Duration

// UnmarshalText reads a period such as 5s.
func (d *period) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	v, err := time.ParseDuration(string(b))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is not a period such as 5s", b)
	}
	*d = period(v)
	return nil
}

// roomyGC lets the heap grow to five times what is live before it is collected, as long as that stays
// within roomyHeap. A gateway keeps a few megabytes alive and makes much that dies with its request,
// so the default would spend a tenth of the processor on collecting next to nothing. GOGC and
// GOMEMLIMIT are obeyed when set.
const (
	roomyGC   = 400
	roomyHeap = 160 << 20
)

func makeRoom() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(roomyGC)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(roomyHeap)
	}
}

// Run implements serve.
func (c *serveCmd) Run(p *program) error {
	makeRoom()
	key, err := p.key()
	if err != nil {
		return err
	}
	unlock, err := p.lockSQLite()
	if err != nil {
		return err
	}
	defer unlock()
	if err := c.prepare(p); err != nil {
		return err
	}
	short, err := p.shortLived()
	if err != nil {
		return err
	}
	defer func() { _ = short.Close() }()
	p.token = p.tokens(short)
	p.short = short
	public, err := listen(p.ctx, p.Listen)
	if err != nil {
		return err
	}
	defer func() { _ = public.Close() }()
	admin, err := listen(p.ctx, p.AdminListen)
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close() }()
	lines := web.NewLines(p.errs)
	defer lines.Flush()
	log, figures := lines.Logger(p.logLevel()), metrics.New(release())
	p.gate = c.newGate(short, p.db.Stats().Max, p.now, log)
	p.gate.show(figures)
	stopLog := p.keepLog(log, figures)
	defer stopLog()
	handler, err := p.gateway(key, p.baseURL(public.Addr().String()), log, figures)
	if err != nil {
		return err
	}
	sender, err := p.mailer(key, log, figures)
	if err != nil {
		return err
	}
	engine, pool, err := p.jobEngine(sender, log, figures)
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	if err := p.ready(public, admin); err != nil {
		return err
	}
	log.InfoContext(p.ctx, "serving", "listen", public.Addr().String(), "admin_listen", admin.Addr().String(), "version", release())
	go keepIndexing(p.ctx, p.roster(), p.db, log)
	told := p.notifier(key, p.baseURL(public.Addr().String()), log, figures)
	err = c.run(p.ctx, log, engine, told, sender, web.Listener{Listener: public, Handler: handler}, web.Listener{Listener: admin, Handler: p.backOffice(figures)})
	log.InfoContext(p.ctx, "stopped")
	return err
}

// run answers requests, runs jobs, tells apps of logouts and sends mails, if there is a way to, until ctx ends. Where
// one of these breaks, the others stop as on a signal.
func (c *serveCmd) run(ctx context.Context, log *slog.Logger, engine *jobs.Engine, told *issuer.Notifier, mails *mail.Sender, listeners ...web.Listener) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return engine.Run(ctx, c.Grace) })
	group.Go(func() error { return told.Run(ctx) })
	if mails != nil {
		group.Go(func() error { return mails.Run(ctx) })
	}
	group.Go(func() error {
		return web.Serve(ctx, log, web.Stop{Drain: time.Duration(c.Drain), Grace: c.Grace}, listeners...)
	})
	return group.Wait()
}

// prepare opens the store and sees that its tables are up to date.
func (c *serveCmd) prepare(p *program) error {
	if !c.NoMigrate {
		_, err := p.open()
		return err
	}
	if err := p.connect(false); err != nil {
		return err
	}
	pending, err := p.db.Pending(p.ctx)
	if err == nil && len(pending) > 0 {
		err = refused("the tables are not up to date, and --no-migrate forbids to change them; run `rollcall migrate` (pending: %s)", strings.Join(pending, ", "))
	}
	return err
}

// gateway builds what answers on the public address.
func (p *program) gateway(key secret.Key, publicURL string, log *slog.Logger, figures *metrics.Metrics) (http.Handler, error) {
	directories, root, err := p.doors(key, publicURL, log, figures)
	if err != nil {
		return nil, err
	}
	showStore(figures, p.db)
	chain := web.Chain{
		Log: log, Now: p.now, HTTPS: strings.HasPrefix(publicURL, "https://"),
		Started: figures.Started, Observe: func(rec web.Record) { figures.Ended(measured(rec)) },
	}
	return chain.Wrap(web.Below(scim.Prefix+"/", "scim", directories, root)), nil
}

// doors is the table of contents: every way into the gateway stands in the list of doors, or is the SCIM
// door, which has a router of its own.
func (p *program) doors(key secret.Key, publicURL string, log *slog.Logger, figures *metrics.Metrics) (directories http.Handler, root *mux.Router, err error) {
	store := counted{p.db, figures}
	r := p.roster()
	r.Store = store
	directories, err = scim.New(scim.Config{
		Roster: r, Store: store, Locator: p.db, PublicURL: publicURL, Secret: key.Derive(secret.CursorKey), Now: p.now,
		TokenConfig: p.token, Accepted: accepted, Gate: p.scimGate(), Log: p.doorLog(), RequestID: web.RequestID,
		Routed: func(ctx context.Context, route string) { web.From(ctx).Route = route },
		Report: func(ctx context.Context, err error) { web.From(ctx).Fail(err) },
	})
	if err != nil {
		return nil, nil, err
	}
	who := p.sessions(r, publicURL, log)
	programs, err := p.api(r, store, key, publicURL, who)
	if err != nil {
		return nil, nil, err
	}
	people, err := p.signIn(r, store, key, publicURL, who, log)
	if err != nil {
		return nil, nil, err
	}
	own, err := p.account(r, key, publicURL, who, people, log)
	if err != nil {
		return nil, nil, err
	}
	people.Local = own.Local
	guests, err := p.invitePages(r, publicURL, who)
	if err != nil {
		return nil, nil, err
	}
	people.Lead = leadBack(guests)
	me, err := p.own(r, who, people, people.Pages, key, publicURL)
	if err != nil {
		return nil, nil, err
	}
	apps, err := p.issuer(r, store, key, publicURL, who, people, log)
	if err != nil {
		return nil, nil, err
	}
	admins, err := p.team(r, store, key, publicURL, who, people.Pages, log)
	if err != nil {
		return nil, nil, err
	}
	doors := []web.Door{
		{Name: "api", Routes: programs.Routes},
		{Name: "issuer", Routes: apps.Routes},
		{Name: "account", Routes: own.Routes},
		{Name: "sso", Routes: people.Routes},
		{Name: "team", Routes: admins.Routes},
		{Name: "invites", Routes: guests.Routes},
		{Name: "own", Routes: me.Routes},
		{Name: "pages", Routes: people.Pages.Routes},
		{Name: "health", Routes: p.health().Routes},
	}
	if p.box != nil { // the demonstration's
		doors = append(doors, web.Door{Name: "mails", Routes: mailbox{p.box, people.Pages}.Routes})
	}
	// A path with a doubled slash is unknown: a redirect to the clean one would turn a POST into a GET.
	root = mux.NewRouter().SkipClean(true)
	web.Mount(root, doors...)
	return directories, root, nil
}

// backOffice builds what answers on the admin address, which is private.
func (p *program) backOffice(figures *metrics.Metrics) http.Handler {
	root := mux.NewRouter()
	p.health().Routes(root)
	root.Handle("/metrics", figures.Handler())
	// Without cmdline: flags may hold passwords and the master key.
	root.HandleFunc("/debug/pprof/profile", pprof.Profile)
	root.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	root.HandleFunc("/debug/pprof/trace", pprof.Trace)
	root.PathPrefix("/debug/pprof/").HandlerFunc(pprof.Index)
	return root
}

func (p *program) health() web.Health {
	return web.Health{Ready: p.db.Ping, Stopping: p.ctx.Done()}
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w; another address can be given with --listen and --admin-listen", address, err)
	}
	return l, nil
}
