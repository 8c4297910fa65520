package main

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type connectionListCmd struct{ tenantFlag }

// Run implements connection list.
func (c *connectionListCmd) Run(p *program) error {
	_, s, err := c.staff(p)
	if err != nil {
		return err
	}
	cfg, err := p.db.Reader(s.Tenant).Config(p.ctx)
	if err != nil {
		return err
	}
	views := list(cfg.Connections, p.viewConnection)
	return p.show(views, func(w io.Writer) {
		table(w, "The tenant has no connection yet; `rollcall connection create` makes one.",
			[]string{"ID", "NAME", "TYPE", "STATUS", "PROVIDER", "TESTED", "WAITS"},
			list(views, func(v view.ConnectionView) []string {
				provider, waits := "", "-"
				if v.SAML != nil {
					provider = v.SAML.IDPEntityID
					if v.SAML.Pending != nil {
						waits = "metadata"
					}
				}
				if v.OIDC != nil {
					provider = v.OIDC.Issuer
				}
				return []string{v.ID.String(), v.Name, string(v.Type), string(v.Status), provider, cmp.Or(when(v.TestedAt), "-"), waits}
			}))
	})
}

// connectionArg names a connection.
type connectionArg struct {
	Connection string `arg:"" name:"id" help:"The connection, by its id (con_…) or the UUID in its URLs."`
}

// find opens the store and finds the connection, removed ones too, and the operator at work in its tenant.
func (a connectionArg) find(p *program) (*roster.Roster, roster.Staff, tenant.Connection, error) {
	var none tenant.Connection
	id, err := tenant.ParseConnectionID(a.Connection)
	if err != nil {
		return nil, roster.Staff{}, none, usage("the connection: %w; `rollcall connection list` shows them", err)
	}
	r, err := p.open()
	if err != nil {
		return nil, roster.Staff{}, none, err
	}
	missing := "there is no connection %s; `rollcall connection list --tenant SLUG` shows a tenant's"
	of, err := p.db.TenantOfConnection(p.ctx, id)
	if err != nil {
		return nil, roster.Staff{}, none, noSuch(err, missing, a.Connection)
	}
	cfg, err := p.db.Reader(of).Config(p.ctx)
	if err != nil {
		return nil, roster.Staff{}, none, err
	}
	i := slices.IndexFunc(cfg.Connections, func(c tenant.Connection) bool { return c.ID == id })
	if i < 0 {
		return nil, roster.Staff{}, none, refused(missing, a.Connection)
	}
	return r, p.operator(of), cfg.Connections[i], nil
}

type connectionShowCmd struct{ connectionArg }

// Run implements connection show.
func (c *connectionShowCmd) Run(p *program) error {
	_, _, found, err := c.find(p)
	if err != nil {
		return err
	}
	return p.showConnection(found)
}

func (p *program) showConnection(c tenant.Connection) error {
	v := p.viewConnection(c)
	return p.show(v, func(w io.Writer) {
		fields(w, "id", v.ID.String(), "name", v.Name, "type", string(v.Type), "status", string(v.Status), "tested", orNever(v.TestedAt),
			"login URL", v.LoginURL, "entity id", v.EntityID, "ACS URL", v.ACSURL, "our metadata", v.MetadataURL,
			"redirect URL", v.RedirectURL, "back-channel logout URL", v.LogoutURL, "created", when(v.CreatedAt), "removed", when(v.RemovedAt))
		if v.SAML != nil {
			showSAML(w, *v.SAML)
		}
		if v.OIDC != nil {
			fields(w, "issuer", v.OIDC.Issuer, "client id", v.OIDC.ClientID, "client secret", map[bool]string{true: "set", false: "none"}[v.OIDC.HasSecret],
				"method", v.OIDC.AuthMethod, "scopes", strings.Join(v.OIDC.Scopes, " "), "vendor", v.OIDC.Vendor, "Entra tenant", v.OIDC.EntraTenant,
				"xms_edov vouches", yesNo(v.OIDC.EntraDomainOwner), "response mode", v.OIDC.ResponseMode,
				"hosted domains", strings.Join(v.OIDC.HostedDomains, " "), "algorithms", strings.Join(v.OIDC.Algorithms, " "))
		}
		fields(w, "e-mail from", v.Mapping.Email, "first name from", v.Mapping.FirstName, "last name from", v.Mapping.LastName,
			"display name from", v.Mapping.DisplayName, "groups from", v.Mapping.Groups)
		say(w, "")
		table(w, "No rule gives a role or a group; `rollcall connection map` sets that.", []string{"ATTRIBUTE", "VALUE", "ROLE", "GROUP"},
			list(v.Rules, func(r view.RuleView) []string {
				return []string{r.Attribute, r.Value, cmp.Or(r.Role, "-"), cmp.Or(r.Group, "-")}
			}))
	})
}

func showSAML(w io.Writer, v view.SAMLView) {
	fields(w, "provider", v.IDPEntityID, "sign-on URL", v.SSOURL, "binding", v.SSOBinding, "metadata from", v.MetadataSource,
		"looked at", when(v.CheckedAt), "valid until", when(v.ValidUntil), "failing since", when(v.FailingSince), "failure", v.Failure,
		"NameID format", v.NameIDFormat, "sign requests", yesNo(v.SignRequests), "force authentication", yesNo(v.ForceAuthn))
	say(w, "")
	rows := list(v.Certificates, func(c view.CertificateView) []string { return []string{"provider", c.SHA256, when(c.NotAfter), "", ""} })
	rows = append(rows, list(v.OwnKeys, func(c view.CertificateView) []string {
		return []string{"ours", c.SHA256, when(c.NotAfter), when(c.SignsFrom), when(c.EndsAt)}
	})...)
	table(w, "There is no certificate.", []string{"CERTIFICATE", "SHA-256", "GOOD UNTIL", "SIGNS FROM", "ENDS"}, rows)
	if v.Pending == nil {
		return
	}
	say(w, "")
	say(w, "The provider's metadata has changed; nothing of it is in force yet:")
	for _, change := range v.Pending.Changes {
		say(w, "  %s", printable(change))
	}
	if v.Pending.ByHand {
		say(w, "It looks like another provider's. If the provider confirms it: rollcall connection set --metadata FILE|URL")
		return
	}
	say(w, "To put it in force: rollcall connection accept")
}
