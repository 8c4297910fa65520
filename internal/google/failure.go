package google

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"rollcall/internal/roster"
)

// Failure is why Google could not be read.
type Failure struct {
	Code roster.Code
	// Detail says to an admin what to change, and where.
	Detail string
	Status int    // of Google's answer; 0: there was none
	Reason string // Google's word for it, such as rateLimitExceeded
	Err    error  // of the network; may be nil
}

// Error implements error. It holds neither Google's sentence nor the URL, which may name people.
func (f *Failure) Error() string {
	return fmt.Sprintf("read google: %s: status %d %s", f.Code, f.Status, f.Reason)
}

// Unwrap gives the network's error.
func (f *Failure) Unwrap() error { return f.Err }

// refusal is what Google says when it does not answer what was asked. The API and the token endpoint
// say it in two ways.
type refusal struct {
	status  int
	reason  string
	message string
}

// parseRefusal reads the body of an answer that is an error: {"error": {"errors": [{"reason": …}]}} of
// the API, {"error": "…", "error_description": "…"} of the token endpoint (RFC 6749 §5.2).
func parseRefusal(status int, body []byte) refusal {
	r := refusal{status: status}
	var outer struct {
		Error       json.RawMessage `json:"error"`
		Description string          `json:"error_description"`
	}
	if json.Unmarshal(body, &outer) != nil || len(outer.Error) == 0 {
		return r
	}
	if json.Unmarshal(outer.Error, &r.reason) == nil {
		r.message = outer.Description
		return r
	}
	var inner struct {
		Message string `json:"message"`
		Status  string `json:"status"`
		Errors  []struct {
			Reason string `json:"reason"`
		} `json:"errors"`
		Details []struct {
			Reason string `json:"reason"`
		} `json:"details"`
	}
	if json.Unmarshal(outer.Error, &inner) != nil {
		return r
	}
	r.message, r.reason = inner.Message, inner.Status
	for _, d := range inner.Details {
		if d.Reason != "" {
			r.reason = d.Reason
		}
	}
	if len(inner.Errors) > 0 && inner.Errors[0].Reason != "" && r.reason != "SERVICE_DISABLED" && r.reason != "ACCESS_TOKEN_SCOPE_INSUFFICIENT" {
		r.reason = inner.Errors[0].Reason
	}
	return r
}

// passing says whether the same request may be answered a little later: Google asks to repeat these
// with growing pauses.
func (r refusal) passing() bool {
	switch r.reason {
	case "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED":
		return true
	case "dailyLimitExceeded":
		return false
	}
	return r.status == http.StatusTooManyRequests || r.status >= http.StatusInternalServerError
}

// crowded says whether it is about too many requests.
func (r refusal) crowded() bool {
	return r.status == http.StatusTooManyRequests || strings.Contains(strings.ToLower(r.reason), "limitexceeded") || r.reason == "quotaExceeded" ||
		r.reason == "RATE_LIMIT_EXCEEDED" || r.reason == "RESOURCE_EXHAUSTED"
}

// says adds Google's own sentence to ours, for whoever looks for it on the web.
func (r refusal) says(ours string) string {
	if r.message == "" {
		return ours
	}
	text := []rune(strings.Join(strings.Fields(r.message), " "))
	if len(text) > 200 {
		text = append(text[:199], '…')
	}
	return ours + " Google says: “" + string(text) + "”"
}

// failureOf explains a refusal of the API to an admin.
func failureOf(r refusal, key Key, subject string) *Failure {
	f := &Failure{Status: r.status, Reason: r.reason}
	message := strings.ToLower(r.message)
	switch {
	case r.crowded():
		f.Code, f.Detail = roster.CodePullQuota, "Google answers that too many requests came. The next run goes on; if it lasts, raise the quotas of the Admin SDK API of the project in Google Cloud, or read the directory less often."
	case r.status >= http.StatusInternalServerError:
		f.Code, f.Detail = roster.CodePullUnreachable, "Google does not answer as it should. The next run tries again; nothing needs to be changed."
	case r.reason == "accessNotConfigured" || r.reason == "SERVICE_DISABLED":
		f.Code, f.Detail = roster.CodePullAPIOff, "The Admin SDK API is off in the project of the service account. In console.cloud.google.com open APIs and services, Library, Admin SDK API, and choose Enable."
	case r.reason == "insufficientPermissions" || r.reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT" || strings.Contains(message, "insufficient authentication scopes"):
		f.Code, f.Detail = roster.CodePullDelegation, delegate(key)
	case r.status == http.StatusUnauthorized:
		f.Code, f.Detail = roster.CodePullKey, "Google does not take the access token that it gave itself. See in console.cloud.google.com whether the service account "+key.Email+" is still there and enabled."
	case r.status == http.StatusForbidden:
		f.Code, f.Detail = roster.CodePullRights, "The administrator "+subject+" may not read users and groups. In admin.google.com, Account, Admin roles, give the role Users and Groups Reader (or one with the privileges Users read and Groups read for all organisational units), or name another administrator with --subject."
	default:
		f.Code, f.Detail = roster.CodePullSettings, "Google can't find what was asked for. Compare the customer id (admin.google.com, Account settings) and the organisational unit with the settings of the pull."
	}
	f.Detail = r.says(f.Detail)
	return f
}

// delegate says how the scopes are delegated.
func delegate(key Key) string {
	return "The scopes are not delegated to the service account. In admin.google.com open Security, Access and data control, API controls, Domain-wide delegation; add the client id " + key.ClientID +
		" with the three scopes " + strings.ReplaceAll(scopes, " ", ", ") + ". It may take some minutes, at most a day, until that holds."
}

// grantFailure explains a refusal of the token endpoint to an admin.
func grantFailure(r refusal, key Key, subject string) *Failure {
	f := &Failure{Status: r.status, Reason: r.reason}
	message := strings.ToLower(r.message)
	switch {
	case r.crowded() || r.status >= http.StatusInternalServerError:
		return failureOf(r, key, subject)
	case r.reason == "unauthorized_client" || r.reason == "access_denied" || r.reason == "invalid_scope":
		f.Code, f.Detail = roster.CodePullDelegation, delegate(key)
	case strings.Contains(message, "reasonable timeframe") || strings.Contains(message, "short-lived"):
		f.Code, f.Detail = roster.CodePullClock, "Google finds that the assertion was made at another time than now. Set the clock of this machine by NTP."
	case strings.Contains(message, "invalid email") || strings.Contains(message, "user id"):
		f.Code, f.Detail = roster.CodePullSubject, "There is no active user "+subject+" in the Google account. Name an administrator with --subject, by the primary address."
	default:
		f.Code, f.Detail = roster.CodePullKey, "Google does not take the key of the service account "+key.Email+": it was deleted or disabled, or the account was. Make another key in console.cloud.google.com, IAM and admin, Service accounts, Keys, and set it with --service-account."
	}
	f.Detail = r.says(f.Detail)
	return f
}

func endless() error {
	return &Failure{Code: roster.CodePullUnreachable, Detail: "Google's list does not end. The next run tries again."}
}
