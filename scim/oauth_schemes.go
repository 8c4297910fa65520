package scim

import (
	"fmt"

	"rollcall/internal/tenant"
)

// authenticationSchemes lists the ways that are open to this directory now (RFC 7643 §5): the token
// endpoint first, where there is a secret or a trusted issuer for it.
func (d *Door) authenticationSchemes(q *request) ([]authenticationScheme, error) {
	all, err := d.Store.Reader(q.by.Tenant).Credentials(q.Context(), q.by.Directory.ID)
	if err != nil {
		return nil, fmt.Errorf("list the ways to authenticate: %w", err)
	}
	now := d.Now()
	var clients, tokens bool
	for _, c := range all {
		if c.Usable(now) {
			tokens = tokens || c.Kind == tenant.BearerToken || c.Trust.Direct
			clients = clients || c.Kind != tenant.BearerToken
		}
	}
	var list []authenticationScheme
	if clients {
		list = append(list, authenticationScheme{
			Type: "oauth2", Name: "OAuth 2.0", SpecURI: "https://www.rfc-editor.org/info/rfc6749",
			Description: "Access tokens from " + d.TokenURL(q.by.Directory.ID) + ", by client secret or signed assertion (RFC 7523)",
		})
	}
	if tokens || !clients {
		list = append(list, authenticationScheme{
			Type: "oauthbearertoken", Name: "OAuth Bearer Token", Description: "A token of this directory, in the Authorization header",
			SpecURI: "https://www.rfc-editor.org/info/rfc6750",
		})
	}
	list[0].Primary = true
	return list, nil
}
