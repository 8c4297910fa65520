package api

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humamux"
)

// adapter lets huma add its operations to the door's router, each behind the guard.
type adapter struct{ door *Door }

// withSlashes lets names at the end of a path have slashes in them: URNs and entitlements may.
var withSlashes = strings.NewReplacer("{schema}", "{schema:.+}", "{entitlement}", "{entitlement:.+}")

// Handle implements huma.Adapter. HEAD goes where GET goes; net/http leaves the body out.
func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	methods := []string{op.Method}
	if op.Method == http.MethodGet {
		methods = append(methods, http.MethodHead)
	}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler(humamux.NewContext(op, r, w)) })
	a.door.router.Path(withSlashes.Replace(op.Path)).Methods(methods...).Name(op.OperationID).Handler(a.door.guard(op, h))
}

// ServeHTTP implements huma.Adapter.
func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.door.router.ServeHTTP(w, r) }
