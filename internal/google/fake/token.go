package fake

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// maxForm bounds the body of a request for a token.
const maxForm = 64 << 10

// grant serves the token endpoint: an assertion of the service account for an access token (RFC 7523).
func (a *Account) grant(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if r.ParseForm() != nil || r.PostForm.Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		refuse(w, "unsupported_grant_type", "Invalid grant_type")
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	token, err := jwt.ParseSigned(r.PostForm.Get("assertion"), []jose.SignatureAlgorithm{jose.RS256})
	var c struct {
		Issuer   string `json:"iss"`
		Subject  string `json:"sub"`
		Audience string `json:"aud"`
		Scope    string `json:"scope"`
		Issued   int64  `json:"iat"`
		Expires  int64  `json:"exp"`
	}
	if err != nil || len(token.Headers) != 1 || token.Headers[0].KeyID != a.keyID || token.Claims(&a.key.PublicKey, &c) != nil {
		refuse(w, "invalid_grant", "Invalid JWT Signature.")
		return
	}
	now := a.now().Unix()
	const skew, most = 300, 3600
	switch {
	case c.Issuer != ServiceEmail:
		refuse(w, "invalid_grant", "Invalid grant: account not found")
	case c.Audience != a.audience:
		refuse(w, "invalid_grant", "Invalid JWT: Failed audience check.")
	case c.Issued > now+skew || c.Expires < now || c.Expires-c.Issued > most:
		refuse(w, "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.")
	case !a.active(c.Subject):
		refuse(w, "invalid_grant", "Invalid email or User ID")
	case !a.delegated(c.Scope):
		refuse(w, "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.")
	default:
		access := "ya29." + base64.RawURLEncoding.EncodeToString([]byte(c.Subject+"\n"+c.Scope+"\n"+strconv.Itoa(len(a.tokens))))
		a.tokens[access] = a.now().Add(a.tokenLife)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		encode(w, Object{"access_token": access, "expires_in": int(a.tokenLife / time.Second), "token_type": "Bearer"})
	}
}

// active says whether somebody is an active user.
func (a *Account) active(email string) bool {
	for _, u := range a.users {
		if u["primaryEmail"] == email {
			return u["suspended"] == false && u["archived"] == false
		}
	}
	return false
}

// delegated says whether all scopes are delegated: Google gives all or none.
func (a *Account) delegated(scope string) bool {
	asked := strings.Fields(scope)
	return len(asked) > 0 && !slices.ContainsFunc(asked, func(s string) bool { return !a.scopes[s] })
}

// opened is for whom an access token was given out, and with which scopes.
func opened(token string) (subject, scope string) {
	raw, _ := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, "ya29.")) // known tokens can be read
	parts := strings.SplitN(string(raw), "\n", 3)
	if len(parts) < 3 {
		return "", ""
	}
	return parts[0], parts[1]
}

// refuse answers with an error of the token endpoint (RFC 6749 §5.2).
func refuse(w http.ResponseWriter, code, description string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	status := http.StatusBadRequest
	if code == "unauthorized_client" {
		status = http.StatusUnauthorized
	}
	w.WriteHeader(status)
	encode(w, Object{"error": code, "error_description": description})
}
