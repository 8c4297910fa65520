package oidc

import (
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// ConfigOf is how a tenant's connection is spoken to. clientSecret is the connection's, unsealed; public is the
// gateway's own URL, and loopback says that providers may be on this machine (see Config.AllowInsecureLoopback). False
// for a connection that does not speak OIDC.
func ConfigOf(c tenant.Connection, clientSecret secret.Text, public string, loopback bool) (Config, bool) {
	if c.OIDC == nil {
		return Config{}, false
	}
	s := c.OIDC
	return Config{
		ID: c.ID.String(), Issuer: s.Issuer, ClientID: s.ClientID, ClientSecret: clientSecret, Auth: AuthMethod(s.AuthMethod), Scopes: s.Scopes,
		RedirectURL: c.ID.URLs(public).Redirect, Mode: ResponseMode(s.ResponseMode), Vendor: Vendor(s.Vendor), EntraTenant: s.EntraTenant, EntraDomainOwner: s.EntraDomainOwner,
		HostedDomains: s.HostedDomains, Algorithms: s.Algorithms, GroupsClaim: c.Mapping.Groups, AllowInsecureLoopback: loopback,
	}, true
}
