package main

import (
	"io"
	"strings"

	"rollcall/internal/api"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type appCredentialCmd struct {
	Add    appCredentialAddCmd    `cmd:"" help:"Make a credential for the JSON API. Prints it once."`
	List   appCredentialListCmd   `cmd:"" help:"List an application's credentials, revoked ones too."`
	Revoke appCredentialRevokeCmd `cmd:"" help:"End a credential at once."`
}

type appCredentialAddCmd struct {
	appArg
	Label   string   `required:"" placeholder:"TEXT" help:"What it is called in lists: where it is used."`
	Scope   []string `required:"" placeholder:"SCOPE,…" help:"What it may do, such as access:read; writing includes reading. docs/api.md lists all."`
	Tenant  []string `placeholder:"SLUG" help:"A tenant that it sees, by slug or id; again for each (default: all)."`
	Expires string   `placeholder:"PERIOD|DATE" help:"When it ends: 90d, 2y, or a date such as 2027-01-31 (default: never)."`
}

// newAppCredentialView is what app credential add prints: the only time that the credential shows.
type newAppCredentialView struct {
	view.AppCredentialView
	Token string `json:"token"`
}

// Run implements app credential add.
func (c *appCredentialAddCmd) Run(p *program) error {
	until, err := tokenFlags{Expires: c.Expires}.expiry(p.now())
	if err != nil {
		return err
	}
	scopes, err := api.ParseScopes(c.Scope)
	if err != nil {
		return err
	}
	r, a, err := c.find(p)
	if err != nil {
		return err
	}
	made := tenant.AppCredential{App: a.ID, Label: c.Label, Scopes: scopes, ExpiresAt: until}
	for _, name := range c.Tenant {
		t, err := findTenant(p, name)
		if err != nil {
			return err
		}
		made.Tenants = append(made.Tenants, t.ID)
	}
	var text string
	text, made.Hash = secret.NewBound(a.ID.UUID, secret.AppKey)
	made.Hint = text[len(text)-4:]
	if made, err = r.AddAppCredential(p.ctx, made); err != nil {
		return err
	}
	return p.show(newAppCredentialView{view.AppCredential(made, p.now()), text}, func(w io.Writer) {
		say(w, "%s", text)
		say(w, "It is shown this once; only its hash is kept. It is good while %s is turned on.", printable(a.Name))
	})
}

type appCredentialListCmd struct{ appArg }

// Run implements app credential list.
func (c *appCredentialListCmd) Run(p *program) error {
	r, a, err := c.find(p)
	if err != nil {
		return err
	}
	all, err := r.AppCredentials(p.ctx, a.ID)
	if err != nil {
		return err
	}
	return p.show(list(all, func(c tenant.AppCredential) view.AppCredentialView { return view.AppCredential(c, p.now()) }), func(w io.Writer) {
		table(w, "There is no credential; `rollcall app credential add` makes one.", []string{"ID", "LABEL", "SCOPES", "TENANTS", "ENDS", "USED", "STATE"},
			list(all, func(c tenant.AppCredential) []string {
				state, sees := "live", "all"
				if !c.Usable(p.now()) {
					state = "ended"
				}
				if len(c.Tenants) > 0 {
					sees = strings.Join(list(c.Tenants, tenant.ID.String), ",")
				}
				return []string{c.ID.String(), c.Label, strings.Join(c.Scopes, ","), sees, orNever(c.ExpiresAt), orNever(c.UsedAt), state}
			}))
	})
}

type appCredentialRevokeCmd struct {
	appArg
	Credential string `arg:"" help:"The credential, by its id (apc_…)."`
}

// Run implements app credential revoke.
func (c *appCredentialRevokeCmd) Run(p *program) error {
	id, err := tenant.ParseAppCredentialID(c.Credential)
	if err != nil {
		return usage("%q is no id of a credential, which has the form apc_…", c.Credential)
	}
	r, a, err := c.find(p)
	if err != nil {
		return err
	}
	if err := r.RevokeAppCredential(p.ctx, a.ID, id); err != nil {
		return noSuch(err, "%s has no credential %s that is good", printable(a.Name), c.Credential)
	}
	return p.show(struct{}{}, func(w io.Writer) { say(w, "The credential opens nothing any more.") })
}
