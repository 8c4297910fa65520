package main

import (
	"cmp"
	"io"
	"slices"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

// credentialsOf lists a directory's credentials of one kind, by id.
func (p *program) credentialsOf(s roster.Staff, d tenant.Directory, kind tenant.CredentialKind) ([]tenant.Credential, error) {
	all, err := p.db.Reader(s.Tenant).Credentials(p.ctx, d.ID)
	return slices.DeleteFunc(all, func(c tenant.Credential) bool { return c.Kind != kind }), err
}

func (p *program) showCredentials(s roster.Staff, d tenant.Directory, kind tenant.CredentialKind, none string) error {
	all, err := p.credentialsOf(s, d, kind)
	if err != nil {
		return err
	}
	views := list(all, func(c tenant.Credential) view.CredentialView { return view.Credential(c, p.now()) })
	return p.show(views, func(w io.Writer) {
		table(w, none, []string{"ID", "LABEL", "STATUS", "CREATED", "EXPIRES", "LAST USED", "BY"},
			list(views, func(v view.CredentialView) []string {
				return []string{v.ID.String(), v.Label, v.Status, when(v.CreatedAt), orNever(v.ExpiresAt), orNever(v.LastUsedAt), cmp.Or(v.LastUsedBy, "-")}
			}))
	})
}

// nouns are what people call the kinds, and the commands that list them.
func nouns(kind tenant.CredentialKind) (noun, command string) {
	switch kind {
	case tenant.ClientSecret:
		return "secret", "secret"
	case tenant.TrustedIssuer:
		return "trusted issuer", "trust"
	case tenant.BearerToken:
	}
	return "token", "token"
}

// credentialArg names a credential by its id.
type credentialArg struct {
	directoryFlag
	ID string `arg:"" name:"id" help:"By its id (tok_…), as list shows it."`
}

// find opens the store and finds the credential, which must be of the kind.
func (c credentialArg) find(p *program, kind tenant.CredentialKind) (*roster.Roster, roster.Staff, tenant.Credential, error) {
	var none tenant.Credential
	noun, command := nouns(kind)
	id, err := tenant.ParseCredentialID(c.ID)
	if err != nil {
		// Not the text itself: somebody may have pasted the token.
		return nil, roster.Staff{}, none, usage("name the %s by its id (tok_…), as `rollcall directory %s list` shows it", noun, command)
	}
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return nil, s, none, err
	}
	all, err := p.credentialsOf(s, d, kind)
	if err != nil {
		return nil, s, none, err
	}
	i := slices.IndexFunc(all, func(c tenant.Credential) bool { return c.ID == id })
	if i < 0 {
		return nil, s, none, refused("directory %s has no %s %s", d.ID, noun, id)
	}
	return r, s, all[i], nil
}

// revokeFlags are those of all revoke commands.
type revokeFlags struct {
	credentialArg
	Force bool `help:"Also when it was used within the last hour."`
}

func (c revokeFlags) revoke(p *program, kind tenant.CredentialKind) error {
	r, s, found, err := c.find(p, kind)
	if err != nil {
		return err
	}
	end := r.RevokeIdleCredential
	if c.Force {
		end = r.RevokeCredential
	}
	found, err = end(p.ctx, s, found.Directory, found.ID)
	if e, ok := inUse(err); ok {
		return refused("%s To revoke it all the same: --force (%s)", e.Detail, e.Code)
	}
	if err != nil {
		return err
	}
	noun, _ := nouns(kind)
	v := view.Credential(found, p.now())
	return p.show(v, func(w io.Writer) { say(w, "The %s %s (%s) opens nothing any more.", noun, v.ID, v.Label) })
}

// rotateFlags are those of all rotate commands.
type rotateFlags struct {
	credentialArg
	Keep    string `default:"7d" placeholder:"PERIOD" help:"How long the old one is good for: 7d, 12h, or 0h for not at all (default: 7d)."`
	Expires string `placeholder:"PERIOD|DATE" help:"When the new one ends: 2y, 90d, or a date (default: as one that is added)."`
}

// rotatedView is what rotate prints: the only time that the new one shows.
type rotatedView struct {
	view.CredentialView
	Token    string              `json:"token,omitempty"`
	ClientID string              `json:"client_id,omitempty"`
	Secret   string              `json:"client_secret,omitempty"`
	Old      view.CredentialView `json:"old"`
}

func (c rotateFlags) rotate(p *program, kind tenant.CredentialKind) error {
	now := p.now()
	expires, err := tokenFlags{Expires: c.Expires}.expiry(now)
	if err != nil {
		return err
	}
	until, err := parseExpiry(c.Keep, now)
	if err != nil || until.Before(now) {
		return usage("--keep %q must be a period, such as 7d or 12h", c.Keep)
	}
	r, s, old, err := c.find(p, kind)
	if err != nil {
		return err
	}
	prefix := secret.SCIM
	if kind == tenant.ClientSecret {
		prefix = secret.Client
	}
	token := secret.NewToken(prefix)
	done, err := r.RotateCredential(p.ctx, s, old.Directory, old.ID, token.Hash(), expires, until.Sub(now))
	if err != nil {
		return err
	}
	v := rotatedView{CredentialView: view.Credential(done.New, p.now()), Old: view.Credential(done.Old, p.now())}
	if kind == tenant.ClientSecret {
		v.ClientID, v.Secret = clientID(old.Directory), token.Reveal()
	} else {
		v.Token = token.Reveal()
	}
	return p.show(v, func(w io.Writer) {
		noun, command := nouns(kind)
		say(w, "%s", token.Reveal())
		say(w, "This is the new %s %s. It is shown this once; only its hash is kept.", noun, v.ID)
		by := ""
		if v.Old.LastUsedBy != "" {
			by = " by " + printable(v.Old.LastUsedBy)
		}
		say(w, "The old one, %s, ends at %s. It was last used: %s%s.", v.Old.ID, when(v.Old.ExpiresAt), orNever(v.Old.LastUsedAt), by)
		say(w, "Enter the new one at the identity provider and look with `rollcall directory %s list` that the old one rests.", command)
	})
}
