package api

import (
	"cmp"
	"context"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"rollcall/internal/web"
)

// operation is one row of a table of operations.
type operation struct {
	id      string // in the OpenAPI document, and what generated clients call it
	verb    string // method and path, as "GET /tenants/{tenant}"
	scope   Scope
	summary string
	about   string
	status  int   // of success; 0: 200, or 204 for an empty answer
	body    int64 // the largest body, in bytes; 0: maxBody
}

// scopeKey is where an operation keeps its scope for the guard.
const scopeKey = "scope"

func scopeOf(op *huma.Operation) Scope {
	s, _ := op.Metadata[scopeKey].(Scope)
	return s
}

// add adds an operation to the door. tag is the resource that it belongs to.
func add[I, O any](d *Door, tag string, o operation, h func(context.Context, *I) (*O, error)) {
	method, path, _ := strings.Cut(o.verb, " ")
	op := huma.Operation{
		OperationID: o.id, Method: method, Path: path, Summary: o.summary, Description: o.about, Tags: []string{tag},
		DefaultStatus: o.status, MaxBodyBytes: cmp.Or(o.body, maxBody) + 1, BodyReadTimeout: -1, RejectUnknownQueryParameters: true,
		Security:   []map[string][]string{{bearerScheme: {}}},
		Metadata:   map[string]any{scopeKey: o.scope},
		Extensions: map[string]any{"x-scope": string(o.scope)},
		Responses:  map[string]*huma.Response{},
	}
	in := reflect.TypeFor[I]()
	_, conditional := in.FieldByName("IfMatch")
	_, list := in.FieldByName("Cursor")
	_, body := in.FieldByName("Body")
	for _, status := range failures(method, strings.Contains(path, "{"), conditional, list, body) {
		op.Responses[strconv.Itoa(status)] = d.failure(status)
	}
	if method == http.MethodPost {
		op.Parameters = append(op.Parameters, idempotencyParameter())
	}
	huma.Register(d.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, faultOf(ctx, err)
		}
		if method == http.MethodGet && unchanged(ctx, any(out)) {
			return nil, notModified{etagOf(any(out))}
		}
		return out, nil
	})
}

// failures are the statuses other than success that an operation may answer.
func failures(method string, inside, conditional, list, body bool) []int {
	all := []int{
		http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusServiceUnavailable,
	}
	if inside {
		all = append(all, http.StatusNotFound)
	}
	if method != http.MethodGet {
		all = append(all, http.StatusConflict, http.StatusRequestEntityTooLarge)
	}
	if body {
		all = append(all, http.StatusUnsupportedMediaType)
	}
	if body || list {
		all = append(all, http.StatusBadRequest)
	}
	if conditional {
		all = append(all, http.StatusPreconditionFailed)
	}
	return all
}

// failure points to the description of an error's answer, which is the same for all operations.
func (d *Door) failure(status int) *huma.Response {
	all := d.api.OpenAPI().Components
	name := strings.ReplaceAll(http.StatusText(status), " ", "")
	if all.Responses[name] == nil {
		schema := all.Schemas.Schema(reflect.TypeFor[web.Problem](), true, "")
		all.Responses[name] = &huma.Response{
			Description: failureWords(status),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: schema}},
		}
	}
	return &huma.Response{Ref: "#/components/responses/" + name}
}

func failureWords(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "The body, the filter or the cursor can't be read."
	case http.StatusUnauthorized:
		return "No credential, or one that is nobody's."
	case http.StatusForbidden:
		return "The credential lacks the scope of the operation."
	case http.StatusNotFound:
		return "There is no such thing in this tenant."
	case http.StatusConflict:
		return "A rule refuses it, or it is taken; `code` says which. Or a request with the same Idempotency-Key is still running."
	case http.StatusPreconditionFailed:
		return "The resource has changed since the version that If-Match names."
	case http.StatusRequestEntityTooLarge:
		return "The body is larger than 1 MiB, or 16 MiB where a list is sent."
	case http.StatusUnsupportedMediaType:
		return "The body is not application/json."
	case http.StatusUnprocessableEntity:
		return "A value can't be used, or there is no such field or parameter; `field` names it. Or the Idempotency-Key was used for another request."
	case http.StatusTooManyRequests:
		return "Too fast; Retry-After says when to go on."
	case http.StatusServiceUnavailable:
		return "The store can't be reached or is too busy; Retry-After says when to try again."
	}
	return "Our mistake. The request id helps to find it in the log."
}
