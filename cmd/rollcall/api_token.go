package main

import (
	"io"
	"strings"

	"rollcall/internal/api"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/view"
)

type apiTokenCmd struct {
	Create apiTokenCreateCmd `cmd:"" help:"Make a token for an admin of a tenant. Prints it once."`
	List   apiTokenListCmd   `cmd:"" help:"List a tenant's tokens, newest first, ended ones too."`
	Revoke apiTokenRevokeCmd `cmd:"" help:"End a token at once."`
}

type apiTokenCreateCmd struct {
	tenantFlag
	Member  string   `required:"" placeholder:"MEMBER" help:"The admin whose word it is, by id or e-mail address. The token ends when they are no active admin any more."`
	Label   string   `required:"" placeholder:"TEXT" help:"What it is called in lists: where it is used."`
	Scope   []string `required:"" placeholder:"SCOPE,…" help:"What it may do, such as members:read; writing includes reading. docs/api.md lists all."`
	Expires string   `placeholder:"PERIOD|DATE" help:"When it ends, within a year: 30d, 1y, or a date such as 2027-01-31 (default: in 90 days)."`
}

// newAPITokenView is what api-token create prints: the only time that the token shows.
type newAPITokenView struct {
	view.APITokenView
	Token string `json:"token"`
}

// Run implements api-token create.
func (c *apiTokenCreateCmd) Run(p *program) error {
	until, err := tokenFlags{Expires: c.Expires}.expiry(p.now())
	if err != nil {
		return err
	}
	scopes, err := api.ParseScopes(c.Scope)
	if err != nil {
		return err
	}
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	m, err := findMember(p, s, c.Member)
	if err != nil {
		return err
	}
	t := roster.APIToken{Member: m, Label: c.Label, Scopes: scopes, ExpiresAt: until}
	var text string
	text, t.Hash = secret.NewBound(s.Tenant.UUID, secret.APIToken)
	t.Hint = text[len(text)-4:]
	made, err := r.CreateAPIToken(p.ctx, s, t)
	if err != nil {
		return err
	}
	return p.show(newAPITokenView{view.APIToken(made, p.now()), text}, func(w io.Writer) {
		say(w, "%s", text)
		say(w, "It is shown this once; only its hash is kept. It ends on %s, and at once when %s is no active admin any more.", when(made.ExpiresAt), c.Member)
	})
}

type apiTokenListCmd struct{ tenantFlag }

// Run implements api-token list.
func (c *apiTokenListCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	all, err := r.APITokens(p.ctx, s.Tenant)
	if err != nil {
		return err
	}
	return p.show(list(all, func(t roster.APIToken) view.APITokenView { return view.APIToken(t, p.now()) }), func(w io.Writer) {
		table(w, "There is no token; `rollcall api-token create` makes one.", []string{"ID", "LABEL", "MEMBER", "SCOPES", "ENDS", "USED", "STATE"},
			list(all, func(t roster.APIToken) []string {
				state := "live"
				if v := view.APIToken(t, p.now()); !v.Live {
					state = "expired"
					if v.EndReason != "" {
						state = string(v.EndReason)
					}
				}
				return []string{t.ID.String(), t.Label, t.Member.String(), strings.Join(t.Scopes, ","), when(t.ExpiresAt), orNever(t.UsedAt), state}
			}))
	})
}

type apiTokenRevokeCmd struct {
	tenantFlag
	Token string `arg:"" help:"The token, by its id (apt_…)."`
}

// Run implements api-token revoke.
func (c *apiTokenRevokeCmd) Run(p *program) error {
	id, err := roster.ParseAPITokenID(c.Token)
	if err != nil {
		return usage("%q is no id of a token, which has the form apt_…", c.Token)
	}
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	t, err := r.RevokeAPIToken(p.ctx, s, id)
	if err != nil {
		return err
	}
	return p.show(view.APIToken(t, p.now()), func(w io.Writer) { say(w, "The token %s opens nothing any more.", printable(t.Label)) })
}
