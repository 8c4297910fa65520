package oidc

import (
	"crypto/subtle"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
)

// Callback is how a browser came back.
type Callback struct {
	// Post says that the parameters are those of a form (form_post), not of the URL.
	Post   bool
	Params url.Values
}

// MaxCallback is the longest form that CallbackOf reads, in bytes.
const MaxCallback = 64 << 10

const (
	maxState = 256
	maxCode  = 8 << 10 // Entra's are more than a thousand bytes long
)

// CallbackOf reads the parameters of a request: of the URL of a GET, of the form of a POST, never of both. The
// error is a *Failure.
func CallbackOf(w http.ResponseWriter, r *http.Request) (Callback, error) {
	if r.Method == http.MethodGet {
		params, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil || len(r.URL.RawQuery) > MaxCallback {
			return Callback{}, malformed("callback", "The answer's parameters can't be read.")
		}
		return Callback{Params: params}, nil
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || r.URL.RawQuery != "" || kind != "application/x-www-form-urlencoded" {
		return Callback{}, malformed("callback", "The answer is neither a GET nor a POST with a form alone.")
	}
	r.Body = http.MaxBytesReader(w, r.Body, MaxCallback)
	if err := r.ParseForm(); err != nil {
		return Callback{}, malformed("callback", "The answer's form can't be read, or is longer than 64 KiB.")
	}
	return Callback{Post: true, Params: r.PostForm}, nil
}

func malformed(check, detail string) *Failure {
	return &Failure{Code: CodeMalformed, Check: check, Detail: detail}
}

// answer is what a callback says, after its shape was found good.
type answer struct{ code, state, issuer, problem, text string }

// read checks a callback's shape (O19): by the method that was asked for, each parameter once, of reasonable
// length, and no token in it.
func (cb Callback) read(mode ResponseMode) (answer, *Failure) {
	if cb.Post != (mode == FormPost) {
		return answer{}, malformed("response mode", "The provider answered by another response mode than the one that was asked for.")
	}
	most := map[string]int{"code": maxCode, "state": maxState, "iss": maxURL, "error": maxField, "error_description": 4 << 10}
	for name, limit := range most {
		values := cb.Params[name]
		if len(values) > 1 || len(values) == 1 && len(values[0]) > limit {
			return answer{}, malformed("callback", fmt.Sprintf("The answer has the parameter %s twice, or a longer one than is taken.", name))
		}
	}
	for _, name := range []string{"id_token", "access_token", "refresh_token", "response"} {
		if _, there := cb.Params[name]; there {
			return answer{}, malformed("callback", "The answer brings a token by way of the browser. Only a code is taken: choose the authorization code flow at the provider.")
		}
	}
	get := cb.Params.Get
	return answer{code: get("code"), state: get("state"), issuer: get("iss"), problem: get("error"), text: get("error_description")}, nil
}

// bound checks that the answer is to what was asked, by this connection (O8, O12).
func (rp *RelyingParty) bound(c Config, kept Kept, a answer) *Failure {
	refused := func(detail string) *Failure { return &Failure{Code: CodeState, Check: "state", Detail: detail} }
	age := rp.now().Sub(kept.Started)
	switch {
	case a.state == "":
		return refused("The answer bears no state: it is not one to a sign-in that was begun here.")
	case kept.State == "" || subtle.ConstantTimeCompare([]byte(a.state), []byte(kept.State)) != 1:
		return refused("The answer belongs to another sign-in than the one this browser began.")
	case kept.Connection != c.ID || kept.Issuer != c.Issuer || kept.ClientID != c.ClientID || kept.RedirectURL != c.RedirectURL:
		return refused("The sign-in was begun at another connection, or the connection was changed meanwhile.")
	case age >= KeptFor || age < -maxSkew:
		return refused("The sign-in took longer than ten minutes. It has to be begun again.")
	case kept.Nonce == "" || kept.Verifier == "":
		return refused("What was kept of the sign-in is not whole.")
	}
	return nil
}

// fromIssuer checks the iss parameter (RFC 9207 §2.4), before anything else of the answer is believed.
func (p *provider) fromIssuer(c Config, a answer) *Failure {
	if a.issuer == "" && !p.issInResponse || a.issuer == c.Issuer {
		return nil
	}
	return &Failure{
		Code: CodeIssuer, Check: "iss of the callback",
		Detail:      "The answer names another issuer than the connection, or none although the provider says that it always does.",
		Diagnostics: Diagnostics{Expected: c.Issuer, Got: clean(a.issuer, maxField)},
	}
}

// reported turns a provider's error into ours (O18). Its code is shown when a specification knows it, its text to
// admins only.
func reported(code, text string) error {
	if !slices.Contains(knownErrors(), code) {
		code = "other"
	}
	if code == "temporarily_unavailable" {
		return &Unavailable{What: "sign-in", RetryAfter: negativeFor}
	}
	detail := "The provider did not sign the person in and said: " + code + "."
	if code == "access_denied" {
		detail += " Either the person cancelled, or the provider's admin has to assign the person to this application."
	}
	return &Failure{Code: CodeProvider, Check: code, Detail: detail, Diagnostics: Diagnostics{ProviderError: code, ProviderText: clean(text, maxField)}}
}

// knownErrors are the codes of RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6 and RFC 9101, 9396, 9449.
func knownErrors() []string {
	return []string{
		"access_denied", "account_selection_required", "consent_required", "interaction_required", "invalid_authorization_details",
		"invalid_client", "invalid_dpop_proof", "invalid_grant", "invalid_request", "invalid_request_object", "invalid_request_uri",
		"invalid_scope", "login_required", "registration_not_supported", "request_not_supported", "request_uri_not_supported",
		"server_error", "temporarily_unavailable", "unauthorized_client", "unmet_authentication_requirements",
		"unsupported_grant_type", "unsupported_response_type",
	}
}
