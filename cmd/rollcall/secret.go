package main

import (
	"errors"
	"io"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
	"rollcall/scim"
)

type secretCmd struct {
	Add    secretAddCmd    `cmd:"" help:"Make another client secret; several are good at once. Prints it once."`
	List   secretListCmd   `cmd:"" help:"List a directory's client secrets: labels, expiry and last use, never the secrets themselves."`
	Rotate secretRotateCmd `cmd:"" help:"Make another client secret in the place of one, which ends a week later. Prints it once."`
	Revoke secretRevokeCmd `cmd:"" help:"End a client secret at once, and the access tokens that it got."`
}

// minutesFlag says how long access tokens live.
type minutesFlag struct {
	TokenMinutes int `default:"60" placeholder:"N" help:"How long its access tokens live, 60 to 360 minutes (default: 60)."`
}

type secretAddCmd struct {
	directoryFlag
	Label   string `default:"secret" placeholder:"TEXT" help:"What the secret is called in lists (default: secret)."`
	Expires string `placeholder:"PERIOD|DATE" help:"When it ends, in one to three years: 2y, 500d, or a date (default: 1y)."`
	minutesFlag
}

// secretView is what secret add prints: the only time that the secret shows.
type secretView struct {
	view.CredentialView
	ClientID string `json:"client_id"`
	Secret   string `json:"client_secret"`
	TokenURL string `json:"token_url"`
	BaseURL  string `json:"base_url"`
}

func clientID(id tenant.DirectoryID) string { return scim.ClientID(id) }

// Run implements directory secret add.
func (c *secretAddCmd) Run(p *program) error {
	expires, err := tokenFlags{Expires: c.Expires}.expiry(p.now())
	if err != nil {
		return err
	}
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	token := secret.NewToken(secret.Client)
	made, err := r.AddSecret(p.ctx, s, d.ID, c.Label, token.Hash(), expires, c.TokenMinutes)
	if err != nil {
		return err
	}
	at := p.viewDirectory(d)
	v := secretView{view.Credential(made, p.now()), clientID(d.ID), token.Reveal(), at.TokenURL, at.BaseURL}
	return p.show(v, func(w io.Writer) {
		say(w, "Secret %s of directory %s is there. Give these to the identity provider:", v.ID, printable(d.Name))
		fields(w, "  base URL", v.BaseURL, "  token URL", v.TokenURL, "  client id", v.ClientID, "  client secret", v.Secret, "  ends", when(v.ExpiresAt))
		say(w, "The secret is shown this once; only its hash is kept.")
	})
}

type secretListCmd struct{ directoryFlag }

// Run implements directory secret list.
func (c *secretListCmd) Run(p *program) error {
	_, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	return p.showCredentials(s, d, tenant.ClientSecret, "The directory has no client secret; `rollcall directory secret add` makes one.")
}

type secretRotateCmd struct{ rotateFlags }

// Run implements directory secret rotate.
func (c *secretRotateCmd) Run(p *program) error { return c.rotate(p, tenant.ClientSecret) }

type secretRevokeCmd struct{ revokeFlags }

// Run implements directory secret revoke.
func (c *secretRevokeCmd) Run(p *program) error { return c.revoke(p, tenant.ClientSecret) }

// inUse picks the refusal to revoke what is in use.
func inUse(err error) (*roster.Error, bool) {
	e, ok := errors.AsType[*roster.Error](err)
	return e, ok && e.Code == roster.CodeCredentialInUse
}
