package scim

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// The grants of the token endpoint.
const (
	grantClient    = "client_credentials"                                     // RFC 6749 §4.4
	grantAssertion = "urn:ietf:params:oauth:grant-type:jwt-bearer"            // RFC 7523 §2.1
	jwtAssertion   = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" // RFC 7523 §2.2
)

// tokenRequest is a token request that names exactly one proof: a secret or an assertion.
type tokenRequest struct {
	grant     string
	clientID  string // may be empty with an assertion (RFC 7521 §4.2)
	secret    string
	assertion string
	basic     bool // the client came by the Authorization header
}

// maxParameters is how many parameters a request may have; RFC 6749 ignores those it does not know.
const maxParameters = 50

// parseTokenRequest reads the parameters. The error is an *oauthError, and quotes nothing.
func parseTokenRequest(authorization []string, body string) (tokenRequest, error) {
	var q tokenRequest
	form, err := url.ParseQuery(body)
	if err != nil || len(form) > maxParameters {
		return q, badRequest("The body is not a form (application/x-www-form-urlencoded).")
	}
	for _, values := range form {
		if len(values) > 1 { // RFC 6749 §3.2
			return q, badRequest("A parameter stands in the body more than once.")
		}
	}
	q.grant, q.clientID, q.secret = form.Get("grant_type"), form.Get("client_id"), form.Get("client_secret")
	if q, err = q.readHeader(authorization); err != nil {
		return q, err
	}
	switch q.grant {
	case grantClient:
		q.assertion = form.Get("client_assertion")
		if kind := form.Get("client_assertion_type"); q.assertion != "" && kind != jwtAssertion || q.assertion == "" && kind != "" {
			return q, badRequest("client_assertion and client_assertion_type go together, and the type is " + jwtAssertion + ".")
		}
	case grantAssertion:
		if q.assertion = form.Get("assertion"); q.assertion == "" {
			return q, badRequest("The parameter assertion is missing.")
		}
	case "":
		return q, badRequest("The parameter grant_type is missing.")
	default:
		return q, &oauthError{
			status: http.StatusBadRequest, code: unsupportedGrant, detail: "The grants are " + grantClient + " and " + grantAssertion + ".",
		}
	}
	switch { // RFC 6749 §2.3: one method only
	case q.assertion != "" && q.secret != "":
		return q, badRequest("The client proves itself twice. Send either a secret or an assertion.")
	case q.assertion == "" && (q.clientID == "" || q.secret == ""):
		return q, q.unknownClient()
	}
	return q, nil
}

// readHeader reads the client from the Authorization header: Basic, with both parts form-encoded (RFC 6749
// §2.3.1). No header is fine; any other scheme is no client.
func (q tokenRequest) readHeader(authorization []string) (tokenRequest, error) {
	if len(authorization) == 0 {
		return q, nil
	}
	q.basic = true
	if q.secret != "" {
		return q, badRequest("The client proves itself twice. Send the secret either in the header or in the body.")
	}
	scheme, rest, _ := strings.Cut(strings.TrimSpace(authorization[0]), " ")
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	name, password, ok := strings.Cut(string(raw), ":")
	if len(authorization) > 1 || !strings.EqualFold(scheme, "Basic") || err != nil || !ok {
		return q, q.unknownClient()
	}
	id, err1 := url.QueryUnescape(name)
	proof, err2 := url.QueryUnescape(password)
	if err1 != nil || err2 != nil || id == "" || proof == "" || q.clientID != "" && q.clientID != id {
		return q, q.unknownClient()
	}
	q.clientID, q.secret = id, proof
	return q, nil
}
