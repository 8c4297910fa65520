package roster

import (
	"context"
	"encoding/json"
	"time"

	"rollcall/internal/tenant"
)

// AddMember makes a member at the word of an admin or the operator, without a
// directory. The person counts as vouched for. role may be empty. Conflict
// when the address belongs to a member already.
func (r *Roster) AddMember(ctx context.Context, s Staff, email, role, name string) (Member, error) {
	var out Member
	address, err := ParseEmail(email)
	if err != nil {
		return out, err
	}
	err = r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		found, err := tx.LockMatches(ctx, Match{Email: address})
		if err != nil {
			return err
		}
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		if err := checkRole(cfg, role); err != nil {
			return err
		}
		before, kind, err := returning(found, address)
		if err != nil {
			return err
		}
		fresh := before
		if before.Version == 0 {
			fresh = Member{ID: NewMemberID(tx.Now()), CreatedAt: tx.Now(), Email: address}
		}
		out = invited(fresh, s, role, name, cfg, tx.Now())
		return r.welcome(ctx, tx, cfg, s.source(), before, &out, kind)
	})
	return out, err
}

// returning finds the tombstone that a person whom an admin adds comes back
// from; the zero Member when there is none.
func returning(found []Member, address Email) (Member, EventKind, error) {
	var m Member
	kind := MemberCreated
	for _, f := range found {
		if f.Email != address { // it was the address until lately
			continue
		}
		if _, merged := f.MergedInto(); merged {
			continue
		}
		if !f.Removed() {
			return m, kind, &Error{Kind: Conflict, Field: "email", Detail: "A member with this e-mail address exists already."}
		}
		if f.Directory.IsZero() {
			m, kind = f, MemberRestored
		}
	}
	return m, kind, nil
}

// invited makes the member that a person asked for.
func invited(m Member, s Staff, role, name string, cfg tenant.Config, now time.Time) Member {
	m.RemovedAt, m.Conflict = time.Time{}, ""
	m.Login, m.Addresses = string(m.Email), []string{string(m.Email)}
	if name != "" {
		b, _ := json.Marshal(map[string]string{"displayName": name}) //nolint:errchkjson // strings always marshal
		m.Attributes = b
	}
	m.Proven, m.DirectoryActive = true, true
	m.Claims, _ = liftRemoval(m.Claims, s.Actor.ID)
	m.Claims = withClaim(noes(m.Claims), Claim{Source: s.Actor.Source, By: s.Actor.ID, Here: true, Role: role, At: now})
	return seal(m, cfg, now)
}

// noes keeps of the claims of a removed member what nobody else may lift (R3): that
// the operator, or an admin, turned it off.
func noes(claims []Claim) []Claim {
	var out []Claim
	for _, c := range claims {
		if off := c.Active != nil && !*c.Active; off && (c.Source == SourceOperator || c.Source == SourceAdmin) {
			out = append(out, Claim{Source: c.Source, By: c.By, Active: c.Active, At: c.At})
		}
	}
	return out
}

// checkRole says why a role can't be given, if it names one.
func checkRole(cfg tenant.Config, role string) error {
	roles := cfg.Tenant.Roles
	switch {
	case role == "" || roles.Offers(role):
		return nil
	case roles.Has(role):
		return &Error{
			Kind: Refused, Code: CodeRoleUnavailable, Field: "role",
			Detail: "The role " + quote(role) + " is not part of the tenant's plan. Those that can be given are: " + list(roles.Offered()) + ".",
		}
	}
	return &Error{Kind: Invalid, Field: "role", Detail: "The tenant has no role " + quote(role) + ". Its roles are: " + list(roles.Roles) + "."}
}

// SetActive turns a member off at a person's word, or takes that word back. It
// never lifts a "no" of another source: Refused with managed_by_directory when
// only the directory keeps the member off. The block that a removed directory
// left is nobody's word, and anybody's to lift.
func (r *Roster) SetActive(ctx context.Context, s Staff, id MemberID, active bool) (Member, error) {
	return r.amend(ctx, s, id, func(m Member, cfg tenant.Config, tx Tx) (Member, error) {
		lifted := false
		if active {
			m.Claims, lifted = liftRemoval(m.Claims, s.Actor.ID)
		}
		c, ok := m.Claim(s.Actor.Source)
		off := ok && c.Active != nil && !*c.Active
		switch {
		case lifted && !off:
			return m, nil
		case active && !off && m.Standing.State == StateInactive:
			return m, stillOff(m, cfg)
		}
		c.Source, c.By, c.At = s.Actor.Source, s.Actor.ID, tx.Now()
		c.Active = nil
		if !active {
			c.Active = &active
		}
		m.Claims = withClaim(m.Claims, c)
		if !c.Here && c.Active == nil && c.Role == "" {
			m.Claims = withoutClaims(m.Claims, s.Actor.Source)
		}
		return m, nil
	})
}

// stillOff tells an admin who else keeps a member off.
func stillOff(m Member, cfg tenant.Config) error {
	if m.Standing.Reason == CodeDeactivatedByDirectory {
		return managed(m, cfg, "It is turned off there; turn it on there.")
	}
	return &Error{Kind: Refused, Code: m.Standing.Reason, Detail: "The member was turned off by somebody with more authority, who must turn it on again."}
}

// managed refuses an edit of what a directory manages, naming the directory.
func managed(m Member, cfg tenant.Config, advice string) error {
	return &Error{Kind: Refused, Code: CodeManagedByDirectory, Detail: "The member is managed by " + directoryName(cfg, m.Directory) + ". " + advice}
}

// SetRole gives a member a role at a person's word. Refused with
// managed_by_directory while a directory's mapping names the role; Invalid for
// a role that the tenant does not have. An empty role takes the word back.
func (r *Roster) SetRole(ctx context.Context, s Staff, id MemberID, role string) (Member, error) {
	return r.amend(ctx, s, id, func(m Member, cfg tenant.Config, tx Tx) (Member, error) {
		if err := checkRole(cfg, role); err != nil {
			return m, err
		}
		if w := Judge(m, cfg).Rank.Winner; w != nil && fromDirectory(w.Source) {
			return m, managed(m, cfg, "Its role follows a group or attribute there; change that, or the mapping.")
		}
		c, _ := m.Claim(s.Actor.Source)
		c.Source, c.By, c.Role, c.At = s.Actor.Source, s.Actor.ID, role, tx.Now()
		m.Claims = withClaim(m.Claims, c)
		return m, nil
	})
}

// Confirm decides on a member that waits for an admin: accept lets the
// directory's word count, otherwise the directory lets go of the member.
func (r *Roster) Confirm(ctx context.Context, s Staff, id MemberID, accept bool) (Member, error) {
	return r.amend(ctx, s, id, func(m Member, _ tenant.Config, tx Tx) (Member, error) {
		if m.Conflict == "" {
			return m, &Error{Kind: Invalid, Field: "member", Detail: "The member does not wait for a confirmation."}
		}
		if accept {
			m.Conflict = ""
			return m, nil
		}
		if m = released(m); !wanted(m) {
			m.RemovedAt = tx.Now()
		}
		return m, leaveGroups(ctx, tx, m)
	})
}

// RemoveMember ends a membership at a person's word. Refused with
// managed_by_directory while a directory manages the member.
func (r *Roster) RemoveMember(ctx context.Context, s Staff, id MemberID) error {
	return r.update(ctx, s.Tenant, s.source(), func(tx Tx, alone bool) error {
		before, cfg, err := lockLive(ctx, tx, s, id)
		if err != nil {
			return err
		}
		if _, ok := cfg.Directory(before.Directory); ok {
			return managed(before, cfg, "Take the person out of scope there, or turn the member off here.")
		}
		return r.bury(ctx, tx, cfg, s.source(), before, saveOptions{alone: alone})
	})
}

// amend changes one live member at a person's word.
func (r *Roster) amend(ctx context.Context, s Staff, id MemberID, change func(Member, tenant.Config, Tx) (Member, error)) (Member, error) {
	var out Member
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, alone bool) error {
		before, cfg, err := lockLive(ctx, tx, s, id)
		if err != nil {
			return err
		}
		after, err := change(before, cfg, tx)
		if err != nil {
			return err
		}
		out = before
		if sameMember(before, after) {
			return nil
		}
		o := saveOptions{alone: alone}
		switch {
		case after.Removed():
			o.kind = MemberRemoved
		case after.Directory != before.Directory:
			o.kind = MemberReleased
		}
		out = seal(after, cfg, tx.Now())
		return r.save(ctx, tx, cfg, s.source(), before, &out, o)
	})
	return out, err
}

func lockLive(ctx context.Context, tx Tx, s Staff, id MemberID) (Member, tenant.Config, error) {
	m, err := tx.LockMember(ctx, Scope{}, id)
	if err == nil {
		err = s.If.Check(m.Version)
	}
	if err != nil {
		return m, tenant.Config{}, err
	}
	cfg, err := tx.Config(ctx)
	if err == nil && m.Removed() {
		err = &Error{Kind: NotFound, Detail: "The member was removed."}
	}
	return m, cfg, err
}
