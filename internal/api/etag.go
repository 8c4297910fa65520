package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"rollcall/internal/roster"
)

// answer is an answer without a version.
type answer[T any] struct{ Body T }

func the[T any](body T) *answer[T] { return &answer[T]{body} }

// versioned is an answer whose version the client may name later.
type versioned[T any] struct {
	ETag string `header:"ETag" doc:"The version of the resource, for If-Match and If-None-Match."`
	Body T
}

func (v *versioned[T]) etag() string { return v.ETag }

func version[T any](n int64, body T) *versioned[T] {
	return &versioned[T]{ETag: `"` + strconv.FormatInt(n, 10) + `"`, Body: body}
}

// lively is an answer that tells of more than its version covers, such as how far an index is. Its
// ETag serves If-Match; it is never answered with 304.
type lively[T any] struct {
	ETag string `header:"ETag" doc:"The version of the resource, for If-Match."`
	Body T
}

func live[T any](n int64, body T) *lively[T] { return &lively[T]{version(n, body).ETag, body} }

// Conditional is the header of a conditional change (RFC 9110 §13.1.1).
type Conditional struct {
	IfMatch string `header:"If-Match" doc:"The ETag of the version that you saw: a newer one is not changed (412)."`
}

// precondition reads the header. What we never gave out as an ETag matches nothing.
func (m Conditional) precondition() roster.Precondition {
	text := strings.TrimSpace(m.IfMatch)
	if text == "" || text == "*" {
		return roster.Precondition{}
	}
	n, err := strconv.ParseInt(strings.Trim(text, `"`), 10, 64)
	if err != nil || n <= 0 || text != `"`+strconv.FormatInt(n, 10)+`"` {
		n = -1
	}
	return roster.Precondition{Version: n}
}

func etagOf(out any) string {
	if v, ok := out.(interface{ etag() string }); ok {
		return v.etag()
	}
	return ""
}

type noneMatchKey struct{}

// unchanged says that the client has this version already (RFC 9110 §13.1.2).
func unchanged(ctx context.Context, out any) bool {
	known, _ := ctx.Value(noneMatchKey{}).(string)
	tag := etagOf(out)
	if known == "" || tag == "" {
		return false
	}
	for t := range strings.SplitSeq(known, ",") {
		if t = strings.TrimSpace(t); t == "*" || strings.TrimPrefix(t, "W/") == tag {
			return true
		}
	}
	return false
}

// notModified is the answer without a body.
type notModified struct{ tag string }

// Error implements huma.StatusError.
func (notModified) Error() string { return http.StatusText(http.StatusNotModified) }

// GetStatus implements huma.StatusError.
func (notModified) GetStatus() int { return http.StatusNotModified }

// GetHeaders implements huma.HeadersError: RFC 9110 §15.4.5 wants the ETag.
func (n notModified) GetHeaders() http.Header { return http.Header{"Etag": {n.tag}} }
