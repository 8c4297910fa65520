package oidc

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Claims is a person as a provider vouches for them. It prints as the issuer only.
type Claims struct {
	// Issuer and Subject are whom links are made to. An address never is.
	Issuer, Subject string
	// Email is as it came, not yet held to any grammar; empty: none. Unless EmailVerified is true it must prove
	// nothing: anybody may have typed it in at the provider.
	Email string
	// EmailVerified is true when the ID token itself says so: email_verified true or "true", or what
	// Config.EntraDomainOwner allows. Whether the address's domain is the tenant's is for the caller to know.
	EmailVerified bool
	// EmailReason says why the address is not verified, in words for an admin; empty when it is.
	EmailReason string

	Name, GivenName, FamilyName, PreferredUsername, Locale string

	// Groups are those of Config.GroupsClaim.
	Groups []string
	// GroupsKnown is false when the provider sent no such claim, which may mean that there are none, or not all of it.
	GroupsKnown bool
	// GroupsCut says that the person has groups that the provider did not send, or that can't be read: nothing may be
	// taken away from the person then.
	GroupsCut  bool
	GroupsNote string // why they are not known, in words for an admin

	// AuthTime is when the person proved who they are; zero when unknown.
	AuthTime time.Time
	// SessionID is the provider's (sid), by which back-channel logout names it; empty: none.
	SessionID string
	AMR       []string // RFC 8176
	ACR       string

	// EntraTenant and EntraObject are Entra's tid and oid; HostedDomain is Google's hd.
	EntraTenant, EntraObject, HostedDomain string

	IssuedAt, Expires time.Time

	// All are the claims of the ID token, for mappings; numbers are json.Number. Of the userinfo endpoint come
	// those that the ID token lacks and that prove nothing; FromUserinfo names them.
	All          map[string]any
	FromUserinfo []string
	// Notes tell an admin who tests the connection what was odd.
	Notes []string
}

// String returns the issuer.
func (c *Claims) String() string { return "claims of " + c.Issuer }

// Format implements fmt.Formatter, so that no verb reaches personal data.
func (c *Claims) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue implements slog.LogValuer.
func (c *Claims) LogValue() slog.Value { return slog.StringValue(c.String()) }

const (
	maxGroups = 5000
	maxValue  = 1024
)

// claims reads a verified ID token.
func (c Config) claims(v *verified) *Claims {
	text := func(name string) string { s, _ := v.claims[name].(string); return clean(s, maxValue) }
	out := &Claims{
		Issuer: v.id.Issuer, Subject: v.id.Subject, IssuedAt: v.id.IssuedAt.UTC(), Expires: v.id.Expiry.UTC(),
		SessionID: text("sid"), ACR: text("acr"), HostedDomain: text("hd"), EntraTenant: text("tid"), EntraObject: text("oid"), All: v.claims,
	}
	if sid, _ := v.claims["sid"].(string); sid != out.SessionID {
		out.SessionID = "" // too long, or not fit to be compared with a logout token's
	}
	out.AuthTime, _ = instant(v.claims, "auth_time")
	out.AMR, _ = texts(v.claims["amr"], 50)
	out.names()
	out.Email, _ = v.claims["email"].(string)
	out.EmailVerified, out.EmailReason = c.verifiedEmail(v.claims)
	out.groups(c)
	return out
}

// names reads what a person is called from All.
func (c *Claims) names() {
	for name, to := range map[string]*string{
		"name": &c.Name, "given_name": &c.GivenName, "family_name": &c.FamilyName, "preferred_username": &c.PreferredUsername, "locale": &c.Locale,
	} {
		s, _ := c.All[name].(string)
		*to = clean(s, maxValue)
	}
}

// verifiedEmail says whether the ID token vouches for its address, else why not (O2). true and "true" are the
// two ways in which providers say so; 1, "True", "yes" are none.
func (c Config) verifiedEmail(claims map[string]any) (ok bool, reason string) {
	email, _ := claims["email"].(string)
	said, there := claims["email_verified"]
	owner := claims["xms_edov"]
	switch {
	case email == "":
		return false, "The ID token has no address (email)."
	case said == true || said == "true":
		return true, ""
	case !there && c.EntraDomainOwner && (owner == true || owner == "true" || owner == "1" || owner == json.Number("1")):
		return true, ""
	case there:
		return false, "The ID token does not say that the address is verified: email_verified is neither true nor \"true\"."
	case c.entraTenant() != "":
		return false, "Entra does not say whether the address is verified. Add the optional claim xms_edov to the ID token at Entra, and allow it here."
	}
	return false, "The ID token does not say whether the address is verified (email_verified)."
}

// groups reads the groups from All. A list that the provider cut short is not known: Entra leaves it out beyond 200
// groups and names a place to ask instead (_claim_names).
func (c *Claims) groups(config Config) {
	name := config.groupsClaim()
	elsewhere, _ := c.All["_claim_names"].(map[string]any)
	value, there := c.All[name]
	_, overage := elsewhere[name]
	groups, ok := texts(value, maxGroups)
	c.GroupsCut = false
	switch {
	case overage || c.All["hasgroups"] == true || c.All["hasgroups"] == "true":
		c.GroupsCut = true
		c.GroupsNote = "The person is in more groups than the provider puts into a token. Have it send only the groups that are assigned to the application."
	case !there:
		c.GroupsNote = "The provider sends no claim " + name + "."
	case !ok:
		c.GroupsCut = true
		c.GroupsNote = "The claim " + name + " is no list of at most 5,000 texts."
	default:
		c.Groups, c.GroupsKnown, c.GroupsNote = groups, true, ""
	}
}
