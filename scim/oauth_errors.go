package scim

import (
	"errors"
	"net/http"

	"rollcall/internal/roster"
)

// The error codes of RFC 6749 §5.2. The last is §4.1.2.1's, for which §5.2 has no word.
const (
	invalidRequest   = "invalid_request"
	invalidClient    = "invalid_client"
	invalidGrant     = "invalid_grant"
	unsupportedGrant = "unsupported_grant_type"
	unavailableNow   = "temporarily_unavailable"
	serverError      = "server_error"
)

// oauthError is an answer of the token endpoint. It is its own log text, since detail quotes nothing
// that was sent.
type oauthError struct {
	status int
	code   string
	detail string
	header [2]string // name and value; empty: none
	err    error     // for the log
	// denied is why the client is none, for the directory's health; empty: nobody knows it.
	denied roster.AuthFailure
}

func (e *oauthError) Error() string {
	if e.err != nil {
		return e.code + ": " + e.err.Error()
	}
	return e.code + ": " + e.detail
}

func (e *oauthError) Unwrap() error { return e.err }

func badRequest(detail string) *oauthError {
	return &oauthError{status: http.StatusBadRequest, code: invalidRequest, detail: detail}
}

// unknownClient is the one answer to whoever does not prove to be a client of the directory: unknown,
// wrong, revoked, expired, another directory's. RFC 6749 §5.2 wants the challenge where the header was used.
func (q tokenRequest) unknownClient() *oauthError {
	if q.grant == grantAssertion {
		return &oauthError{status: http.StatusBadRequest, code: invalidGrant, detail: "The assertion is not one that this directory trusts."}
	}
	e := &oauthError{
		status: http.StatusUnauthorized, code: invalidClient,
		detail: "The client id and its proof are not those of a client of this directory, or the secret has expired or been revoked. " +
			"Compare the token URL, the client id and the secret.",
	}
	if q.basic {
		e.header = [2]string{"WWW-Authenticate", `Basic realm="SCIM", charset="UTF-8"`}
	}
	return e
}

// oauthFault is the answer to any error; of an unknown one nothing is shown.
func oauthFault(err error) *oauthError {
	if e, ok := errors.AsType[*oauthError](err); ok {
		return e
	}
	if errors.Is(err, roster.Unavailable) {
		return &oauthError{
			status: http.StatusServiceUnavailable, code: unavailableNow, header: retryHeader(retryAfter),
			detail: "The service cannot answer now. Wait as long as Retry-After says and repeat.",
		}
	}
	return &oauthError{
		status: http.StatusInternalServerError, code: serverError,
		detail: "The service failed. The failure is on record; repeat the request later.",
	}
}

// writeOAuthError answers with an error (RFC 6749 §5.2).
func writeOAuthError(w http.ResponseWriter, err error) {
	e := oauthFault(err)
	if e.header[0] != "" {
		w.Header().Set(e.header[0], e.header[1])
	}
	_ = writeOAuth(w, e.status, struct { // the error that led here is the one to report
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{e.code, e.detail})
}
