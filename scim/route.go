package scim

import (
	"net/http"
	"strings"

	"rollcall/internal/tenant"
)

// ServeHTTP serves every path below Prefix, so that whatever goes wrong there is
// answered in SCIM's words. The door finds its endpoints itself:
// a router would try a regular expression for each, which took a tenth of a GET.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e, variable := d.table.find(r.URL.Path)
	d.Routed(r.Context(), e.route)
	if e.path == tokenPath {
		d.serveToken(w, r)
		return
	}
	d.serve(e, variable, w, r)
}

// directoryOf reads the directory's id that a path below Prefix begins with.
func directoryOf(path string) (tenant.DirectoryID, error) {
	id, _, _ := strings.Cut(path[min(len(Prefix)+1, len(path)):], "/")
	return tenant.ParseDirectoryID(id) //nolint:wrapcheck // the caller only asks whether
}

// routes finds endpoints by path.
type routes struct {
	fixed map[string]*endpoint
	// variable holds those that end with a variable, by what stands before it.
	variable map[string]*endpoint
	unknown  *endpoint
}

func newRoutes(table []endpoint) routes {
	r := routes{fixed: map[string]*endpoint{}, variable: map[string]*endpoint{}, unknown: &endpoint{path: "unknown", route: Prefix + "/{directory}/"}}
	for _, e := range table {
		e.allow, e.route = e.verbs.allow(), Prefix+"/{directory}"+e.path
		if before, _, found := strings.Cut(e.path, "{"); found {
			r.variable[before] = &e
		} else {
			r.fixed[e.path] = &e
		}
	}
	return r
}

// find returns the endpoint of a path and its variable. One slash at the end is
// passed over: admins paste base URLs with one.
func (r routes) find(path string) (e *endpoint, variable string) {
	rest := path[min(len(Prefix)+1, len(path)):]
	i := strings.IndexByte(rest, '/')
	if i < 0 {
		i = len(rest)
	}
	rest = strings.TrimSuffix(rest[i:], "/")
	if e := r.fixed[rest]; e != nil {
		return e, ""
	}
	i = strings.LastIndexByte(rest, '/') + 1
	if e := r.variable[rest[:i]]; e != nil && i < len(rest) {
		return e, rest[i:]
	}
	return r.unknown, ""
}
