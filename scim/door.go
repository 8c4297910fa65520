package scim

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Prefix is the path under which directories have their SCIM endpoints. A
// directory's base URL is the public URL, Prefix, a slash and its UUID.
const Prefix = "/scim/v2"

// endpoint is one row of the route table.
type endpoint struct {
	// path is below a directory's base URL, in the words of gorilla/mux. It is also
	// the route's name in metrics.
	path  string
	verbs verbs
}

type (
	handlerFunc func(w http.ResponseWriter, q *request) error
	verbs       map[string]handlerFunc
)

// endpoints is the route table; the first row that fits the path serves. HEAD
// goes where GET goes, OPTIONS is answered with the verbs, and others are 405 with Allow.
func (d *Door) endpoints() []endpoint {
	return []endpoint{
		{"/Users", verbs{"GET": d.listUsers, "POST": d.createUser}},
		{"/Users/.search", verbs{"POST": d.searchUsers}},
		{"/Users/{id}", verbs{"GET": d.getUser, "PUT": d.replaceUser, "PATCH": d.patchUser, "DELETE": d.deleteUser}},
		{"/Groups", verbs{"GET": d.listGroups, "POST": d.createGroup}},
		{"/Groups/.search", verbs{"POST": d.searchGroups}},
		{"/Groups/{id}", verbs{"GET": d.getGroup, "PUT": d.replaceGroup, "PATCH": d.patchGroup, "DELETE": d.deleteGroup}},
		{"/Roles", verbs{"GET": d.listRoles}},
		{"/Roles/{id}", verbs{"GET": d.getRole}},
		{"/Entitlements", verbs{"GET": d.listEntitlements}},
		{"/Entitlements/{id}", verbs{"GET": d.getEntitlement}},
		{"/ServiceProviderConfig", verbs{"GET": d.getProviderConfig}},
		{"/ResourceTypes", verbs{"GET": d.listResourceTypes}},
		{"/ResourceTypes/{name}", verbs{"GET": d.getResourceType}},
		{"/Schemas", verbs{"GET": d.listSchemas}},
		{"/Schemas/{urn}", verbs{"GET": d.getSchema}},
		{"/Me", verbs{"GET": noMe, "POST": noMe, "PUT": noMe, "PATCH": noMe, "DELETE": noMe}},
		{"/Bulk", verbs{"POST": d.bulk}},
		{"/.search", verbs{"POST": d.searchRoot}},
		{"", verbs{"GET": d.listRoot}},
	}
}

// Roster is the one writer of the membership store, as far as this door asks
// it; *roster.Roster is the implementation.
type Roster interface {
	Provision(ctx context.Context, by roster.By, c roster.Change) (roster.Member, error)
	Edit(ctx context.Context, by roster.By, id roster.MemberID, pre roster.Precondition, edit roster.EditFunc) (roster.Member, error)
	Remove(ctx context.Context, by roster.By, id roster.MemberID, pre roster.Precondition) error
	CreateGroup(ctx context.Context, by roster.By, c roster.GroupChange) (roster.Group, error)
	EditGroup(ctx context.Context, by roster.By, id roster.GroupID, pre roster.Precondition, edit func(roster.Group) (roster.GroupChange, error)) (roster.Group, error)
	RemoveGroup(ctx context.Context, by roster.By, id roster.GroupID, pre roster.Precondition) error
	IssueToken(ctx context.Context, g roster.Grant, hash [32]byte) (tenant.AccessToken, error)
}

// Config is what a Door needs. Fields that are not said to be optional are
// required.
type Config struct {
	Roster  Roster
	Store   roster.Store
	Locator roster.Locator
	// PublicURL is the gateway's own URL as the identity provider sees it, without
	// a slash at its end.
	PublicURL string
	// Secret signs paging cursors: 32 bytes or more, the same on every replica.
	Secret []byte
	Now    func() time.Time
	// Limits of what a request may ask for; optional, zero fields mean the defaults.
	Limits Limits
	// RequestID names the request in events; optional.
	RequestID func(context.Context) string
	// Gate decides when a request is worked on. Optional: at once.
	Gate Gate
	TokenConfig
	// Accepted is told what each request's credential opens, once it was accepted. Optional.
	Accepted func(context.Context, roster.Grant)
	// Report is given the error of each request that was not answered as wished,
	// for the log line of the outermost handler. Optional.
	Report func(context.Context, error)
	// Observe is told of each answered request, for metrics. Optional.
	Observe func(Observation)
	// Log keeps what directories asked and were answered. Optional.
	Log Log
}

// Observation is what metrics may know of a request. Its texts come from small
// fixed sets, except for the directory.
type Observation struct {
	Directory tenant.DirectoryID // zero: not authenticated
	Provider  tenant.Provider    // empty: not authenticated
	Route     string             // such as "/Users/{id}"; "unknown" for paths that are not served
	Method    string             // "other" for those that HTTP does not define
	Status    int
	Duration  time.Duration
}

// Door serves SCIM 2.0 (RFC 7643, RFC 7644, RFC 9865) to directories. It is
// safe for concurrent use.
type Door struct {
	Config
	signer  signer
	reads   batches
	schemas schemaCache
}

// New makes a door. The error says what the configuration lacks.
func New(c Config) (*Door, error) {
	switch {
	case c.Roster == nil || c.Store == nil || c.Locator == nil || c.Now == nil:
		return nil, errors.New("scim: Roster, Store, Locator and Now are required")
	case len(c.Secret) < 32:
		return nil, errors.New("scim: Secret needs 32 bytes or more")
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	c.Limits = c.Limits.withDefaults()
	if c.RequestID == nil {
		c.RequestID = func(context.Context) string { return "" }
	}
	if c.Gate == nil {
		c.Gate = openGate{}
	}
	c.TokenConfig = c.withDefaults()
	if c.Accepted == nil {
		c.Accepted = func(context.Context, roster.Grant) {}
	}
	if c.Report == nil {
		c.Report = func(context.Context, error) {}
	}
	if c.Observe == nil {
		c.Observe = func(Observation) {}
	}
	return &Door{Config: c, signer: newSigner(c.Secret), reads: newBatches()}, nil
}

// BaseURL returns what an admin types into the identity provider as the SCIM
// endpoint. It shows the plain UUID: Okta refuses a base URL with an underscore.
func (d *Door) BaseURL(id tenant.DirectoryID) string {
	return d.PublicURL + Prefix + "/" + id.UUID.UUID()
}

// Routes mounts the door on r. Every path below Prefix and a directory belongs
// to the door, so that whatever goes wrong there is answered in SCIM's words.
func (d *Door) Routes(r *mux.Router) {
	sub := r.PathPrefix(Prefix + "/{directory}").Subrouter()
	sub.Handle(tokenPath, http.HandlerFunc(d.serveToken))
	for _, e := range d.endpoints() {
		h := d.serve(e)
		sub.Handle(e.path, h)
		sub.Handle(e.path+"/", h) // admins paste base URLs with a slash at the end
	}
	sub.PathPrefix("/").Handler(d.serve(endpoint{path: "unknown"}))
}

// serve is what every request passes through: authentication, the choice of the
// verb, the error's answer, and the observation.
func (d *Door) serve(e endpoint) http.Handler {
	allow := e.verbs.allow()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := d.Now()
		watched := d.tap(w)
		out := newRecorder(watched, r)
		q, err := d.open(r)
		if q != nil {
			out.request = q
			defer q.leave() // also when a handler panics
		}
		d.watch(q, watched)
		if err == nil {
			err = e.answer(out, q, allow)
		}
		if err != nil {
			d.Report(r.Context(), err)
			out.fail(r, err)
		}
		o := Observation{Route: e.path, Method: knownMethod(r.Method), Status: out.status, Duration: d.Now().Sub(began)}
		if q != nil {
			o.Directory, o.Provider = q.by.Directory.ID, q.by.Directory.Provider
		}
		d.Observe(o)
		d.record(q, watched, e.path, o, err)
		if out.broken {
			// The one way to end a connection within an answer: net/http closes it, and the
			// client sees that the answer is not whole.
			panic(http.ErrAbortHandler)
		}
	})
}

// open authenticates a request and makes what handlers need of it.
func (d *Door) open(r *http.Request) (*request, error) {
	g, err := d.authenticate(r)
	if err != nil {
		return nil, err
	}
	q := &request{
		Request: r,
		base:    d.BaseURL(g.Directory.ID),
		quirks:  quirksOf(g.Directory),
		scope:   roster.Scope{Directory: g.Directory.ID},
		by:      roster.By{Tenant: g.Tenant.ID, Directory: g.Directory, RequestID: d.RequestID(r.Context())},
		gate:    d.Gate, grant: &g,
	}
	q.quirks.schemas, q.roles = d.schemas.of(g), g.Tenant.Roles
	if wait := d.Gate.Allow(r.Context(), &g, 1); wait > 0 {
		return q, tooFast(wait)
	}
	q.params, err = parseParams(r.URL.RawQuery)
	return q, err
}

// answer checks what the client can take and runs the handler of the verb.
func (e endpoint) answer(w http.ResponseWriter, q *request, allow string) error {
	if e.verbs == nil {
		return unknownEndpoint(q.URL.Path)
	}
	if q.Method == http.MethodOptions {
		w.Header().Set("Allow", allow) // RFC 9110 §9.3.7
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	method := q.Method
	if method == http.MethodHead {
		method = http.MethodGet // the recorder leaves the body out
	}
	h, ok := e.verbs[method]
	if !ok {
		return methodNotAllowed(q.Method, allow)
	}
	if mediaFor(q.Header.Values("Accept")) == "" {
		return errNotAcceptable
	}
	if !q.takesBody() {
		if err := q.enter(); err != nil {
			return err
		}
	}
	return h(w, q)
}

// allow is the value of the Allow header (RFC 9110 §10.2.1).
func (v verbs) allow() string {
	var list []string
	for _, m := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		_, ok := v[m]
		if _, get := v["GET"]; m == "HEAD" {
			ok = get
		}
		if ok {
			list = append(list, m)
		}
	}
	return strings.Join(append(list, "OPTIONS"), ", ")
}

func knownMethod(m string) string {
	switch m {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE":
		return m
	}
	return "other"
}
