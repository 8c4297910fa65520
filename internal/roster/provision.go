package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// Provision creates a member for a directory, or adopts one that the tenant
// already has, or brings back one that was removed (R6, R7, R10). It
// returns the member with its groups.
//
// Errors: Conflict when the directory manages one with this login, external id
// or address already, or another directory does; Invalid for an address that
// can't be used or whose domain the tenant lost.
func (r *Roster) Provision(ctx context.Context, by By, c Change) (Member, error) {
	var out Member
	email, err := primaryEmail(c)
	if err != nil {
		return out, r.recorded(ctx, by.Tenant, by.source(), err)
	}
	err = r.update(ctx, by.Tenant, by.source(), func(tx Tx, _ bool) error {
		m := Match{Directory: by.Directory.ID, ExternalID: c.ExternalID, Login: c.Login, Email: email}
		found, err := tx.LockMatches(ctx, m)
		if err != nil {
			return err
		}
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		p := arrival{by: by, change: c, email: email, config: cfg, now: tx.Now()}
		if found, err = r.withHeld(ctx, tx, cfg, m, found); err != nil {
			return err
		}
		before, kind, err := p.meet(found)
		if err != nil {
			return err
		}
		if p.doubtful, err = p.contradicted(ctx, tx, before, kind); err != nil {
			return err
		}
		if before, err = back(ctx, tx, before, kind); err != nil {
			return err
		}
		out = p.member(before, kind)
		return r.welcome(ctx, tx, cfg, by.source(), before, &out, kind)
	})
	return out, err
}

// arrival is a directory's wish for a new member, with what must be known to
// decide on it.
type arrival struct {
	by     By
	change Change
	email  Email
	config tenant.Config
	now    time.Time
	// doubtful says that a sign-in speaks against the adoption, see contradicted.
	doubtful bool
}

// meet decides what a create means in the light of the members it matches: a
// new member (the zero Member), an adopted one, or one brought back.
func (p arrival) meet(found []Member) (Member, EventKind, error) {
	if d, ok := p.config.Domain(p.email.Domain()); ok && d.Lost() {
		return Member{}, "", &Error{
			Kind: Invalid, Code: CodeDomainNotProven, Field: "email",
			Detail: "The tenant no longer owns the domain of this e-mail address. Prove the domain again in Rollcall, or use an address of another domain.",
		}
	}
	var gone *Member
	var fresh Member
	for i, m := range found {
		if !p.reaches(m) {
			continue
		}
		switch {
		case m.Removed():
			switch {
			case p.recycles(m):
				fresh.Conflict = CodeExternalIDConflict
			case p.mayReturn(m) && (gone == nil || m.ExternalID == p.change.ExternalID || p.named(m) && !p.named(*gone)):
				gone = &found[i]
			}
		case m.Directory == p.by.Directory.ID:
			return Member{}, "", p.taken(m)
		case !m.Directory.IsZero():
			return Member{}, "", p.foreign(m)
		case p.heldBack(m): // the directory deleted it, and changes its mind
			return m, MemberUnheld, nil
		case apart(m, p.by.Directory.ID.String()):
			return Member{}, "", keptApart()
		default: // unmanaged, found by its proven address
			if p.owned() {
				return m, MemberAdopted, nil
			}
		}
	}
	if gone != nil {
		return *gone, MemberRestored, nil
	}
	return fresh, MemberCreated, nil
}

func (p arrival) owned() bool {
	d, ok := p.config.Domain(p.email.Domain())
	return ok && d.Owned()
}

// mayReturn says whether a tombstone is the same human as the arrival: the same
// external id, or the same name or proven address where no other external id
// speaks against it.
func (p arrival) mayReturn(m Member) bool {
	if p.named(m) || m.Directory == p.by.Directory.ID && p.alias(m) {
		return true
	}
	return m.Proven && m.Email != "" && m.Email == p.email && p.owned()
}

// recycles says whether a tombstone of the directory bears another external id
// than the arrival: the name or address went to another human, or the provider
// made the same human anew. Only an admin can tell.
func (p arrival) recycles(m Member) bool {
	return m.Directory == p.by.Directory.ID && m.ExternalID != "" && p.change.ExternalID != "" && m.ExternalID != p.change.ExternalID
}

// member makes the member that an arrival leads to.
func (p arrival) member(m Member, kind EventKind) Member {
	active := p.change.Active == nil || *p.change.Active
	known := m.Email
	switch kind {
	case MemberCreated:
		m = Member{ID: NewMemberID(p.now), CreatedAt: p.now, Email: p.email, Conflict: m.Conflict}
	case MemberAdopted:
		if m.Standing.Role == p.config.Tenant.Roles.Admin() || p.config.Tenant.Policy.ConfirmAdoption || p.doubtful {
			m.Conflict = CodeNeedsConfirmation
		}
	case MemberRestored:
		m.RemovedAt = time.Time{} // what waited for an admin still does: Conflict stays
		m.Claims = withoutAdmin(m.Claims, p.config.Tenant.Roles.Admin())
		if p.email != "" {
			m.Email = p.email
		}
	}
	m.Directory = p.by.Directory.ID
	m.Login, m.ExternalID = p.change.Login, p.change.ExternalID
	m.Attributes, m.Addresses = p.change.Attributes, foldAll(p.change.Addresses)
	if owned := p.owned(); m.Email == p.email && m.Proven != owned {
		m.Proven = owned || m.Email == known && vouched(m) // nobody vouched for another address
	}
	if kind != MemberAdopted && kind != MemberUnheld {
		m.Person = PersonID{}
	}
	m = heard(m, active, p.now)
	m.Claims = directoryRoles(m, p.by.Directory, p.config.Tenant.Roles, p.change.Roles, p.now)
	return seal(m, p.config, p.now)
}

// vouched says whether a person with the right to do so vouched for the member.
func vouched(m Member) bool {
	byOperator, _ := m.Claim(SourceOperator)
	byAdmin, _ := m.Claim(SourceAdmin)
	byInvite, _ := m.Claim(SourceInvite)
	return byOperator.Here || byAdmin.Here || byInvite.Here
}

// withoutAdmin drops the admin role from claims: it never returns by itself.
func withoutAdmin(claims []Claim, admin string) []Claim {
	out := make([]Claim, 0, len(claims))
	for _, c := range claims {
		if c.Role == admin && c.Source != SourceDirectoryGroup {
			c.Role = ""
		}
		if c.Here || c.Active != nil || c.Role != "" {
			out = append(out, c)
		}
	}
	return out
}

// seal settles a member and gives it its next version.
func seal(m Member, c tenant.Config, now time.Time) Member {
	m.Standing = Judge(m, c).Standing
	m.Version++
	m.ChangedAt = now
	return m
}

func foldAll(addresses []string) []string {
	out := make([]string, 0, len(addresses))
	seen := map[string]bool{}
	for _, a := range addresses {
		if f := Fold(a); f != "" && !seen[f] {
			seen[f] = true
			out = append(out, f)
		}
	}
	return out
}
