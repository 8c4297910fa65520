package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Chain is what every request passes on its way to the router. Now and Log must
// be given.
type Chain struct {
	Log *slog.Logger
	Now func() time.Time
	// Observe is called with the record of each request when it has ended; nil:
	// nobody is told.
	Observe func(Record)
	// Started is called when a request begins, before anything else; nil: nobody
	// is told.
	Started func()
	// Timeout bounds the work on one request; 0: 60 seconds. The context ends
	// with it, and what the store does then comes back as an error.
	Timeout time.Duration
	// HTTPS says that people reach us by https only, and browsers should remember.
	HTTPS bool
}

// requestTimeout bounds the work on one request. Entra and Okta give up after a
// minute themselves.
const requestTimeout = 60 * time.Second

// statusGone is what the log and the metrics say of a request whose client did not wait for the
// answer, as proxies do. It is no error of ours, whatever became of the work.
const statusGone = 499

// Wrap puts the chain around a handler.
func (c Chain) Wrap(next http.Handler) http.Handler {
	if c.Timeout == 0 {
		c.Timeout = requestTimeout
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.serve(next, w, r) })
}

func (c Chain) serve(next http.Handler, w http.ResponseWriter, r *http.Request) {
	if c.Started != nil {
		c.Started()
	}
	start := c.Now()
	rec := &Record{Door: "none", Route: "none", Method: r.Method, ID: r.Header.Get("X-Request-Id")}
	if !saneID(rec.ID) {
		rec.ID = tenant.Format("req", tenant.NewUUID(start))
	}
	out := &response{ResponseWriter: w}
	c.headers(out.Header(), rec.ID)
	client := r.Context()
	ctx, cancel := context.WithTimeout(context.WithValue(client, recordKey{}, rec), c.Timeout)
	defer cancel()
	r = r.WithContext(ctx)
	defer func() {
		// The one place that recovers: a panic must not take the other requests along.
		if p := recover(); p != nil {
			c.panicked(p, rec, out, r)
		}
		rec.Status, rec.Bytes, rec.Duration = out.code(), out.bytes, c.Now().Sub(start)
		if client.Err() != nil && errors.Is(rec.Err, context.Canceled) {
			rec.Status = statusGone
		}
		c.log(ctx, rec)
		if c.Observe != nil {
			c.Observe(*rec)
		}
		if out.aborted {
			// Let through, so that net/http breaks the connection: an answer that stops halfway must
			// not look whole. net/http writes no trace of this one.
			panic(http.ErrAbortHandler)
		}
	}()
	next.ServeHTTP(out, r)
}

// saneID accepts what proxies make: letters, digits and a few signs, so that
// nothing a log reader trips over gets in.
func saneID(s string) bool {
	if len(s) == 0 || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-', c == '_', c == '.', c == ':', c == '/', c == '+', c == '=':
		default:
			return false
		}
	}
	return true
}

// headers are right for answers to programs; a door with pages sets its own
// Content-Security-Policy over this one.
func (c Chain) headers(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	if c.HTTPS {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func (c Chain) panicked(p any, rec *Record, out *response, r *http.Request) {
	if p == http.ErrAbortHandler { //nolint:errorlint,err113 // net/http compares it so
		rec.Fail(http.ErrAbortHandler)
		out.aborted = true
		return
	}
	rec.Err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	if out.status == 0 {
		WriteProblem(out, r, rec.Err)
	} else {
		out.aborted = true // what was sent must not look whole
		rec.broken = true
	}
}

// log writes the one line of a request. It never holds the path, the query, a
// header or a body: all of them carry names and addresses.
func (c Chain) log(ctx context.Context, rec *Record) {
	level := slog.LevelInfo
	switch {
	case rec.broken:
		level = slog.LevelError
	case rec.Status == http.StatusNotImplemented, rec.Status == http.StatusServiceUnavailable && refusedByRule(rec.Err):
		// What was asked for is not offered, or an admin said no for now: nothing is broken.
	case rec.Status >= http.StatusInternalServerError:
		level = slog.LevelError
	case rec.Quiet:
		level = slog.LevelDebug
	}
	if !c.Log.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 11)
	attrs = append(attrs,
		slog.String("method", KnownMethod(rec.Method)), slog.String("route", rec.Route), slog.Int("status", rec.Status),
		slog.Float64("duration_ms", float64(rec.Duration.Microseconds())/1000), slog.Int64("bytes", rec.Bytes),
		slog.String("door", rec.Door), slog.String("request_id", rec.ID))
	if !rec.Tenant.IsZero() {
		attrs = append(attrs, slog.String("tenant", rec.Tenant.String()))
	}
	if !rec.Directory.IsZero() {
		attrs = append(attrs, slog.String("directory", rec.Directory.String()))
	}
	if rec.Err != nil {
		attrs = append(attrs, slog.String("error", errorText(rec.Err, rec.Status)))
	}
	c.Log.LogAttrs(ctx, level, "request", attrs...)
}

// refusedByRule says whether a rule with a reason code refused, such as a pause of a directory.
func refusedByRule(err error) bool {
	e, ok := errors.AsType[*roster.Error](err)
	return ok && e.Code != ""
}

// errorText shows of an error that the caller caused the kind, code and field
// only, or what it chose itself to show, for its text may quote what was sent.
func errorText(err error, status int) string {
	if status < http.StatusBadRequest || status >= http.StatusInternalServerError {
		return err.Error()
	}
	if status == statusGone {
		return "the client has gone"
	}
	if v, ok := errors.AsType[interface {
		error
		slog.LogValuer
	}](err); ok {
		return v.LogValue().String()
	}
	if e, ok := errors.AsType[*roster.Error](err); ok {
		return (&roster.Error{Kind: e.Kind, Code: e.Code, Field: e.Field}).Error()
	}
	return "refused by the door"
}

// KnownMethod returns a method of RFC 9110 or RFC 5789 as it is, and "other" for the
// rest: a client may send any word.
func KnownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return m
	}
	return "other"
}
