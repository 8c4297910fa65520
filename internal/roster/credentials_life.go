package roster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/internal/tenant"
)

// Rotation is a credential and the one that takes its place.
type Rotation struct{ New, Old tenant.Credential }

// RotateCredential adds another bearer token or client secret like the given one, of which only the hash
// is known here, and ends the old one after keep, unless it ends earlier by itself. expires is the new
// one's; zero: a token never ends, a secret after a year. Invalid for a trust, which has nothing to rotate, for
// one that is not in force, and for lives that its kind must not have; NotFound.
func (r *Roster) RotateCredential(ctx context.Context, s Staff, dir tenant.DirectoryID, id tenant.CredentialID,
	hash [32]byte, expires time.Time, keep time.Duration,
) (Rotation, error) {
	var out Rotation
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		if _, ok := cfg.Directory(dir); !ok {
			return &Error{Kind: NotFound, Field: "directory", Detail: "There is no such directory."}
		}
		old, err := findCredential(ctx, tx, dir, id)
		if err != nil {
			return err
		}
		switch {
		case old.Kind == tenant.TrustedIssuer:
			return &Error{Kind: Invalid, Field: "credential", Detail: "A trusted issuer has no secret of ours; its keys change where they are published."}
		case !old.Usable(tx.Now()):
			return &Error{Kind: Invalid, Field: "credential", Detail: "It is revoked or has expired. Add another one instead."}
		case keep < 0:
			return &Error{Kind: Invalid, Field: "keep", Detail: "The old one ends now or later, not earlier."}
		}
		next, err := newCredential(tenant.Credential{
			Directory: dir, Kind: old.Kind, Label: old.Label, Hash: hash, ExpiresAt: expires, TokenMinutes: old.TokenMinutes,
		}, tx.Now())
		if err != nil {
			return err
		}
		if end := tx.Now().Add(keep); old.ExpiresAt.IsZero() || end.Before(old.ExpiresAt) {
			old.ExpiresAt, old.Noticed = end, 0
		}
		out = Rotation{New: next, Old: old}
		if err := errors.Join(tx.PutCredential(ctx, old), tx.PutCredential(ctx, next)); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(CredentialAdded, credentialDetails(next)))
	})
	return out, err
}

// IssueToken gives the client of a grant an access token, of which only the hash is known here.
// Unauthorized when the grant's credential or directory is not in force any more.
func (r *Roster) IssueToken(ctx context.Context, g Grant, hash [32]byte) (tenant.AccessToken, error) {
	var out tenant.AccessToken
	gone := &Error{Kind: Unauthorized, Detail: "The client is not known, or its credential is no longer good."}
	err := r.Store.Update(ctx, g.Tenant.ID, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		c, err := findCredential(ctx, tx, g.Directory.ID, g.Credential.ID)
		if errors.Is(err, NotFound) {
			return gone
		}
		if err != nil {
			return err
		}
		_, ok := cfg.Directory(g.Directory.ID)
		if !ok || !c.Usable(tx.Now()) || c.Kind == tenant.BearerToken {
			return gone
		}
		out = c.Token(hash, tx.Now())
		return tx.PutAccessToken(ctx, out)
	})
	return out, err
}

// tokenGrace is how long an expired access token is kept.
const tokenGrace = 24 * time.Hour

// NoticeExpiring writes an event for each credential of every tenant whose expiry is 60, 30, 14, 7 or 1 days
// ahead or has come, once each however often and wherever it runs, and deletes access tokens that
// expired long ago. It goes on past a tenant where that fails, and returns all errors.
func (r *Roster) NoticeExpiring(ctx context.Context, now time.Time) error {
	ids, err := r.Locator.Expiring(ctx, now.Add(tenant.FirstNotice()), now.Add(-tokenGrace))
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		if err := r.noticeTenant(ctx, id, now); err != nil {
			errs = append(errs, fmt.Errorf("tell of expiring credentials of %s: %w", id, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// noticeTenant looks without a lock first: on most days nothing is due.
func (r *Roster) noticeTenant(ctx context.Context, id tenant.ID, now time.Time) error {
	var due []tenant.Credential
	err := r.Store.View(ctx, id, func(rd Reader) (err error) {
		due, err = dueNotices(ctx, rd, now)
		return err
	})
	if err != nil {
		return err
	}
	if len(due) == 0 {
		return r.Store.Update(ctx, id, func(tx Tx) error { return tx.DropAccessTokens(ctx, now.Add(-tokenGrace)) })
	}
	return r.updateAlone(ctx, id, func(tx Tx) error {
		due, err := dueNotices(ctx, tx, now)
		if err != nil {
			return err
		}
		for _, c := range due {
			notice, left, _ := c.Notice(now)
			c.Noticed = notice
			e := Event{Kind: CredentialExpiring, Actor: Actor{Source: SourceOperator}}
			d := credentialDetails(c)
			d.Days = left
			if notice == tenant.NoticedExpired {
				e.Kind = CredentialExpired
			}
			e.Data = d.json()
			if err := errors.Join(tx.PutCredential(ctx, c), tx.AppendEvent(ctx, e)); err != nil {
				return err
			}
		}
		return tx.DropAccessTokens(ctx, now.Add(-tokenGrace))
	})
}

func dueNotices(ctx context.Context, rd TenantReader, now time.Time) ([]tenant.Credential, error) {
	cfg, err := rd.Config(ctx)
	if err != nil {
		return nil, err
	}
	var due []tenant.Credential
	for _, d := range cfg.Directories {
		if d.Status == tenant.DirectoryRemoved {
			continue
		}
		all, err := rd.Credentials(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			if _, _, ok := c.Notice(now); ok {
				due = append(due, c)
			}
		}
	}
	return due, nil
}
