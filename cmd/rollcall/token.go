package main

import (
	"io"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type tokenCmd struct {
	Add    tokenAddCmd    `cmd:"" help:"Make another token, such as one to change to without a gap. Prints it once."`
	List   tokenListCmd   `cmd:"" help:"List a directory's tokens: labels, expiry and last use, never the tokens themselves."`
	Rotate tokenRotateCmd `cmd:"" help:"Make another token in the place of one, which ends a week later. Prints it once."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token at once."`
}

// tokenFlags say what a new token is like.
type tokenFlags struct {
	Label   string `default:"token" placeholder:"TEXT" help:"What the token is called in lists (default: token)."`
	Expires string `placeholder:"PERIOD|DATE" help:"When it ends: 2y, 90d, 12h, or a date such as 2027-01-31 (default: never)."`
}

// expiry returns when a token made now ends; the zero time is never.
func (f tokenFlags) expiry(now time.Time) (time.Time, error) {
	if f.Expires == "" {
		return time.Time{}, nil
	}
	until, err := parseExpiry(f.Expires, now)
	if err != nil || !until.After(now) {
		return time.Time{}, usage("--expires %q must be a period from now, such as 2y, 90d or 12h, or a date to come, such as 2027-01-31", f.Expires)
	}
	return until, nil
}

func parseExpiry(s string, now time.Time) (time.Time, error) {
	if years, ok := strings.CutSuffix(s, "y"); ok {
		n, err := strconv.ParseUint(years, 10, 8)
		return now.AddDate(int(n), 0, 0), err
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		return now.Add(time.Duration(n) * 24 * time.Hour), err
	}
	if period, err := time.ParseDuration(s); err == nil {
		return now.Add(period), nil
	}
	if date, err := time.Parse(time.DateOnly, s); err == nil {
		return date, nil
	}
	return time.Parse(time.RFC3339, s)
}

// addToken makes a token of a directory.
func addToken(p *program, r *roster.Roster, s roster.Staff, id tenant.DirectoryID, f tokenFlags) (secret.Token, tenant.Credential, error) {
	expires, err := f.expiry(p.now())
	if err != nil {
		return secret.Token{}, tenant.Credential{}, err
	}
	token := secret.NewToken(secret.SCIM)
	c, err := r.AddCredential(p.ctx, s, id, f.Label, token.Hash(), expires)
	return token, c, err
}

// directoryFlag names the directory that a command works in.
type directoryFlag struct {
	Directory string `required:"" placeholder:"ID" help:"The directory, by its id (dir_…) or the UUID of its base URL."`
}

type tokenAddCmd struct {
	directoryFlag
	tokenFlags
}

type addedView struct {
	view.CredentialView
	Token   string `json:"token"`
	BaseURL string `json:"base_url"`
}

// Run implements directory token add.
func (c *tokenAddCmd) Run(p *program) error {
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	token, credential, err := addToken(p, r, s, d.ID, c.tokenFlags)
	if err != nil {
		return err
	}
	v := addedView{view.Credential(credential, p.now()), token.Reveal(), p.viewDirectory(d).BaseURL}
	return p.show(v, func(w io.Writer) {
		say(w, "%s", v.Token)
		say(w, "This is token %s of directory %s. It is shown this once; only its hash is kept.", v.ID, d.Name)
	})
}

type tokenListCmd struct{ directoryFlag }

// Run implements directory token list.
func (c *tokenListCmd) Run(p *program) error {
	_, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	return p.showCredentials(s, d, tenant.BearerToken, "The directory has no token; `rollcall directory token add` makes one.")
}

func orNever(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return when(t)
}

type tokenRotateCmd struct{ rotateFlags }

// Run implements directory token rotate.
func (c *tokenRotateCmd) Run(p *program) error { return c.rotate(p, tenant.BearerToken) }

type tokenRevokeCmd struct{ revokeFlags }

// Run implements directory token revoke.
func (c *tokenRevokeCmd) Run(p *program) error { return c.revoke(p, tenant.BearerToken) }
