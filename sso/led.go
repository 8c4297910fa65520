package sso

import (
	"errors"
	"net/http"

	"rollcall/internal/roster"
	"rollcall/internal/web"
)

// Failed is a sign-in that came back from a provider and led to nothing.
type Failed struct {
	Return string // where it was to lead
	Code   roster.Code
	// Refused says that the provider itself said no.
	Refused bool
	Asked   string // the address that it began with; may be empty
	Came    string // the one that the provider named; may be empty
}

// led sends the browser to where it began, if the page there wants to say what the failure means. Else it returns the
// refusal, for a page of our own.
func (d *Door) led(w http.ResponseWriter, r *http.Request, f Failed, refusal error) error {
	e, ok := errors.AsType[*roster.Error](refusal)
	if !ok || e.Kind == roster.Unavailable {
		return refusal
	}
	f.Code = e.Code
	to, err := d.Lead(r.Context(), f)
	if err != nil {
		return err
	}
	if to == "" {
		return refusal
	}
	web.From(r.Context()).Fail(refusal)
	goTo(w, local(to))
	return nil
}
