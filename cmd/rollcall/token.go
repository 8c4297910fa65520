package main

import (
	"io"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

type tokenCmd struct {
	Add    tokenAddCmd    `cmd:"" help:"Make another token, such as one to change to without a gap. Prints it once."`
	List   tokenListCmd   `cmd:"" help:"List a directory's tokens: labels, expiry and last use, never the tokens themselves."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token at once."`
}

// tokenFlags say what a new token is like.
type tokenFlags struct {
	Label   string `default:"token" placeholder:"TEXT" help:"What the token is called in lists (default: token)."`
	Expires string `placeholder:"PERIOD|DATE" help:"When it ends: 90d, 12h, or a date such as 2027-01-31 (default: never)."`
}

// expiry returns when a token made now ends; the zero time is never.
func (f tokenFlags) expiry(now time.Time) (time.Time, error) {
	if f.Expires == "" {
		return time.Time{}, nil
	}
	until, err := parseExpiry(f.Expires, now)
	if err != nil || !until.After(now) {
		return time.Time{}, usage("--expires %q must be a period from now, such as 90d or 12h, or a date to come, such as 2027-01-31", f.Expires)
	}
	return until, nil
}

func parseExpiry(s string, now time.Time) (time.Time, error) {
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

// tokenView is a token as JSON, without the token.
type tokenView struct {
	ID         tenant.CredentialID `json:"id"`
	Directory  tenant.DirectoryID  `json:"directory"`
	Label      string              `json:"label"`
	Status     string              `json:"status"` // active, expired or revoked
	CreatedAt  time.Time           `json:"created_at"`
	ExpiresAt  time.Time           `json:"expires_at,omitzero"`
	LastUsedAt time.Time           `json:"last_used_at,omitzero"`
	RevokedAt  time.Time           `json:"revoked_at,omitzero"`
}

func (p *program) viewToken(c tenant.Credential) tokenView {
	v := tokenView{
		ID: c.ID, Directory: c.Directory, Label: c.Label, Status: "active",
		CreatedAt: c.CreatedAt, ExpiresAt: c.ExpiresAt, LastUsedAt: c.LastUsedAt, RevokedAt: c.RevokedAt,
	}
	switch {
	case !c.RevokedAt.IsZero():
		v.Status = "revoked"
	case !c.Usable(p.now()):
		v.Status = "expired"
	}
	return v
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
	tokenView
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
	v := addedView{p.viewToken(credential), token.Reveal(), p.viewDirectory(d).BaseURL}
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
	all, err := p.db.Reader(s.Tenant).Credentials(p.ctx, d.ID)
	if err != nil {
		return err
	}
	views := list(all, p.viewToken)
	return p.show(views, func(w io.Writer) {
		table(w, "The directory has no token; `rollcall directory token add` makes one.",
			[]string{"ID", "LABEL", "STATUS", "CREATED", "EXPIRES", "LAST USED"},
			list(views, func(v tokenView) []string {
				return []string{v.ID.String(), v.Label, v.Status, when(v.CreatedAt), orNever(v.ExpiresAt), orNever(v.LastUsedAt)}
			}))
	})
}

func orNever(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return when(t)
}

type tokenRevokeCmd struct {
	directoryFlag
	Token string `arg:"" name:"token" help:"The token, by its id (tok_…) as token list shows it."`
}

// Run implements directory token revoke.
func (c *tokenRevokeCmd) Run(p *program) error {
	id, err := tenant.ParseCredentialID(c.Token)
	if err != nil {
		// Not the text itself: somebody may have pasted the token.
		return usage("name the token by its id (tok_…), as `rollcall directory token list` shows it")
	}
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	credential, err := r.RevokeCredential(p.ctx, s, d.ID, id)
	if err != nil {
		return noSuch(err, "directory %s has no token %s", d.ID, id)
	}
	v := p.viewToken(credential)
	return p.show(v, func(w io.Writer) { say(w, "Token %s (%s) opens nothing any more.", v.ID, v.Label) })
}
