package sso

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"rollcall/console"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
	"rollcall/sso/oidc"
	"rollcall/sso/saml"
)

// The reason codes of the door itself. They are documented in docs/reasons.md.
const (
	CodeForeignPage              = reason.CodeForeignPage
	CodeNoConnection roster.Code = "no_connection"
	CodeNoFlow                   = reason.CodeNoFlow
	CodeReplayed     roster.Code = "saml_replayed"
	CodeTooMany                  = reason.CodeTooMany
	CodeTestTicket   roster.Code = "test_ticket"
)

// Codes returns the codes of the door itself.
func Codes() []roster.Code {
	return []roster.Code{CodeForeignPage, CodeNoConnection, CodeNoFlow, CodeReplayed, CodeTooMany, CodeTestTicket}
}

// refusal is an error with what the page says beside it.
type refusal struct {
	err    *roster.Error
	tenant tenant.Tenant
	again  string
	label  string
}

// Error implements error.
func (r *refusal) Error() string { return r.err.Error() }

// Unwrap returns the error itself.
func (r *refusal) Unwrap() error { return r.err }

// said adds the tenant whose refusal it is, so that the page can say whom to ask.
func (f found) said(err error) error {
	e, ok := errors.AsType[*roster.Error](err)
	if !ok {
		return err
	}
	return &refusal{err: e, tenant: f.Tenant}
}

// refused writes down that a sign-in which had begun was refused by a rule, and returns the refusal.
func (d *Door) refused(r *http.Request, at found, f flow, err error) error {
	e, ok := errors.AsType[*roster.Error](err)
	if !ok {
		return err
	}
	if werr := d.note(r, at, f, roster.SignInFailure{Code: e.Code}); werr != nil {
		return werr
	}
	return at.said(err)
}

// note writes down why a sign-in failed, for the tenant's admins.
func (d *Door) note(r *http.Request, at found, f flow, n roster.SignInFailure) error {
	n.Connection, n.Test, n.RequestID = at.Connection.ID, f.Test != 0, d.RequestID(r.Context())
	return d.Roster.NoteSignInFailure(r.Context(), at.Tenant.ID, n)
}

// failed answers a browser that came back with what did not pass the checks. The person hears that
// it failed, and the code; the tenant's admins read in the events which check it was and what was seen.
func (d *Door) failed(w http.ResponseWriter, r *http.Request, at found, f flow, err error) error {
	n, facts, detail := failureOf(err)
	if n.Code == "" {
		return at.said(err) // not the provider's answer, but something of ours
	}
	if werr := d.note(r, at, f, n); werr != nil {
		return werr
	}
	web.From(r.Context()).Fail(err)
	if f.Test != 0 {
		d.Pages.Show(w, http.StatusForbidden, console.TestResult{
			Connection: at.Connection.Name, Sentence: detail, Code: string(n.Code), Facts: facts, Again: d.testAgain(at, f),
		})
		return nil
	}
	no := n.Code == oidc.CodeProvider || n.Code == saml.CodeStatus
	return d.led(w, r, Failed{Return: f.Return, Refused: no, Asked: f.Email}, &refusal{
		err: &roster.Error{Kind: roster.Forbidden, Code: n.Code, Detail: "The identity provider's answer did not pass our checks."}, tenant: at.Tenant,
	})
}

// failureOf reads what the two protocols say of a failure. The facts hold no secret and, as far as the
// signature was not good, nothing of whoever posted that is worth keeping.
func failureOf(err error) (roster.SignInFailure, []console.Fact, string) {
	var n roster.SignInFailure
	var facts []console.Fact
	detail := ""
	if s, ok := errors.AsType[*saml.Failure](err); ok {
		n.Code, n.Check, detail = s.Code, s.Check, s.Detail
		facts = factsOf(s.Diagnostics)
	}
	if o, ok := errors.AsType[*oidc.Failure](err); ok {
		n.Code, n.Check, detail = o.Code, o.Check, o.Detail
		for _, f := range o.Diagnostics.Facts() {
			facts = append(facts, console.Fact(f))
		}
	}
	if e, ok := errors.AsType[*roster.Error](err); ok && e.Code == CodeReplayed {
		n.Code, n.Check, detail = e.Code, "replay", e.Detail
	}
	for _, f := range facts {
		n.Facts = append(n.Facts, roster.SignInFact(f))
	}
	return n, facts, detail
}

// Refuse shows an error as a page. What is unknown stays inside.
func (d *Door) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	web.From(r.Context()).Fail(err)
	status := web.Status(err)
	var code roster.Code
	again, label, contact := "", "", ""
	if f, ok := errors.AsType[*refusal](err); ok {
		again, label, contact = f.again, f.label, f.tenant.Policy.Contact
	}
	switch e := (*roster.Error)(nil); {
	case errors.As(err, &e) && e.Code != "":
		code = e.Code
	case failureCode(err) != "":
		code, status = failureCode(err), http.StatusForbidden
	case isUnavailable(err):
		code, status = "unavailable", http.StatusServiceUnavailable
	case status == http.StatusNotFound:
		code = "not_found"
	case status < http.StatusInternalServerError:
		code = "bad_request"
	default:
		code = "internal"
	}
	if code == CodeNoFlow && status == http.StatusUnprocessableEntity {
		status = http.StatusBadRequest // nothing in it can be corrected
	}
	if code == roster.CodeTenantSuspended || status == http.StatusConflict {
		status = http.StatusForbidden
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter(waitOf(err)))
	}
	said := sentences(code)
	if again == "" && said.Again {
		again, label = pathLogin, "Go to the sign-in page"
	}
	page := console.Refused{
		Heading: said.Heading, Sentence: said.Sentence, Do: said.Do, Contact: contact, Code: string(code), Again: again, AgainLabel: label,
	}
	page.Copy = d.desk().ForIT(r, page)
	d.Pages.Show(w, status, page)
}

func failureCode(err error) roster.Code {
	n, _, _ := failureOf(err)
	return n.Code
}

func isUnavailable(err error) bool {
	_, provider := errors.AsType[*oidc.Unavailable](err)
	return provider || errors.Is(err, roster.Unavailable) || errors.Is(err, context.DeadlineExceeded)
}

// waitOf is when it makes sense to try again.
func waitOf(err error) time.Duration {
	if u, ok := errors.AsType[*oidc.Unavailable](err); ok && u.RetryAfter > 0 {
		return u.RetryAfter
	}
	return 5 * time.Second
}

// retryAfter is a time in whole seconds, at least one.
func retryAfter(d time.Duration) string {
	return strconv.Itoa(max(int((d+time.Second-1)/time.Second), 1))
}

func (d *Door) desk() reason.Desk {
	return reason.Desk{Pages: d.Pages, Public: d.Public, Now: d.Now, RequestID: d.RequestID}
}
