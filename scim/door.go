package scim

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Prefix is the path under which directories have their SCIM endpoints. A
// directory's base URL is the public URL, Prefix, a slash and its UUID.
const Prefix = "/scim/v2"

// endpoint is one row of the route table.
type endpoint struct {
	// path is below a directory's base URL, with a variable at its end or none. It
	// is also the route's name in metrics.
	path  string
	verbs verbs
	allow string // of verbs
	route string // from the root on
}

type (
	handlerFunc func(w http.ResponseWriter, q *request) error
	verbs       map[string]handlerFunc
)

// endpoints is the route table. HEAD
// goes where GET goes, OPTIONS is answered with the verbs, and others are 405 with Allow.
func (d *Door) endpoints() []endpoint {
	return []endpoint{
		{path: "/Users", verbs: verbs{"GET": d.listUsers, "POST": d.createUser}},
		{path: "/Users/.search", verbs: verbs{"POST": d.searchUsers}},
		{path: "/Users/{id}", verbs: verbs{"GET": d.getUser, "PUT": d.replaceUser, "PATCH": d.patchUser, "DELETE": d.deleteUser}},
		{path: "/Groups", verbs: verbs{"GET": d.listGroups, "POST": d.createGroup}},
		{path: "/Groups/.search", verbs: verbs{"POST": d.searchGroups}},
		{path: "/Groups/{id}", verbs: verbs{"GET": d.getGroup, "PUT": d.replaceGroup, "PATCH": d.patchGroup, "DELETE": d.deleteGroup}},
		{path: "/Roles", verbs: verbs{"GET": d.listRoles}},
		{path: "/Roles/{id}", verbs: verbs{"GET": d.getRole}},
		{path: "/Entitlements", verbs: verbs{"GET": d.listEntitlements}},
		{path: "/Entitlements/{id}", verbs: verbs{"GET": d.getEntitlement}},
		{path: "/ServiceProviderConfig", verbs: verbs{"GET": d.getProviderConfig}},
		{path: "/ResourceTypes", verbs: verbs{"GET": d.listResourceTypes}},
		{path: "/ResourceTypes/{name}", verbs: verbs{"GET": d.getResourceType}},
		{path: "/Schemas", verbs: verbs{"GET": d.listSchemas}},
		{path: "/Schemas/{urn}", verbs: verbs{"GET": d.getSchema}},
		{path: "/Me", verbs: verbs{"GET": noMe, "POST": noMe, "PUT": noMe, "PATCH": noMe, "DELETE": noMe}},
		{path: "/Bulk", verbs: verbs{"POST": d.bulk}},
		{path: "/.search", verbs: verbs{"POST": d.searchRoot}},
		{path: "", verbs: verbs{"GET": d.listRoot}},
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
	// Routed is told which route a request took, such as /scim/v2/{directory}/Users;
	// optional.
	Routed func(ctx context.Context, route string)
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
	table   routes
	reads   batches
	schemas schemaCache
	agent   atomic.Pointer[agentSeen]
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
	if c.Routed == nil {
		c.Routed = func(context.Context, string) {}
	}
	if c.Accepted == nil {
		c.Accepted = func(context.Context, roster.Grant) {}
	}
	if c.Report == nil {
		c.Report = func(context.Context, error) {}
	}
	if c.Observe == nil {
		c.Observe = func(Observation) {}
	}
	d := &Door{Config: c, signer: newSigner(c.Secret), reads: newBatches()}
	d.table = newRoutes(append(d.endpoints(), endpoint{path: tokenPath}))
	return d, nil
}

// BaseURL returns what an admin types into the identity provider as the SCIM
// endpoint. It shows the plain UUID: Okta refuses a base URL with an underscore.
func (d *Door) BaseURL(id tenant.DirectoryID) string {
	return d.PublicURL + Prefix + "/" + id.UUID.UUID()
}

// serve is what every request passes through: authentication, the choice of the
// verb, the error's answer, and the observation.
func (d *Door) serve(e *endpoint, variable string, w http.ResponseWriter, r *http.Request) {
	began := d.Now()
	watched := d.tap(w)
	out := newRecorder(watched, r)
	q, err := d.open(r)
	if q != nil {
		q.variable = variable
		out.request = q
		defer q.leave() // also when a handler panics
	}
	d.watch(q, watched)
	if err == nil {
		err = e.answer(out, q)
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
func (e *endpoint) answer(w http.ResponseWriter, q *request) error {
	if e.verbs == nil {
		return unknownEndpoint(q.URL.Path)
	}
	if q.Method == http.MethodOptions {
		w.Header().Set("Allow", e.allow) // RFC 9110 §9.3.7
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	method := q.Method
	if method == http.MethodHead {
		method = http.MethodGet // the recorder leaves the body out
	}
	h, ok := e.verbs[method]
	if !ok {
		return methodNotAllowed(q.Method, e.allow)
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
