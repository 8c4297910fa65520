package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"rollcall/internal/roster"
)

// Problem is the body of an error answer (RFC 9457).
type Problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail,omitempty"`
	Code      string `json:"code,omitempty"` // the stable reason code, where a rule decided
	Field     string `json:"field,omitempty"`
	RequestID string `json:"request_id,omitempty"`
}

// statuses is the one table from kinds to answers of this package. A rule that
// refuses is a conflict with the state of things (RFC 9110 §15.5.10): the same
// request may succeed once the other side has changed.
var statuses = map[roster.Kind]int{
	roster.NotFound:     http.StatusNotFound,
	roster.Conflict:     http.StatusConflict,
	roster.Invalid:      http.StatusUnprocessableEntity,
	roster.Stale:        http.StatusPreconditionFailed,
	roster.Refused:      http.StatusConflict,
	roster.Unauthorized: http.StatusUnauthorized,
	roster.Forbidden:    http.StatusForbidden,
	roster.TooLarge:     http.StatusRequestEntityTooLarge,
	roster.TooMany:      http.StatusBadRequest,
	roster.RateLimited:  http.StatusTooManyRequests,
	roster.Unavailable:  http.StatusServiceUnavailable,
	roster.Mutability:   http.StatusBadRequest,
	roster.NoTarget:     http.StatusBadRequest,
	roster.BadFilter:    http.StatusBadRequest,
	roster.BadPath:      http.StatusBadRequest,
	roster.BadSyntax:    http.StatusBadRequest,
	roster.BadCursor:    http.StatusBadRequest,
	roster.OldCursor:    http.StatusGone,
	roster.Sensitive:    http.StatusBadRequest,
}

// Status returns the HTTP status of an error: 500 for what is no roster.Kind, but 503 for the end of
// the time that a request has.
func Status(err error) int {
	if e, ok := errors.AsType[*statusError](err); ok {
		return e.status
	}
	if e, ok := errors.AsType[*roster.Error](err); ok {
		if status, known := statuses[e.Kind]; known {
			return status
		}
	}
	if k, ok := errors.AsType[roster.Kind](err); ok {
		if status, known := statuses[k]; known {
			return status
		}
	}
	if errors.Is(err, context.DeadlineExceeded) { // our own: Chain.Timeout
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// statusError is an answer that no kind of the domain stands for.
type statusError struct {
	status int
	detail string
}

func (e *statusError) Error() string { return e.detail }

// LogValue shows the text, which is always the same.
func (e *statusError) LogValue() slog.Value { return slog.StringValue(e.detail) }

var (
	errNoRoute = &statusError{http.StatusNotFound, "There is nothing at this address."}
	errMethod  = &statusError{http.StatusMethodNotAllowed, "This address does not take requests of this method."}
)

// ProblemOf makes the answer to an error. What is unknown stays inside: its
// answer has no text but the title.
func ProblemOf(err error, requestID string) Problem {
	status := Status(err)
	p := Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, RequestID: requestID}
	if e, ok := errors.AsType[*statusError](err); ok {
		p.Detail = e.detail
	} else if e, ok := errors.AsType[*roster.Error](err); ok && status != http.StatusInternalServerError {
		p.Detail, p.Code, p.Field = e.Detail, string(e.Code), e.Field
	}
	return p
}

// WriteProblem answers with a problem and notes the error in the record.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	rec := From(r.Context())
	rec.Fail(err)
	p := ProblemOf(err, rec.ID)
	h := w.Header()
	switch p.Status {
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		if h.Get("Retry-After") == "" {
			h.Set("Retry-After", "1")
		}
	case http.StatusUnauthorized:
		if h.Get("WWW-Authenticate") == "" { // RFC 9110 §11.6.1: a 401 must carry one
			h.Set("WWW-Authenticate", "Bearer")
		}
	}
	WriteJSON(w, "application/problem+json", p.Status, p)
}

// WriteJSON answers with v as JSON. An error of the connection is nobody's to
// handle any more; a value that can't be encoded is answered with an empty 500.
func WriteJSON(w http.ResponseWriter, contentType string, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}
