package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"rollcall/internal/tenant"
)

// Record gathers what is known of one request. Chain makes it, doors fill it in
// with From; it belongs to the request's own goroutine.
type Record struct {
	ID     string // the request id, answered as X-Request-Id
	Door   string // which door answered; "none" when no route matched
	Route  string // the template of the route, such as /scim/v2/{directory}/Users; never the path itself
	Tenant tenant.ID
	// Directory is set once its credential was accepted, so that made-up ids
	// never get into logs and metrics.
	Directory tenant.DirectoryID
	// Err is the first error of the request, answered or not.
	Err error
	// Quiet keeps an answer that is no server error out of the log: health checks
	// would drown the rest.
	Quiet bool

	Method   string
	Status   int
	Bytes    int64 // of the answer's body
	Duration time.Duration

	broken bool // a panic of ours cut the answer short
}

// Fail notes the error of the request; the first one stays.
func (rec *Record) Fail(err error) {
	if rec.Err == nil {
		rec.Err = err
	}
}

type recordKey struct{}

// From returns the record of the request that ctx belongs to. Outside of Chain
// it returns one that nobody reads, never nil.
func From(ctx context.Context) *Record {
	if rec, ok := ctx.Value(recordKey{}).(*Record); ok {
		return rec
	}
	return &Record{}
}

// RequestID returns the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string { return From(ctx).ID }

// Door is one way into the gateway.
type Door struct {
	Name   string // in logs and metrics
	Routes func(*mux.Router)
}

// Mount adds the routes of doors to a router and has each request's record say
// which door and which route it took. What no route takes is answered with a
// problem.
func Mount(root *mux.Router, doors ...Door) {
	for _, d := range doors {
		sub := root.NewRoute().Subrouter()
		sub.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				rec := From(r.Context())
				rec.Door = d.Name
				if route := mux.CurrentRoute(r); route != nil {
					rec.Route, _ = route.GetPathTemplate()
				}
				next.ServeHTTP(w, r)
			})
		})
		d.Routes(sub)
	}
	root.NotFoundHandler = Handler(func(http.ResponseWriter, *http.Request) error { return errNoRoute })
	root.MethodNotAllowedHandler = Handler(func(http.ResponseWriter, *http.Request) error { return errMethod })
}

// Below gives the paths below a prefix to one door and all others to rest. It
// is for a door that routes by itself and is asked too often to be looked for.
func Below(prefix, name string, door, rest http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, prefix) {
			rest.ServeHTTP(w, r)
			return
		}
		From(r.Context()).Door = name
		door.ServeHTTP(w, r)
	})
}
