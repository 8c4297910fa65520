package roster

import (
	"context"
	"crypto/x509"
	"errors"
	"maps"
	"net"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"rollcall/internal/tenant"
)

const (
	maxConnectionText = 2000 // bytes of a URL, an entity id or a name of an attribute
	maxRules          = 500
	maxCertificates   = 10 // each costs an attempt at a signature
)

// checkConnection says what keeps a connection from being stored: settings of the other type, URLs that are none,
// certificates that can't be read, rules that can't be followed.
func checkConnection(ctx context.Context, tx Tx, cfg tenant.Config, c tenant.Connection) error {
	if err := checkName(c.Name); err != nil {
		return err
	}
	switch {
	case c.Type == tenant.SAML && c.SAML != nil && c.OIDC == nil:
		if err := checkSAML(*c.SAML); err != nil {
			return err
		}
	case c.Type == tenant.OIDC && c.OIDC != nil && c.SAML == nil:
		if err := checkOIDC(*c.OIDC); err != nil {
			return err
		}
	default:
		return &Error{Kind: Invalid, Field: "type", Detail: "A connection is of the type saml or oidc and has the settings of that type."}
	}
	return checkSignInMapping(ctx, tx, cfg, c.Mapping)
}

func checkSAML(s tenant.SAMLSettings) error {
	if s.IDPEntityID == "" || len(s.IDPEntityID) > maxConnectionText {
		return &Error{Kind: Invalid, Field: "idp_entity_id", Detail: "The identity provider's entity id is missing, or longer than 2,000 bytes."}
	}
	if s.SSOBinding != tenant.BindingRedirect && s.SSOBinding != tenant.BindingPOST {
		return &Error{Kind: Invalid, Field: "sso_binding", Detail: "Requests go to the identity provider by HTTP-Redirect or HTTP-POST; its metadata names neither."}
	}
	if len(s.Certificates) > maxCertificates {
		return &Error{Kind: Invalid, Field: "certificates", Detail: "A connection has up to 10 certificates."}
	}
	for _, der := range s.Certificates {
		if _, err := x509.ParseCertificate(der); err != nil {
			return &Error{Kind: Invalid, Field: "certificates", Detail: "A certificate can't be read. Export it again at the identity provider.", Err: err}
		}
	}
	if s.MetadataURL != "" {
		if err := checkWebURL("metadata_url", s.MetadataURL); err != nil {
			return err
		}
	}
	return checkWebURL("sso_url", s.SSOURL)
}

func checkOIDC(s tenant.OIDCSettings) error { //nolint:gocognit // one check after the other, from top to bottom
	if s.ClientID == "" || len(s.ClientID) > maxConnectionText {
		return &Error{Kind: Invalid, Field: "client_id", Detail: "The client id that the provider gave to Rollcall is missing."}
	}
	switch s.AuthMethod {
	case "", tenant.AuthBasic, tenant.AuthPost:
		if len(s.Secret) == 0 {
			return &Error{Kind: Invalid, Field: "client_secret", Detail: "The client secret is missing. A public client without one has the method none."}
		}
	case tenant.AuthNone:
	default:
		return &Error{Kind: Invalid, Field: "auth_method", Detail: "The method is client_secret_basic, client_secret_post or none, not " + quote(s.AuthMethod) + "."}
	}
	if why := tenant.EverybodysIssuer(s.Issuer); why != "" {
		return &Error{Kind: Invalid, Field: "issuer", Detail: "The issuer " + why + "."}
	}
	if (s.Vendor == tenant.OIDCGoogle || s.Issuer == tenant.GoogleIssuer) && len(s.HostedDomains) == 0 {
		return &Error{Kind: Invalid, Field: "hosted_domains", Detail: "The domains of the customer's Google Workspace are missing: without them anybody with a Google account could sign in."}
	}
	if s.Vendor == tenant.OIDCEntra && s.EntraTenant == "" {
		return &Error{Kind: Invalid, Field: "entra_tenant", Detail: "The id of the Entra tenant is missing: without it anybody's Entra tenant would do."}
	}
	if s.EntraTenant != "" {
		if u, err := tenant.ParseUUID(s.EntraTenant); err != nil || u.UUID() != s.EntraTenant {
			return &Error{Kind: Invalid, Field: "entra_tenant", Detail: "The Entra tenant is named by its id, a UUID in lower case; common and organizations are everybody's."}
		}
	}
	if s.ResponseMode != "" && s.ResponseMode != tenant.ModeQuery && s.ResponseMode != tenant.ModeFormPost {
		return &Error{Kind: Invalid, Field: "response_mode", Detail: "The response mode is query or form_post."}
	}
	if s.EntraDomainOwner && s.EntraTenant == "" {
		return &Error{Kind: Invalid, Field: "entra_domain_owner", Detail: "Only Entra says who owns an address's domain (xms_edov)."}
	}
	if slices.Contains(s.Algorithms, "none") || slices.ContainsFunc(s.Algorithms, func(a string) bool { return strings.HasPrefix(a, "HS") }) {
		return &Error{Kind: Invalid, Field: "algorithms", Detail: "ID tokens are signed with a key pair of the provider: RS256, PS256, ES256 and the like."}
	}
	return checkWebURL("issuer", s.Issuer)
}

// checkWebURL takes https, and http on this machine alone, for providers of tests and demos.
func checkWebURL(field, raw string) error {
	u, err := url.Parse(raw)
	if err == nil && len(raw) <= maxConnectionText && u.Hostname() != "" && u.User == nil && u.Fragment == "" {
		ip := net.ParseIP(u.Hostname())
		if u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
			return nil
		}
	}
	return &Error{Kind: Invalid, Field: field, Detail: "The " + strings.ReplaceAll(field, "_", " ") + " must be a URL that begins with https://."}
}

// checkSignInMapping sees that each rule gives what there is, and never the admin role: whoever can edit a group at the
// identity provider could make themselves an admin.
func checkSignInMapping(ctx context.Context, tx Tx, cfg tenant.Config, m tenant.SignInMapping) error {
	for _, name := range []string{m.Email, m.FirstName, m.LastName, m.DisplayName, m.Groups} {
		if len(name) > maxConnectionText {
			return &Error{Kind: Invalid, Field: "mapping", Detail: "The name of an attribute has up to 2,000 bytes."}
		}
	}
	if len(m.Rules) > maxRules {
		return &Error{Kind: Invalid, Field: "rules", Detail: "A connection has up to 500 rules."}
	}
	for _, rule := range m.Rules {
		switch {
		case rule.Attribute == "" || rule.Value == "" || len(rule.Attribute)+len(rule.Value) > maxConnectionText:
			return &Error{Kind: Invalid, Field: "rules", Detail: "A rule names an attribute and the value that it fits."}
		case rule.Role == "" && rule.Group.IsZero():
			return &Error{Kind: Invalid, Field: "rules", Detail: "A rule gives a role, a group or both. The tenant's roles are: " + list(cfg.Tenant.Roles.Roles) + "."}
		case rule.Role != "" && rule.Role == cfg.Tenant.Roles.Admin():
			return &Error{
				Kind: Refused, Code: CodeAdminByMapping, Field: "rules",
				Detail: "A sign-in never gives the role " + quote(rule.Role) + ": an admin gives it to each admin, or a directory's group mapping does.",
			}
		}
		if err := checkRole(cfg, rule.Role); err != nil {
			return err
		}
		if rule.Group.IsZero() {
			continue
		}
		g, err := tx.Group(ctx, Scope{}, GroupID{rule.Group})
		if errors.Is(err, NotFound) {
			return &Error{Kind: Invalid, Field: "rules", Detail: "A rule gives a group that is not there."}
		}
		if err != nil {
			return err
		}
		if !g.Directory.IsZero() {
			return &Error{Kind: Invalid, Field: "rules", Detail: "The group " + quote(g.Name) + " is kept by a directory. A rule gives groups that are kept by hand."}
		}
	}
	return nil
}

// checkVerifies refuses to let people in through a connection that has nothing to verify them with (S12): a check that
// is left out for want of a certificate would let in everybody.
func checkVerifies(c tenant.Connection, now time.Time) error {
	if c.SAML == nil {
		return nil
	}
	if len(c.SAML.Certificates) == 0 {
		return &Error{
			Kind: Refused, Code: CodeNoCertificate, Field: "certificates",
			Detail: "The connection has no certificate of the identity provider, so no signature could be checked. Give it metadata that has one.",
		}
	}
	last := time.Time{}
	for _, der := range c.SAML.Certificates {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			continue
		}
		if !now.After(cert.NotAfter) {
			return nil
		}
		if cert.NotAfter.After(last) {
			last = cert.NotAfter
		}
	}
	return &Error{
		Kind: Refused, Code: CodeCertificateExpired, Field: "certificates",
		Detail: "All certificates of the identity provider have expired, the last on " + last.UTC().Format(time.DateOnly) + ". Renew it there, then give its new metadata.",
	}
}

// cloned copies what a change may write to: the configuration is shared.
func cloned(c tenant.Connection) tenant.Connection {
	if c.SAML != nil {
		s := *c.SAML
		s.Told = map[string]int{}
		maps.Copy(s.Told, c.SAML.Told)
		s.Keys = slices.Clone(s.Keys)
		c.SAML = &s
	}
	if c.OIDC != nil {
		o := *c.OIDC
		c.OIDC = &o
	}
	return c
}

// sameConnection takes no map and an empty one for the same, as clones have one.
func sameConnection(a, b tenant.Connection) bool {
	return reflect.DeepEqual(cloned(a), cloned(b))
}
