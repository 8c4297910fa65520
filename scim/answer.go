package scim

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// recorder stands between a handler and the connection. It remembers what was answered, names
// the media type as the client wants it, and leaves the body of HEAD out.
type recorder struct {
	http.ResponseWriter
	status int
	media  string // empty: as the handler says
	head   bool
	sent   bool // the header has gone: what fails from now on can't be told any more
	broken bool // it failed after that

	request *request // nil: not authenticated
}

func newRecorder(w http.ResponseWriter, r *http.Request) *recorder {
	out := &recorder{ResponseWriter: w, status: http.StatusOK, head: r.Method == http.MethodHead}
	if mediaFor(r.Header.Values("Accept")) == plainJSON {
		out.media = plainJSON
	}
	return out
}

func (r *recorder) WriteHeader(status int) {
	r.status, r.sent = status, true
	// Of an answer that is complete only the sending is left, and a slow reader must not keep a
	// place from others; see Write for the others.
	if r.request != nil && r.Header().Get("Content-Length") != "" {
		r.request.leave()
	}
	if h := r.Header(); r.media != "" && h.Get("Content-Type") != "" {
		h.Set("Content-Type", r.media)
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	r.sent = true
	if r.head {
		return len(b), nil
	}
	if r.request != nil { // a piece of a long answer: what reads the next one waits for another turn
		r.request.leave()
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// fail answers with a SCIM error, unless the client has gone. When the answer has begun
// already, it is marked as broken.
func (r *recorder) fail(req *http.Request, err error) {
	if r.sent {
		r.broken = true
		return
	}
	f := faultOf(err)
	if f.status == http.StatusInternalServerError && errors.Is(req.Context().Err(), context.DeadlineExceeded) {
		f = tooSlow() // whatever the store made of it
	}
	if f.header[0] != "" {
		r.Header().Set(f.header[0], f.header[1])
	}
	_ = write(r, f.status, f.body()) // the error that led here is the one to report
}

// body is the SCIM error (RFC 7644 §3.12).
func (f *fault) body() []byte {
	b, err := json.Marshal(struct {
		Schemas  [1]string `json:"schemas"`
		Status   string    `json:"status"` // a string: RFC 7644 §3.12
		ScimType string    `json:"scimType,omitempty"`
		Detail   string    `json:"detail"`
	}{[1]string{errorSchema}, strconv.Itoa(f.status), f.scimType, f.detail})
	if err != nil { // texts always can be written
		return []byte("{}")
	}
	return b
}

// write answers with a body. The error is the connection's: nobody is left to
// be told, but the log should know.
func write(w http.ResponseWriter, status int, body []byte) error {
	head(w).Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return &gone{err}
	}
	return nil
}

// head sets the header fields that every answer with a body has.
func head(w http.ResponseWriter) http.Header {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Vary", "Accept")
	// Answers hold personal data and stand behind a token.
	h.Set("Cache-Control", "private, no-cache")
	return h
}

// gone says that the answer could not be delivered.
type gone struct{ err error }

func (g *gone) Error() string { return "write answer: " + g.err.Error() }
func (g *gone) Unwrap() error { return g.err }
