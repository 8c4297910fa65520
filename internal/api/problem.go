package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"rollcall/internal/roster"
	"rollcall/internal/web"
)

// fault is the answer to an error. The table from kinds to statuses is that of package web.
type fault struct{ web.Problem }

// Error implements huma.StatusError.
func (f fault) Error() string { return f.Title }

// GetStatus implements huma.StatusError.
func (f fault) GetStatus() int { return f.Status }

// ContentType implements huma.ContentTypeFilter (RFC 9457 §3).
func (fault) ContentType(string) string { return "application/problem+json" }

// GetHeaders implements huma.HeadersError.
func (f fault) GetHeaders() http.Header {
	h := http.Header{}
	if f.Status == http.StatusServiceUnavailable || f.Status == http.StatusTooManyRequests {
		h.Set("Retry-After", "1")
	}
	return h
}

// refuse answers a request that no handler has seen.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, err error) { web.WriteProblem(w, r, err) }

// answer answers with a fault that no kind of the domain stands for.
func (d *Door) answer(w http.ResponseWriter, r *http.Request, f fault, err error) {
	web.From(r.Context()).Fail(err)
	web.WriteJSON(w, f.ContentType(""), f.Status, f.Problem)
}

// faultOf makes the answer to a handler's error and notes the error in the request's record.
func faultOf(ctx context.Context, err error) fault {
	rec := web.From(ctx)
	rec.Fail(err)
	p := web.ProblemOf(err, rec.ID)
	if p.Code == "" && errors.Is(err, roster.Conflict) {
		p.Code = string(roster.CodeTaken) // as the event of the refusal says
	}
	return fault{p}
}

func problem(ctx context.Context, status int, detail string) web.Problem {
	return web.Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, RequestID: web.RequestID(ctx)}
}

// ours turns what huma found wrong with a request into our kind of problem. It shows names of fields
// only: the values may be personal, or secret.
func ours(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	var lines []string
	field := ""
	for _, e := range m.Errors {
		line, where := sentence(e)
		lines = append(lines, line)
		if field == "" || where < field {
			field = where
		}
	}
	slices.Sort(lines)
	detail := strings.Join(lines, " ")
	switch {
	case m.Status == http.StatusInternalServerError:
		detail = ""
	case detail == "" && m.Status == http.StatusBadRequest:
		detail = "The request needs a body of JSON."
	}
	p := problem(ctx.Context(), m.Status, detail)
	p.Field = field
	web.From(ctx.Context()).Fail(&roster.Error{Kind: roster.Invalid, Field: field, Err: errors.New("the request does not fit the operation")})
	return fault{p}, nil
}

// sentence says what is wrong with one field, and which it is.
func sentence(e *huma.ErrorDetail) (line, field string) {
	place, field, _ := strings.Cut(e.Location, ".")
	switch {
	case e.Location == "body" && strings.Contains(e.Message, huma.ErrUnknownContentType.Error()):
		return "The body must be application/json.", ""
	case e.Location == "body" && strings.HasPrefix(e.Message, "expected"):
		return "The body: " + e.Message + ".", ""
	case e.Location == "body" || e.Location == "":
		return "The body is no JSON that can be read.", ""
	case e.Message == validation.MsgUnexpectedProperty:
		return "The request has no field " + field + ".", field
	case place == "query" && e.Message == "unknown query parameter":
		return "The operation has no parameter " + field + ".", field
	}
	return field + ": " + e.Message + ".", field
}
