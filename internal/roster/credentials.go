package roster

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// AddCredential adds a bearer token, of which only the hash is known here. A zero
// expires never expires. NotFound for a directory that is not there.
func (r *Roster) AddCredential(ctx context.Context, s Staff, id tenant.DirectoryID, label string, hash [32]byte, expires time.Time) (tenant.Credential, error) {
	return r.addCredential(ctx, s, tenant.Credential{Directory: id, Kind: tenant.BearerToken, Label: label, Hash: hash, ExpiresAt: expires})
}

// AddSecret adds a client secret, of which only the hash is known here. It ends after one to three
// years, a zero expires means one; its access tokens live 60 to 360 minutes, 0 means 60. Invalid
// for anything else, NotFound for a directory that is not there.
func (r *Roster) AddSecret(ctx context.Context, s Staff, id tenant.DirectoryID, label string, hash [32]byte, expires time.Time, minutes int) (tenant.Credential, error) {
	return r.addCredential(ctx, s, tenant.Credential{
		Directory: id, Kind: tenant.ClientSecret, Label: label, Hash: hash, ExpiresAt: expires, TokenMinutes: minutes,
	})
}

// AddTrust makes a directory trust an issuer's assertions. Its access tokens live 60 to 360
// minutes, 0 means 60. Invalid for a trust that pins too little, NotFound for a directory that is not there.
func (r *Roster) AddTrust(ctx context.Context, s Staff, id tenant.DirectoryID, label string, t tenant.Trust, minutes int) (tenant.Credential, error) {
	if err := t.Check(); err != nil {
		return tenant.Credential{}, &Error{Kind: Invalid, Field: "trust", Detail: "The issuer can't be trusted so: " + err.Error() + "."}
	}
	c := tenant.Credential{Directory: id, Kind: tenant.TrustedIssuer, Label: label, TokenMinutes: minutes, Trust: t}
	_, _ = rand.Read(c.Hash[:]) // unique, and of nothing; never fails since Go 1.24
	return r.addCredential(ctx, s, c)
}

func (r *Roster) addCredential(ctx context.Context, s Staff, c tenant.Credential) (tenant.Credential, error) {
	if c.Label != "" {
		if err := checkName(c.Label); err != nil {
			return tenant.Credential{}, err
		}
	}
	var out tenant.Credential
	err := r.Store.Update(ctx, s.Tenant, func(tx Tx) error {
		if err := stillAdmin(ctx, tx, s.Actor); err != nil {
			return err
		}
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		if _, ok := cfg.Directory(c.Directory); !ok {
			return &Error{Kind: NotFound, Field: "directory", Detail: "There is no such directory."}
		}
		out, err = newCredential(c, tx.Now())
		if err != nil {
			return err
		}
		if err := tx.PutCredential(ctx, out); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(CredentialAdded, credentialDetails(out)))
	})
	return out, err
}

// newCredential fills in what a credential made now gets by itself, and refuses lives that its kind
// must not have.
func newCredential(c tenant.Credential, now time.Time) (tenant.Credential, error) {
	c.ID, c.CreatedAt = tenant.CredentialID{UUID: tenant.NewUUID(now)}, now
	if c.Kind != tenant.BearerToken {
		if c.TokenMinutes == 0 {
			c.TokenMinutes = tenant.TokenMinutes
		}
		if c.TokenMinutes < tenant.TokenMinutes || c.TokenMinutes > tenant.MaxTokenMinutes {
			return c, &Error{Kind: Invalid, Field: "token_minutes", Detail: fmt.Sprintf(
				"Access tokens live %d to %d minutes.", tenant.TokenMinutes, tenant.MaxTokenMinutes)}
		}
	}
	if c.Kind == tenant.ClientSecret {
		if c.ExpiresAt.IsZero() {
			c.ExpiresAt = now.AddDate(tenant.SecretYears, 0, 0)
		}
		// A day to spare: years differ in length, and dates have no hour.
		if c.ExpiresAt.Before(now.AddDate(tenant.SecretYears, 0, -1)) || c.ExpiresAt.After(now.AddDate(tenant.MaxSecretYears, 0, 1)) {
			return c, &Error{Kind: Invalid, Field: "expires", Detail: fmt.Sprintf(
				"A client secret is good for %d to %d years. Give a time in between; it can be revoked earlier.", tenant.SecretYears, tenant.MaxSecretYears)}
		}
	}
	if !c.Usable(now) {
		return c, &Error{Kind: Invalid, Field: "expires", Detail: "The token would have expired already. Give a time in the future."}
	}
	return c, nil
}

func credentialDetails(c tenant.Credential) details {
	return details{Name: c.Label, Credential: c.ID.String(), Kind: string(c.Kind), Directory: c.Directory.String()}
}

// RevokeCredential ends a credential at once, with the access tokens that it got; revoking it again
// changes nothing.
func (r *Roster) RevokeCredential(ctx context.Context, s Staff, dir tenant.DirectoryID, id tenant.CredentialID) (tenant.Credential, error) {
	return r.revokeCredential(ctx, s, dir, id, func(tenant.Credential, time.Time) error { return nil })
}

// inUse is how lately a credential was used that somebody may still need.
const inUse = time.Hour

// RevokeIdleCredential is RevokeCredential, but refuses (CodeCredentialInUse) one that was used within the
// last hour; the Detail says by whom.
func (r *Roster) RevokeIdleCredential(ctx context.Context, s Staff, dir tenant.DirectoryID, id tenant.CredentialID) (tenant.Credential, error) {
	return r.revokeCredential(ctx, s, dir, id, func(c tenant.Credential, now time.Time) error {
		if c.LastUsedAt.IsZero() || !c.Usable(now) || now.Sub(c.LastUsedAt) >= inUse {
			return nil
		}
		by := "by a client that does not name itself"
		if c.LastUsedBy != "" {
			by = "by " + c.LastUsedBy
		}
		return &Error{Kind: Refused, Code: CodeCredentialInUse, Field: "credential", Detail: fmt.Sprintf(
			"It was last used %s, at %s. Give the identity provider another one first and wait until this one rests for an hour, or insist.",
			by, c.LastUsedAt.UTC().Format(time.RFC3339))}
	})
}

func (r *Roster) revokeCredential(ctx context.Context, s Staff, dir tenant.DirectoryID, id tenant.CredentialID,
	may func(tenant.Credential, time.Time) error,
) (tenant.Credential, error) {
	var out tenant.Credential
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		var err error
		if out, err = findCredential(ctx, tx, dir, id); err != nil || !out.RevokedAt.IsZero() {
			return err
		}
		if err := may(out, tx.Now()); err != nil {
			return err
		}
		out.RevokedAt = tx.Now()
		if err := tx.PutCredential(ctx, out); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(CredentialRevoked, credentialDetails(out)))
	})
	return out, r.recorded(ctx, s.Tenant, s.source(), err)
}

// findCredential finds a credential of a directory; NotFound.
func findCredential(ctx context.Context, rd TenantReader, dir tenant.DirectoryID, id tenant.CredentialID) (tenant.Credential, error) {
	all, err := rd.Credentials(ctx, dir)
	if err != nil {
		return tenant.Credential{}, err
	}
	i := slices.IndexFunc(all, func(c tenant.Credential) bool { return c.ID == id })
	if i < 0 {
		return tenant.Credential{}, &Error{Kind: NotFound, Field: "token", Detail: "The directory has no such token."}
	}
	return all[i], nil
}
