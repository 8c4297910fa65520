package issuer

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// The header types of what the issuer signs.
const (
	typeIDToken     = "JWT"
	typeAccessToken = "at+jwt"     // RFC 9068 §2.1
	typeLogoutToken = "logout+jwt" // OpenID Connect Back-Channel Logout 1.0 §2.4
	typeRevocations = "revocations+jwt"
)

// scopes are those that the issuer knows.
func scopes() []string { return []string{"openid", "profile", "email", "groups", "offline_access"} }

// ownClaims are names that say something of ours in what we sign or answer. No attribute of a tenant's own is
// told under one of them, whatever the tenant's schemas say.
func ownClaims() []string {
	return []string{
		"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "auth_time", "acr", "amr", "azp", "sid", "at_hash", "c_hash", "s_hash", "cnf",
		"act", "may_act", "events", "active", "client_id", "scope", "username", "token_type", "grant_id", "org_id", "org_slug", "org_name",
		"org_role", "permissions", "groups", "groups_overage", "connection_id", "idp_issuer", "email", "email_verified", "name", "given_name", "family_name",
		"locale", "zoneinfo", "updated_at",
	}
}

// maxGroups is how many groups a token names. Of a member of more it says so instead,
// because tokens travel in headers: groups_overage is true then, and userinfo names all.
const maxGroups = 100

// person is what is told of a member to an app.
type person struct {
	grant  roster.LiveGrant
	config tenant.Config
}

// person reads what the tokens of a grant tell.
func (d *Door) person(ctx context.Context, g roster.LiveGrant) (person, error) {
	cfg, err := d.Store.Reader(g.Tenant.ID).Config(ctx)
	return person{g, cfg}, err
}

// standing are the claims that say in which tenant, in which role, and in which
// session a member is.
func (p person) standing() map[string]any {
	g := p.grant
	c := map[string]any{
		"sub":      g.Member.ID.String(),
		"sid":      g.Session.ID.UUID.UUID(),
		"org_id":   g.Tenant.ID.String(),
		"org_slug": g.Tenant.Slug,
		"org_role": g.Member.Standing.Role,
	}
	if !g.Session.Connection.IsZero() {
		c["connection_id"] = g.Session.Connection.String()
	}
	return c
}

// permissions are what the role may do in the application, as the tenant's role set says now.
func (p person) permissions() []tenant.Permission {
	return p.config.Tenant.Roles.Permissions(p.grant.Member.Standing.Role)
}

// groups adds the names of a member's groups, at most limit of them; 0: all.
func (p person) groups(c map[string]any, limit int) {
	if !slices.Contains(p.grant.Grant.Scopes, "groups") {
		return
	}
	names := []string{}
	for _, g := range p.grant.Member.Groups {
		names = append(names, g.Name)
	}
	slices.Sort(names)
	if limit > 0 && len(names) > limit {
		c["groups_overage"] = true
		return
	}
	c["groups"] = names
}

// profile are the claims about the human (OpenID Connect Core §5.1), as far as the
// scopes go.
func (p person) profile() map[string]any {
	m, c := p.grant.Member, map[string]any{}
	if slices.Contains(p.grant.Grant.Scopes, "email") && m.Email != "" {
		c["email"] = string(m.Email)
		c["email_verified"] = p.verified()
	}
	if !slices.Contains(p.grant.Grant.Scopes, "profile") {
		return c
	}
	for claim, value := range roster.AppClaims(m, p.config) {
		if !slices.Contains(ownClaims(), claim) {
			c[claim] = value
		}
	}
	c["org_name"] = p.config.Tenant.Name
	document, err := m.Attributes.Object()
	if err != nil {
		return c // the store keeps nothing else
	}
	text := func(claim string, value any) {
		if s, ok := value.(string); ok && s != "" {
			c[claim] = s
		}
	}
	name, _ := document["name"].(map[string]any)
	text("given_name", name["givenName"])
	text("family_name", name["familyName"])
	text("name", name["formatted"])
	text("name", document["displayName"])
	text("locale", document["locale"])
	text("zoneinfo", document["timezone"])
	c["updated_at"] = m.ChangedAt.Unix()
	return c
}

// verified says whether an app of all tenants may take the address for the person's. The tenant must own the domain: that
// it let somebody in on its own provider's word, or by an admin's hand, is good within the tenant only, and no app that
// goes by addresses is to give the person another tenant's account for it (SECURITY O1, J16).
func (p person) verified() bool {
	d, _ := p.config.Domain(p.grant.Member.Email.Domain())
	return p.grant.Member.Proven && d.Owned()
}

// source names the identity provider that vouched for the person.
func (p person) source(c map[string]any) {
	c["auth_time"] = p.grant.Session.AuthTime.Unix()
	c["amr"] = []string{string(p.grant.Session.Method)}
	con, ok := p.config.Connection(p.grant.Session.Connection)
	switch {
	case !ok:
	case con.SAML != nil:
		c["idp_issuer"] = con.SAML.IDPEntityID
	case con.OIDC != nil:
		c["idp_issuer"] = con.OIDC.Issuer
	}
}

// idToken makes the claims of an ID token (OpenID Connect Core §2).
func (p person) idToken(issuer, accessToken string, now time.Time) map[string]any {
	c := p.profile()
	p.groups(c, maxGroups)
	p.source(c)
	maps.Copy(c, p.standing()) // last, so that no attribute takes the name of one
	c["iss"], c["aud"] = issuer, p.grant.Grant.App.String()
	c["iat"], c["exp"] = now.Unix(), p.until(now, IDTokenLife).Unix()
	if p.grant.Grant.Nonce != "" {
		c["nonce"] = p.grant.Grant.Nonce
	} else {
		delete(c, "nonce")
	}
	sum := sha256.Sum256([]byte(accessToken))
	c["at_hash"] = base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
	c["azp"] = c["aud"]
	return c
}

// until is when what is signed now ends: with the session at the latest.
func (p person) until(now time.Time, life time.Duration) time.Time {
	end := now.Add(life)
	if p.grant.Session.ExpiresAt.Before(end) {
		return p.grant.Session.ExpiresAt
	}
	return end
}

// accessToken makes the claims of an access token (RFC 9068 §2.2).
func (p person) accessToken(issuer string, now time.Time) map[string]any {
	c := p.standing()
	c["permissions"] = p.permissions()
	p.groups(c, maxGroups)
	c["iss"], c["aud"], c["client_id"] = issuer, p.grant.Grant.App.String(), p.grant.Grant.App.String()
	c["iat"], c["exp"], c["auth_time"] = now.Unix(), p.until(now, AccessTokenLife).Unix(), p.grant.Session.AuthTime.Unix()
	c["jti"] = tenant.NewUUID(now).UUID()
	c["grant_id"] = p.grant.Grant.ID.String()
	c["scope"] = joinScopes(p.grant.Grant.Scopes)
	return c
}

// accessClaims are the claims of an access token that we read back.
type accessClaims struct {
	Issuer  string         `json:"iss"`
	App     tenant.AppID   `json:"client_id"`
	Tenant  tenant.ID      `json:"org_id"`
	Grant   roster.GrantID `json:"grant_id"`
	ID      string         `json:"jti"`
	Expires int64          `json:"exp"`
	Issued  int64          `json:"iat"`
}

// grantOf finds the live grant that a token stands for: an access token of ours, or a
// refresh token. NotFound for everything else.
func (d *Door) grantOf(ctx context.Context, text string) (roster.LiveGrant, accessClaims, error) {
	none := &roster.Error{Kind: roster.NotFound, Detail: "The token is not known, or is not good any more."}
	if id, hash, err := secret.ParseBound(text, secret.Refresh); err == nil {
		g, err := d.liveGrant(ctx, tenant.ID{UUID: id}, roster.GrantKey{Refresh: hash})
		return g, accessClaims{}, err
	}
	var c accessClaims
	if err := d.Keys.verify(ctx, typeAccessToken, text, &c); err != nil {
		if err == errNotOurs { //nolint:errorlint // it is never wrapped
			err = none
		}
		return roster.LiveGrant{}, c, err
	}
	if c.Issuer != d.Issuer || d.Now().Unix() >= c.Expires {
		return roster.LiveGrant{}, c, none
	}
	g, err := d.liveGrant(ctx, c.Tenant, roster.GrantKey{ID: c.Grant})
	if err == nil && g.Grant.App != c.App {
		err = none
	}
	return g, c, err
}

// liveGrant finds a grant that is live and whose app may still sign people in. NotFound.
func (d *Door) liveGrant(ctx context.Context, id tenant.ID, key roster.GrantKey) (roster.LiveGrant, error) {
	g, err := d.Store.Reader(id).LiveGrant(ctx, key, d.Now())
	if err != nil {
		return g, err
	}
	a, err := d.Locator.App(ctx, g.Grant.App)
	if err == nil && a.Status != tenant.AppActive {
		err = &roster.Error{Kind: roster.NotFound, Detail: "The app is turned off."}
	}
	return g, err
}
