package view

import (
	"cmp"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"rollcall/internal/tenant"
)

// ConnectionView is a sign-in connection as JSON. It holds no secret: those are never shown again.
type ConnectionView struct {
	ID       tenant.ConnectionID     `json:"id"`
	Name     string                  `json:"name"`
	Type     tenant.ConnectionType   `json:"type" enum:"saml,oidc"`
	Status   tenant.ConnectionStatus `json:"status" enum:"draft,active,disabled,removed"`
	LoginURL string                  `json:"login_url" doc:"Begins a sign-in through this connection."`

	// Of SAML: what the identity provider is given.
	EntityID    string `json:"entity_id,omitempty" doc:"Of SAML: our entity id, which is the audience."`
	ACSURL      string `json:"acs_url,omitempty" doc:"Of SAML: where responses are posted to."`
	MetadataURL string `json:"metadata_url,omitempty" doc:"Of SAML: our metadata."`
	// Of OIDC.
	RedirectURL string `json:"redirect_url,omitempty" doc:"Of OIDC: where the browser comes back."`
	LogoutURL   string `json:"backchannel_logout_url,omitempty" doc:"Of OIDC: where the provider may post logout tokens."`

	SAML      *SAMLView   `json:"saml,omitempty"`
	OIDC      *OIDCView   `json:"oidc,omitempty"`
	Mapping   SignInNames `json:"mapping"`
	Rules     []RuleView  `json:"rules" doc:"Give roles and groups at every sign-in, the first role that fits wins."`
	TestedAt  time.Time   `json:"tested_at,omitzero" doc:"When a test sign-in last passed with the settings as they are."`
	CreatedAt time.Time   `json:"created_at"`
	ChangedAt time.Time   `json:"changed_at"`
	RemovedAt time.Time   `json:"removed_at,omitzero"`
}

// SignInNames are the attributes or claims that are read; absent: the well-known ones.
type SignInNames struct {
	Email       string `json:"email,omitempty" maxLength:"500"`
	FirstName   string `json:"first_name,omitempty" maxLength:"500"`
	LastName    string `json:"last_name,omitempty" maxLength:"500"`
	DisplayName string `json:"display_name,omitempty" maxLength:"500"`
	Groups      string `json:"groups,omitempty" maxLength:"500"`
}

// RuleView is a mapping rule as JSON, in answers and in requests.
type RuleView struct {
	Attribute string `json:"attribute" minLength:"1" maxLength:"500" doc:"The attribute or claim."`
	Value     string `json:"value" minLength:"1" maxLength:"1000" doc:"What it must say, to the letter."`
	Role      string `json:"role,omitempty" doc:"Never the admin role."`
	Group     string `json:"group,omitempty" doc:"A group that is kept by hand, by its id."`
}

// SAMLView is what a SAML connection knows of its identity provider.
type SAMLView struct {
	IDPEntityID    string            `json:"idp_entity_id"`
	SSOURL         string            `json:"sso_url"`
	SSOBinding     string            `json:"sso_binding" doc:"redirect or post."`
	Certificates   []CertificateView `json:"certificates" doc:"Whose signatures count."`
	OwnKeys        []CertificateView `json:"own_keys" doc:"Ours: they sign requests and decrypt assertions."`
	MetadataSource string            `json:"metadata_source,omitempty" doc:"Where the provider's metadata is looked at once a day; absent: it was given by hand."`
	ValidUntil     time.Time         `json:"valid_until,omitzero"`
	CheckedAt      time.Time         `json:"checked_at,omitzero"`
	FailingSince   time.Time         `json:"failing_since,omitzero"`
	Failure        string            `json:"failure,omitempty"`
	Pending        *PendingView      `json:"pending,omitempty" doc:"What the metadata says now and an admin has to accept."`
	NameIDFormat   string            `json:"name_id_format,omitempty"`
	SignRequests   bool              `json:"sign_requests"`
	ForceAuthn     bool              `json:"force_authn"`
}

// PendingView is metadata that waits to be accepted.
type PendingView struct {
	IDPEntityID  string            `json:"idp_entity_id"`
	SSOURL       string            `json:"sso_url"`
	Certificates []CertificateView `json:"certificates"`
	Changes      []string          `json:"changes" doc:"What differs, a sentence each."`
	ByHand       bool              `json:"by_hand" doc:"It looks like another provider's and can't be accepted, only given anew by hand."`
	SeenAt       time.Time         `json:"seen_at"`
}

// CertificateView is a certificate as JSON.
type CertificateView struct {
	SHA256    string    `json:"sha256" doc:"The fingerprint, as consoles show it."`
	Subject   string    `json:"subject"`
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	SignsFrom time.Time `json:"signs_from,omitzero" doc:"Of our own: when it begins to sign."`
	EndsAt    time.Time `json:"ends_at,omitzero" doc:"Of our own: when it is used for nothing any more."`
}

// OIDCView is what an OIDC connection knows of its provider.
type OIDCView struct {
	Issuer           string   `json:"issuer"`
	ClientID         string   `json:"client_id"`
	HasSecret        bool     `json:"has_secret"`
	AuthMethod       string   `json:"auth_method,omitempty" doc:"Absent: what the provider prefers."`
	Scopes           []string `json:"scopes" doc:"Beside openid."`
	Vendor           string   `json:"vendor,omitempty"`
	EntraTenant      string   `json:"entra_tenant,omitempty"`
	EntraDomainOwner bool     `json:"entra_domain_owner"`
	ResponseMode     string   `json:"response_mode" enum:"query,form_post"`
	HostedDomains    []string `json:"hosted_domains"`
	Algorithms       []string `json:"algorithms" doc:"None: all that are safe."`
}

// Connection shows a connection under the gateway's public URL.
func Connection(c tenant.Connection, public string, now time.Time) ConnectionView {
	at := c.ID.URLs(public)
	m := c.Mapping
	v := ConnectionView{
		ID: c.ID, Name: c.Name, Type: c.Type, Status: c.Status, LoginURL: at.Login,
		Mapping: SignInNames{m.Email, m.FirstName, m.LastName, m.DisplayName, m.Groups}, Rules: []RuleView{},
		TestedAt: c.TestedAt, CreatedAt: c.CreatedAt, ChangedAt: c.ChangedAt, RemovedAt: c.RemovedAt,
	}
	for _, r := range m.Rules {
		rule := RuleView{Attribute: r.Attribute, Value: r.Value, Role: r.Role}
		if !r.Group.IsZero() {
			rule.Group = tenant.Format("grp", r.Group)
		}
		v.Rules = append(v.Rules, rule)
	}
	if s := c.SAML; s != nil {
		v.EntityID, v.ACSURL, v.MetadataURL = at.EntityID, at.ACS, at.Metadata
		v.SAML = samlView(*s, now)
	}
	if o := c.OIDC; o != nil {
		v.RedirectURL, v.LogoutURL = at.Redirect, at.Logout
		v.OIDC = &OIDCView{
			Issuer: o.Issuer, ClientID: o.ClientID, HasSecret: len(o.Secret) > 0, AuthMethod: o.AuthMethod, Scopes: o.Scopes, Vendor: string(o.Vendor),
			EntraTenant: o.EntraTenant, EntraDomainOwner: o.EntraDomainOwner, ResponseMode: cmp.Or(o.ResponseMode, tenant.ModeQuery),
			HostedDomains: append([]string{}, o.HostedDomains...), Algorithms: append([]string{}, o.Algorithms...),
		}
		if len(o.Scopes) == 0 {
			v.OIDC.Scopes = tenant.DefaultScopes()
		}
	}
	return v
}

func samlView(s tenant.SAMLSettings, now time.Time) *SAMLView {
	v := &SAMLView{
		IDPEntityID: s.IDPEntityID, SSOURL: s.SSOURL, SSOBinding: "redirect", Certificates: certificateViews(s.Certificates), OwnKeys: []CertificateView{},
		MetadataSource: s.MetadataURL, ValidUntil: s.ValidUntil, CheckedAt: s.CheckedAt, FailingSince: s.FailingSince, Failure: s.Failure,
		NameIDFormat: s.NameIDFormat, SignRequests: s.SignRequests, ForceAuthn: s.ForceAuthn,
	}
	if s.SSOBinding == tenant.BindingPOST {
		v.SSOBinding = "post"
	}
	for _, k := range s.LiveKeys(now) {
		own := certificateView(k.Certificate)
		own.SignsFrom, own.EndsAt = k.SignsFrom, k.EndsAt
		v.OwnKeys = append(v.OwnKeys, own)
	}
	if p := s.Pending; p != nil {
		v.Pending = &PendingView{
			IDPEntityID: p.IDPEntityID, SSOURL: p.SSOURL, Certificates: certificateViews(p.Certificates), Changes: append([]string{}, p.Changes...),
			ByHand: p.ByHand, SeenAt: p.SeenAt,
		}
	}
	return v
}

func certificateViews(list [][]byte) []CertificateView {
	out := make([]CertificateView, len(list))
	for i, der := range list {
		out[i] = certificateView(der)
	}
	return out
}

// certificateView shows the fingerprint also of one that can't be read.
func certificateView(der []byte) CertificateView {
	sum := sha256.Sum256(der)
	v := CertificateView{SHA256: strings.ToUpper(strings.ReplaceAll(fmt.Sprintf("% x", sum), " ", ":"))}
	if cert, err := x509.ParseCertificate(der); err == nil {
		v.Subject, v.NotBefore, v.NotAfter = cert.Subject.String(), cert.NotBefore.UTC(), cert.NotAfter.UTC()
	}
	return v
}

// SSOView is how a tenant's people sign in, as JSON.
type SSOView struct {
	Enforced   bool             `json:"enforced" doc:"People must sign in through a connection."`
	BreakGlass []BreakGlassView `json:"break_glass" doc:"Who may sign in another way all the same, at most five."`
	Contact    string           `json:"contact,omitempty" doc:"Whom people are told to ask who were refused."`
	// SessionIdle and SessionLife are in seconds, defaults filled in.
	SessionIdle int64 `json:"session_idle_seconds" doc:"How long a session may rest."`
	SessionLife int64 `json:"session_life_seconds" doc:"How long it lasts in all."`
}

// BreakGlassView is a member who stands outside SSO.
type BreakGlassView struct {
	Member string    `json:"member"`
	Reason string    `json:"reason"`
	Since  time.Time `json:"since,omitzero"`
	Until  time.Time `json:"until,omitzero"`
}

// SSO shows how a tenant's people sign in.
func SSO(t tenant.Tenant) SSOView {
	p := t.Policy
	idle, life := p.Sessions.Periods()
	v := SSOView{
		Enforced: p.SSO.Enforced, BreakGlass: []BreakGlassView{}, Contact: p.Contact,
		SessionIdle: int64(idle / time.Second), SessionLife: int64(life / time.Second),
	}
	for _, b := range p.SSO.BreakGlass {
		v.BreakGlass = append(v.BreakGlass, BreakGlassView{tenant.Format("mem", b.Member), b.Reason, b.Since, b.Until})
	}
	return v
}
