package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"rollcall/internal/roster"
	"rollcall/internal/web"
)

// Kept keeps the answers to requests that bear an Idempotency-Key; several gateways must share it.
// Names may have any bytes. What is lost makes a repeated request run again.
type Kept interface {
	// Add keeps a value unless there is one already, which it returns; nil when it added.
	Add(ctx context.Context, name string, value []byte, ttl time.Duration) ([]byte, error)
	// Put replaces a value. An error of Kind TooLarge for one that is too large to be kept.
	Put(ctx context.Context, name string, value []byte, ttl time.Duration) error
	// Drop forgets a value; one that is not there is no error.
	Drop(ctx context.Context, name string) error
}

const (
	keyHeader = "Idempotency-Key"
	// keptFor is how long an answer is given again.
	keptFor = 24 * time.Hour
	// runningFor is how long a request counts as running that was never heard of again: longer than
	// any request may take, because its gateway may have died with it.
	runningFor = 3 * time.Minute
	maxKey     = 255
)

// CodeInProgress is the reason code of a request whose twin is still running.
const CodeInProgress roster.Code = "request_in_progress"

func idempotencyParameter() *huma.Param {
	longest := maxKey
	return &huma.Param{
		Name: keyHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &longest},
		Description: "Names this request, such as by a UUID. Sent again within 24 hours it is not done again: the first answer comes back, with Idempotent-Replayed.",
	}
}

// kept is what is known of a request with a key. While it runs there is no answer.
type kept struct {
	Request []byte      `json:"r"` // what was asked, hashed
	Status  int         `json:"s,omitempty"`
	Header  http.Header `json:"h,omitempty"`
	Body    []byte      `json:"b,omitempty"`
}

// once does a request with an Idempotency-Key one time only. Of several at once one runs and the
// others are told so (409). The answer is kept when the request succeeded; one that was refused has
// changed nothing and may run again. Answers are sealed, because some hold a secret that is shown once.
func (d *Door) once(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys := r.Header.Values(keyHeader)
		if len(keys) == 0 {
			next.ServeHTTP(w, r)
			return
		}
		if len(keys) > 1 || keys[0] == "" || len(keys[0]) > maxKey {
			d.refuse(w, r, &roster.Error{Kind: roster.Invalid, Field: keyHeader, Detail: "An Idempotency-Key has 1 to 255 characters, and a request has one."})
			return
		}
		name := principal(r.Context()).key() + "\x00" + keys[0]
		asked, err := fingerprint(r)
		if err != nil {
			d.refuse(w, r, err)
			return
		}
		there, err := d.Kept.Add(r.Context(), name, d.sealed(name, kept{Request: asked}), runningFor)
		switch {
		case err != nil: // whether it was done already can't be known, so it is not done
			d.refuse(w, r, err)
		case there != nil:
			d.again(w, r, name, asked, there)
		default:
			d.first(w, r, name, asked, next)
		}
	})
}

// fingerprint tells one request from another.
func fingerprint(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read the body again: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	h := sha256.New()
	for _, part := range []string{r.Method, r.URL.RequestURI(), r.Header.Get("If-Match"), string(body)} {
		_, _ = fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return h.Sum(nil), nil
}

// first runs the request and keeps its answer, also when the client has gone meanwhile.
func (d *Door) first(w http.ResponseWriter, r *http.Request, name string, asked []byte, next http.Handler) {
	out := &capture{header: http.Header{}, status: http.StatusOK}
	ctx := context.WithoutCancel(r.Context())
	done := false
	defer func() {
		if !done {
			_ = d.Kept.Drop(ctx, name) // it panicked; after runningFor the mark is gone anyway
		}
	}()
	next.ServeHTTP(out, r)
	done = true
	var err error
	if out.status >= http.StatusOK && out.status < http.StatusMultipleChoices {
		err = d.Kept.Put(ctx, name, d.sealed(name, kept{asked, out.status, out.header, out.body.Bytes()}), keptFor)
	} else {
		err = d.Kept.Drop(ctx, name)
	}
	if err != nil { // the answer is right all the same
		web.From(ctx).Fail(fmt.Errorf("keep an answer: %w", err))
	}
	out.copyTo(w)
}

// again answers a request whose key was used before.
func (d *Door) again(w http.ResponseWriter, r *http.Request, name string, asked, there []byte) {
	before, err := d.unsealed(name, there)
	switch {
	case err != nil:
		d.refuse(w, r, err)
	case !bytes.Equal(before.Request, asked):
		d.refuse(w, r, &roster.Error{Kind: roster.Invalid, Field: keyHeader, Detail: "This Idempotency-Key was used for another request. Make a new one for each request."})
	case before.Status == 0:
		w.Header().Set("Retry-After", "1")
		d.refuse(w, r, &roster.Error{Kind: roster.Conflict, Code: CodeInProgress, Field: keyHeader, Detail: "The first request with this Idempotency-Key is still running. Ask again in a second."})
	default:
		out := &capture{header: before.Header, status: before.Status}
		_, _ = out.body.Write(before.Body)
		w.Header().Set("Idempotent-Replayed", "true")
		out.copyTo(w)
	}
}

func (d *Door) sealed(name string, k kept) []byte {
	b, err := json.Marshal(k)
	if err != nil { // texts and numbers always marshal
		return nil
	}
	return d.Key.Seal(b, []byte(name))
}

// unsealed opens what was kept. What another master key sealed was kept before the key was changed.
func (d *Door) unsealed(name string, b []byte) (kept, error) {
	var k kept
	plain, err := d.Key.Open(b, []byte(name))
	if err == nil {
		err = json.Unmarshal(plain, &k)
	}
	if err != nil {
		return k, &roster.Error{Kind: roster.Unavailable, Detail: "What was kept of the first request can't be read.", Err: errors.Join(errors.New("open a kept answer"), err)}
	}
	return k, nil
}

// capture is an answer that is not sent yet.
type capture struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (c *capture) Header() http.Header { return c.header }

// WriteHeader implements http.ResponseWriter.
func (c *capture) WriteHeader(status int) { c.status = status }

// Write implements http.ResponseWriter.
func (c *capture) Write(b []byte) (int, error) { return c.body.Write(b) }

func (c *capture) copyTo(w http.ResponseWriter) {
	maps.Copy(w.Header(), c.header)
	w.WriteHeader(c.status)
	_, _ = w.Write(c.body.Bytes())
}
