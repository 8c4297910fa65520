package reason

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/web"
)

// Desk shows refusals as pages. It is safe for concurrent use.
type Desk struct {
	Pages     *console.Pages
	Public    string // the gateway's URL
	Now       func() time.Time
	RequestID func(context.Context) string
}

// About is what a page says of a refusal besides the words of its code.
type About struct {
	Contact string // of the tenant: whom to ask
	// Again is where to start anew, with the text of the link; empty: the sign-in page where the code's words say so.
	Again, Label string
}

// told is an error that brings its About along.
type told struct {
	err   error
	about About
}

// Error implements error.
func (t *told) Error() string { return t.err.Error() }

// Unwrap returns the error itself.
func (t *told) Unwrap() error { return t.err }

// With adds to an error what its page says besides. Nil stays nil.
func With(err error, a About) error {
	if err == nil {
		return nil
	}
	return &told{err, a}
}

const pathLogin = "/login"

// Refuse shows an error as a page. What is unknown stays inside.
func (d Desk) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	web.From(r.Context()).Fail(err)
	code, status := Code(err)
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		if w.Header().Get("Retry-After") == "" {
			w.Header().Set("Retry-After", "5")
		}
	}
	about := About{}
	if t, ok := errors.AsType[*told](err); ok {
		about = t.about
	}
	said := Of(code)
	if about.Again == "" && said.Again {
		about.Again, about.Label = pathLogin, "Go to the sign-in page"
	}
	page := console.Refused{
		Heading: said.Heading, Sentence: said.Sentence, Do: said.Do, Contact: about.Contact, Code: string(code), Again: about.Again, AgainLabel: about.Label,
	}
	page.Copy = d.ForIT(r, page)
	d.Pages.Show(w, status, page)
}

// Code is the code and the status by which a page tells of an error.
func Code(err error) (roster.Code, int) {
	status := web.Status(err)
	e, coded := errors.AsType[*roster.Error](err)
	switch {
	case coded && e.Code != "":
		if status == http.StatusConflict {
			status = http.StatusForbidden // nothing that the person sends again would do
		}
		return e.Code, status
	case errors.Is(err, roster.Unavailable) || errors.Is(err, context.DeadlineExceeded):
		return "unavailable", http.StatusServiceUnavailable
	case status == http.StatusNotFound:
		return "not_found", status
	case status < http.StatusInternalServerError:
		return "bad_request", status
	}
	return "internal", status
}

// ForIT is what somebody gives to those who can help: no name, no address, nothing secret.
func (d Desk) ForIT(r *http.Request, p console.Refused) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	line("What", p.Sentence)
	line("Code", p.Code)
	line("What to do", p.Do)
	line("Where", d.Public)
	line("When", d.Now().UTC().Format(time.RFC3339))
	line("Request", d.RequestID(r.Context()))
	return b.String()
}

// TooMany is the refusal of who comes too often, and says in the header when to come again.
func TooMany(w http.ResponseWriter, wait time.Duration) error {
	w.Header().Set("Retry-After", strconv.Itoa(max(int((wait+time.Second-1)/time.Second), 1)))
	return &roster.Error{Kind: roster.RateLimited, Code: CodeTooMany, Detail: "Too many tries came from this network."}
}
