package scim

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/roster"
)

// errorSchema marks an error answer (RFC 7644 §3.12).
const errorSchema = "urn:ietf:params:scim:api:messages:2.0:Error"

// retryAfter is asked of clients that came too fast or at a bad time. It is
// short because Entra puts a job with many failures into quarantine.
const retryAfter = 5 * time.Second

// retryPaused is asked of a paused directory. Reads are answered meanwhile, so
// that the provider's test of the connection goes on working: a steady 401 or
// 404 would quarantine Entra's job, a 503 of some writes does not.
const retryPaused = 10 * time.Minute

// fault is an answer that only the protocol knows of; no rule of the roster
// is behind it.
type fault struct {
	status   int
	scimType string
	detail   string
	header   [2]string // name and value; empty: none
}

func (f *fault) Error() string { return strconv.Itoa(f.status) + " " + f.detail }

// statusOf is the mapping table from the roster's kinds to HTTP's status and
// RFC 7644's scimType (§3.12, tables 8 and 9; RFC 9865 §2.1 for cursors). An unknown kind is
// a mistake of ours: 500.
func statusOf(e *roster.Error) (status int, scimType string) {
	switch e.Kind {
	case roster.NotFound:
		return http.StatusNotFound, ""
	case roster.Conflict:
		return http.StatusConflict, "uniqueness"
	case roster.Invalid:
		return http.StatusBadRequest, "invalidValue"
	case roster.Stale:
		return http.StatusPreconditionFailed, ""
	case roster.Refused:
		return statusOfRefusal(e.Code)
	case roster.Unauthorized:
		return http.StatusUnauthorized, ""
	case roster.Forbidden:
		return http.StatusForbidden, ""
	case roster.TooLarge:
		return http.StatusRequestEntityTooLarge, ""
	case roster.TooMany:
		return http.StatusBadRequest, "tooMany"
	case roster.RateLimited:
		return http.StatusTooManyRequests, ""
	case roster.Unavailable:
		return http.StatusServiceUnavailable, ""
	case roster.Mutability:
		return http.StatusBadRequest, "mutability"
	case roster.NoTarget:
		return http.StatusBadRequest, "noTarget"
	case roster.BadFilter:
		return http.StatusBadRequest, "invalidFilter"
	case roster.BadPath:
		return http.StatusBadRequest, "invalidPath"
	case roster.BadSyntax:
		return http.StatusBadRequest, "invalidSyntax"
	case roster.BadCursor:
		return http.StatusBadRequest, "invalidCursor"
	case roster.OldCursor:
		return http.StatusBadRequest, "expiredCursor"
	case roster.Sensitive:
		return http.StatusForbidden, "sensitive" // RFC 7644 §7.5.2
	}
	return http.StatusInternalServerError, ""
}

// statusOfRefusal says how a rule's refusal looks to a directory.
func statusOfRefusal(c roster.Code) (status int, scimType string) {
	switch c {
	case roster.CodeDomainNotProven, roster.CodeDomainNotOwned, roster.CodeDomainHeld:
		return http.StatusBadRequest, "invalidValue"
	case roster.CodeEmailExists, roster.CodeExternalIDConflict:
		return http.StatusConflict, "uniqueness"
	case roster.CodeLastAdmin:
		return http.StatusConflict, "mutability"
	}
	return http.StatusForbidden, ""
}

// wordOf turns the roster's name of a field into SCIM's. Errors of this package
// are in SCIM's words already, where name is an attribute of users.
func wordOf(e *roster.Error) string {
	switch e.Field {
	case "login":
		return "userName"
	case "external_id":
		return "externalId"
	case "email":
		return "emails"
	case "name":
		if e.Kind == roster.Conflict {
			return "displayName"
		}
	}
	return e.Field
}

// detailOf is what the customer's admin reads in the provisioning log of the
// identity provider: what happened and what to change there.
func detailOf(e *roster.Error) string {
	word := wordOf(e)
	switch {
	case e.Kind == roster.NotFound && e.Field == "":
		// The roster speaks of members, the provider's admin of users.
		return "There is no such resource in this directory. It may have been deleted; create it again."
	case e.Detail != "" && (word == "" || strings.Contains(e.Detail, word) || strings.Contains(e.Detail, strconv.Quote(word))):
		return e.Detail
	case e.Detail != "":
		return word + ": " + e.Detail
	}
	switch e.Kind {
	case roster.Conflict:
		if word == "" {
			word = "value"
		}
		return "Another resource of this directory has this " + word + " already. Look it up with a filter and change it, or send another " + word + "."
	case roster.Stale:
		return "The resource has changed since it was read. Read it again and repeat the change."
	case roster.RateLimited:
		return "Too many requests. Wait as long as Retry-After says and repeat."
	case roster.Unavailable:
		return "The service cannot answer now. Wait as long as Retry-After says and repeat; nothing is known to be wrong with the request."
	}
	if word != "" {
		return word + ": " + string(e.Kind) + "."
	}
	return "The request cannot be carried out: " + string(e.Kind) + "."
}

// faultOf is the answer to any error. An error of unknown origin is 500
// with a fixed text: its own may hold anything.
func faultOf(err error) *fault {
	if f, ok := errors.AsType[*fault](err); ok {
		return f
	}
	e, ok := errors.AsType[*roster.Error](err)
	switch {
	case ok:
	case errors.Is(err, context.DeadlineExceeded):
		return tooSlow()
	default:
		kind, _ := errors.AsType[roster.Kind](err) // no kind: 500
		e = &roster.Error{Kind: kind}
	}
	f := &fault{}
	f.status, f.scimType = statusOf(e)
	switch f.status {
	case http.StatusUnauthorized:
		f.header = [2]string{"WWW-Authenticate", `Bearer realm="SCIM"`}
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		f.header = retryHeader(retryAfter)
		if e.Code == roster.CodeDirectoryPaused {
			f.header = retryHeader(retryPaused)
		}
	}
	f.detail = "The service failed. The failure is on record; repeat the request later."
	if f.status != http.StatusInternalServerError {
		f.detail = detailOf(e)
	}
	return f
}

func retryHeader(wait time.Duration) [2]string {
	seconds := int((wait + time.Second - 1) / time.Second)
	return [2]string{"Retry-After", strconv.Itoa(seconds)}
}

// tooSlow answers a request that our own deadline ended. Nothing is wrong with it: 503, not 500.
func tooSlow() *fault {
	return &fault{
		status: http.StatusServiceUnavailable,
		detail: "The request took longer than it may, and was given up. Wait as long as Retry-After says and repeat it; ask for less at once if it happens again.",
		header: retryHeader(retryAfter),
	}
}

func tooFast(wait time.Duration) error {
	return &fault{
		status: http.StatusTooManyRequests,
		detail: "This directory sends more requests than it may. Wait as long as Retry-After says and repeat.",
		header: retryHeader(wait),
	}
}

func unknownEndpoint(path string) error {
	if len(path) > 200 {
		path = path[:200] + "…"
	}
	if strings.Contains(path, "//") {
		return &fault{status: http.StatusNotFound, detail: "There is no SCIM endpoint at " + path +
			", which has two slashes in a row. Take the slash off the end of the base URL."}
	}
	return &fault{status: http.StatusNotFound, detail: "There is no SCIM endpoint at " + path +
		". Users and Groups are served, and /ResourceTypes lists all; compare the base URL."}
}

func methodNotAllowed(method, allow string) error {
	if len(method) > 20 {
		method = method[:20] + "…"
	}
	return &fault{
		status: http.StatusMethodNotAllowed,
		detail: method + " is not served here; " + allow + " are.",
		header: [2]string{"Allow", allow},
	}
}

func bodyTooLarge(limit int64) *fault {
	return &fault{status: http.StatusRequestEntityTooLarge, detail: "The body is larger than the " +
		strconv.FormatInt(limit, 10) + " bytes that are taken here. Send the change in several requests."}
}

func invalidValue(detail string) error {
	return &roster.Error{Kind: roster.Invalid, Detail: detail}
}

// noMe answers /Me (RFC 7644 §3.11), an alias for the person whom a token speaks for.
func noMe(http.ResponseWriter, *request) error {
	return &fault{status: http.StatusNotImplemented, detail: "/Me is not served yet. It stands for the person whom a token belongs to, and tokens of persons come with sign-in; " +
		"this token speaks for a directory, which is nobody. Use /Users/{id}."}
}
