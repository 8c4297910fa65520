package op

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// tokenLife is how long ID tokens are good for.
const tokenLife = 5 * time.Minute

// token redeems a code, once (RFC 6749 §4.1.3).
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	c, knobs := p.state()
	if knobs.TokenReply != nil && knobs.TokenReply(w) {
		return
	}
	refuse := func(status int, code string) { reply(w, status, map[string]any{"error": code}) }
	if r.ParseForm() != nil || r.PostForm.Get("grant_type") != "authorization_code" {
		refuse(http.StatusBadRequest, "invalid_request")
		return
	}
	client, ok := authenticate(c, r)
	if !ok {
		refuse(http.StatusUnauthorized, "invalid_client")
		return
	}
	p.mu.Lock()
	code := r.PostForm.Get("code")
	g, ok := p.codes[code]
	delete(p.codes, code)
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	proven := base64.RawURLEncoding.EncodeToString(sum[:]) == g.challenge || knobs.NoPKCE
	if !ok || !proven || g.client != client || g.redirect != r.PostForm.Get("redirect_uri") || c.Now().After(g.expires) {
		refuse(http.StatusBadRequest, "invalid_grant")
		return
	}
	access := rand.Text()
	p.mu.Lock()
	p.access[access] = g.account
	p.mu.Unlock()
	id, err := c.idToken(g, access, knobs)
	if err != nil {
		refuse(http.StatusInternalServerError, "server_error")
		return
	}
	response := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": int(tokenLife.Seconds()), "id_token": id, "scope": g.scope}
	if knobs.Response != nil {
		knobs.Response(response)
	}
	reply(w, http.StatusOK, response)
}

// authenticate finds which client speaks: by the header, the form, or by PKCE alone.
func authenticate(c Config, r *http.Request) (id string, ok bool) {
	id, word, basic := r.BasicAuth()
	if basic {
		id, _ = url.QueryUnescape(id)
		word, _ = url.QueryUnescape(word)
	} else {
		id, word = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	for _, one := range c.Clients {
		if one.ID == id {
			return id, subtle.ConstantTimeCompare([]byte(one.Secret), []byte(word)) == 1
		}
	}
	return "", false
}

// claims are what is said of an account, by the token or by userinfo.
func (a Account) claims(scope string, userinfo bool) map[string]any {
	claims := map[string]any{"sub": a.Subject}
	has := func(s string) bool { return strings.Contains(" "+scope+" ", " "+s+" ") }
	if has("email") && a.Email != "" {
		claims["email"] = a.Email
		if a.Verified != nil {
			claims["email_verified"] = a.Verified
		}
	}
	if has("profile") && (userinfo || !a.NamesFromUserinfoAlone) {
		claims["name"], claims["given_name"], claims["family_name"] = a.Name, a.Given, a.Family
	}
	if a.Groups != nil && (userinfo || !a.GroupsFromUserinfoAlone) {
		claims["groups"] = a.Groups
	}
	return claims
}

func (c Config) idToken(g grant, access string, knobs Knobs) (string, error) {
	now := c.Now()
	claims := g.account.claims(g.scope, false)
	maps.Copy(claims, map[string]any{
		"iss": c.Issuer, "aud": g.client, "exp": now.Add(tokenLife).Unix(), "iat": now.Unix(), "auth_time": g.authTime.Unix(),
		"nonce": g.nonce, "sid": g.session, "amr": []string{"pwd"},
	})
	if strings.HasSuffix(string(c.Keys[0].Algorithm), "256") { // others have it by another hash
		sum := sha256.Sum256([]byte(access))
		claims["at_hash"] = base64.RawURLEncoding.EncodeToString(sum[:16])
	}
	maps.Copy(claims, g.account.Extra)
	if knobs.Claims != nil {
		knobs.Claims(claims)
	}
	header := map[jose.HeaderKey]any{"typ": "JWT"}
	if knobs.Header != nil {
		knobs.Header(header)
	}
	token, err := Sign(c.Keys[0], header, claims)
	if err == nil && knobs.Token != nil {
		token = knobs.Token(token)
	}
	return token, err
}

// Sign signs claims, which are marshalled unless they are bytes already.
func Sign(k Key, header map[jose.HeaderKey]any, claims any) (string, error) {
	raw, ok := claims.([]byte)
	if !ok {
		var err error
		if raw, err = json.Marshal(claims); err != nil {
			return "", fmt.Errorf("write claims: %w", err)
		}
	}
	options := &jose.SignerOptions{ExtraHeaders: maps.Clone(header)}
	if k.ID != "" {
		options = options.WithHeader("kid", k.ID)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: k.Algorithm, Key: k.Signer}, options)
	if err != nil {
		return "", fmt.Errorf("make a signer: %w", err)
	}
	signed, err := signer.Sign(raw)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		return "", fmt.Errorf("write the token: %w", err)
	}
	return text, nil
}

// LogoutToken makes a token by which a client is told that a person's session ended (OpenID Connect Back-Channel
// Logout §2.4). change may make it a bad one; nil: no change.
func (p *Provider) LogoutToken(client, subject, session string, change func(header map[jose.HeaderKey]any, claims map[string]any)) (string, error) {
	c, _ := p.state()
	now := c.Now()
	claims := map[string]any{
		"iss": c.Issuer, "aud": client, "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "jti": rand.Text(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
	if subject != "" {
		claims["sub"] = subject
	}
	if session != "" {
		claims["sid"] = session
	}
	header := map[jose.HeaderKey]any{"typ": "logout+jwt"}
	if change != nil {
		change(header, claims)
	}
	return Sign(c.Keys[0], header, claims)
}

func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	c, knobs := p.state()
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	p.mu.Lock()
	account, ok := p.access[token]
	p.mu.Unlock()
	if !ok {
		w.Header().Set("WWW-Authenticate", "Bearer")
		reply(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	claims := account.claims("profile email groups", true)
	if knobs.Userinfo != nil {
		knobs.Userinfo(claims)
	}
	if knobs.SignUserinfo != nil {
		claims["iss"] = c.Issuer
		knobs.SignUserinfo(claims)
		if signed, err := Sign(c.Keys[0], nil, claims); err == nil {
			w.Header().Set("Content-Type", "application/jwt")
			_, _ = w.Write([]byte(signed))
			return
		}
	}
	reply(w, http.StatusOK, claims)
}
