package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"rollcall/internal/roster"
)

// maxBody is the largest body that a request may have unless its operation says otherwise, in bytes.
const maxBody = 1 << 20

// guard is what every request passes first: who sent it, whether they may, whether they come too
// fast, and whether the body is small enough. op is nil for what is no operation.
func (d *Door) guard(op *huma.Operation, next http.Handler) http.Handler {
	if op != nil && op.Method == http.MethodPost {
		next = d.once(next)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait := d.Guesses.Wait(r); wait > 0 {
			w.Header().Set("Retry-After", seconds(wait))
			d.refuse(w, r, &roster.Error{Kind: roster.RateLimited, Detail: "Too many requests from this address had a key that is nobody's. Wait as long as Retry-After says, and send the right one."})
			return
		}
		p, err := d.authenticate(r)
		if err != nil {
			if errors.Is(err, roster.Unauthorized) && (r.Header.Get("Authorization") != "" || d.Browsers == nil || r.Header.Get("Cookie") == "") {
				// A session that is over is no guess: offices full of browsers have some.
				d.Guesses.Failed(r)
			}
			d.refuse(w, r, err)
			return
		}
		if op != nil && !p.may(scopeOf(op)) {
			d.refuse(w, r, lacks(p, scopeOf(op)))
			return
		}
		ctx := context.WithValue(withList(r), principalKey{}, p)
		if known := r.Header.Get("If-None-Match"); known != "" {
			ctx = context.WithValue(ctx, noneMatchKey{}, known)
		}
		r = r.WithContext(ctx)
		limit := int64(maxBody)
		if op != nil {
			limit = op.MaxBodyBytes - 1 // huma refuses what is as large as its limit
		}
		if err := swallow(w, r, limit); err != nil {
			d.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// lacks refuses a principal that has not got a scope.
func lacks(p Principal, s Scope) error {
	e := &roster.Error{Kind: roster.Forbidden, Detail: "The credential lacks the scope " + string(s) + "."}
	if p.Kind == SessionKind {
		e.Detail = "Your role does not allow this. Ask an admin of your organization."
	}
	return e
}

// seconds is the value of Retry-After, never less than the wait (RFC 9110 §10.2.3).
func seconds(wait time.Duration) string { return strconv.Itoa(int(math.Ceil(wait.Seconds()))) }

// swallow reads the body into memory: it is small, and may have to be read twice.
func swallow(w http.ResponseWriter, r *http.Request, limit int64) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return &roster.Error{Kind: roster.TooLarge, Detail: fmt.Sprintf("The body is larger than %d MiB.", limit>>20)}
	}
	if err != nil {
		return &roster.Error{Kind: roster.BadSyntax, Detail: "The body did not arrive whole.", Err: err}
	}
	r.Body = io.NopCloser(bytes.NewReader(b))
	return nil
}
