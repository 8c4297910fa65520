package roster

import (
	"bytes"
	"context"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// Edit changes a member as its directory wants and returns it with its groups.
// An edit that changes nothing writes nothing and leaves the version alone.
//
// Errors: NotFound for members that the directory does not manage; Stale when
// the precondition fails; Conflict for a login, external id or address that is
// taken; Invalid for an address that can't be used. An address of a domain
// that the tenant has not proven is refused, but a deactivation in the same
// change is applied all the same, and the error says so: a leaver must not keep
// access because of an address.
func (r *Roster) Edit(ctx context.Context, by By, id MemberID, pre Precondition, edit EditFunc) (Member, error) {
	var out Member
	var held error // told to the caller after a commit
	mass := r.mass.begin(by.Directory.ID, r.Now())
	err := r.update(ctx, by.Tenant, by.source(), func(tx Tx, alone bool) error {
		held = nil
		before, err := tx.LockMember(ctx, by.scope(), id)
		if err != nil {
			return err
		}
		if err := pre.Check(before.Version); err != nil {
			return err
		}
		c, err := edit(before)
		if err != nil {
			return err
		}
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		out, err = applyChange(before, c, by, cfg, tx.Now())
		if err != nil {
			if c.Active == nil || *c.Active || !before.DirectoryActive {
				return err
			}
			held = err
			if out, err = applyChange(before, onlyActive(before, false), by, cfg, tx.Now()); err != nil {
				return err
			}
		}
		return r.saveOrHold(ctx, tx, cfg, by.source(), before, &out, saveOptions{alone: alone, byDirectory: true, mass: mass.again()})
	})
	r.mass.end(by.Directory.ID, r.Now(), mass, err == nil)
	if err == nil && held != nil {
		return out, r.recorded(ctx, by.Tenant, by.source(), deactivatedAnyway(held))
	}
	return out, err
}

// onlyActive is the change that says what is known already and the directory's
// word on access.
func onlyActive(m Member, active bool) Change {
	return Change{Login: m.Login, ExternalID: m.ExternalID, Addresses: m.Addresses, Active: &active, Attributes: m.Attributes}
}

// applyChange works out the member after a directory's change. It is pure. The
// result equals before when nothing changed.
func applyChange(before Member, c Change, by By, cfg tenant.Config, now time.Time) (Member, error) {
	after := before
	after.Login, after.ExternalID = c.Login, c.ExternalID
	after.Attributes, after.Addresses = c.Attributes, foldAll(c.Addresses)
	if err := moveAddress(&after, c, cfg, now); err != nil {
		return before, err
	}
	if c.Active != nil && *c.Active != before.DirectoryActive {
		if _, held := before.Hold(); *c.Active && !held { // held back: the access never ended
			after.Claims = withoutAdmin(after.Claims, cfg.Tenant.Roles.Admin())
		}
		after = heard(after, *c.Active, now)
	}
	d, ok := cfg.Directory(by.Directory.ID)
	if !ok {
		d = by.Directory
	}
	after.Claims = directoryRoles(after, d, cfg.Tenant.Roles, c.Roles, now)
	if sameMember(before, after) {
		return before, nil
	}
	return seal(after, cfg, now), nil
}

// moveAddress changes the primary address, if the change names another one.
func moveAddress(m *Member, c Change, cfg tenant.Config, now time.Time) error {
	email, err := primaryEmail(c)
	if err != nil {
		return err
	}
	if email == "" || email == m.Email {
		return nil
	}
	d, _ := cfg.Domain(email.Domain())
	switch {
	case d.Owned():
		if m.Proven && m.Email != "" {
			m.Aliases = append(liveAliases(m.Aliases, email, now), Alias{Email: m.Email, Until: now.Add(AliasPeriod)})
		}
		m.Proven = true
	case m.Proven || d.Lost():
		return &Error{
			Kind: Invalid, Code: CodeDomainNotProven, Field: "email",
			Detail: "The domain of the new e-mail address has not been proven by the tenant. Prove the domain in Rollcall first, or keep an address of a proven one.",
		}
	}
	m.Email = email
	return nil
}

// maxAliases bounds what a directory that keeps renaming leaves behind.
const maxAliases = 10

// liveAliases drops expired aliases, the new address, and the oldest beyond the bound.
func liveAliases(aliases []Alias, email Email, now time.Time) []Alias {
	out := slices.DeleteFunc(slices.Clone(aliases), func(a Alias) bool { return !now.Before(a.Until) || a.Email == email })
	if len(out) >= maxAliases {
		out = out[len(out)-maxAliases+1:]
	}
	return out
}

func sameMember(a, b Member) bool {
	return a.Login == b.Login && a.ExternalID == b.ExternalID && a.Email == b.Email && a.Proven == b.Proven &&
		a.DirectoryActive == b.DirectoryActive && a.Directory == b.Directory && a.Conflict == b.Conflict && a.RemovedAt.Equal(b.RemovedAt) &&
		bytes.Equal(a.Attributes, b.Attributes) && slices.Equal(a.Addresses, b.Addresses) &&
		slices.EqualFunc(a.Claims, b.Claims, sameClaim) && len(a.Aliases) == len(b.Aliases)
}

func sameClaim(a, b Claim) bool {
	return a.Source == b.Source && a.By == b.By && a.Here == b.Here && a.Role == b.Role && a.Group == b.Group &&
		a.Due.Equal(b.Due) && (a.Active == nil) == (b.Active == nil) && (a.Active == nil || *a.Active == *b.Active)
}

// deactivatedAnyway adds to a refusal that the deactivation went through.
func deactivatedAnyway(err error) error {
	if e, ok := err.(*Error); ok { //nolint:errorlint // applyChange returns it unwrapped
		told := *e
		told.Detail += " The deactivation in the same request was applied."
		return &told
	}
	return err
}
