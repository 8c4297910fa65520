package roster

import (
	"context"
	"slices"

	"rollcall/internal/tenant"
)

// Links lists the links of a member, those that ended too.
func (r *Roster) Links(ctx context.Context, s Staff, id MemberID) ([]Link, error) {
	var out []Link
	err := r.Store.View(ctx, s.Tenant, func(rd Reader) error {
		if _, err := rd.Member(ctx, Scope{}, id, false); err != nil {
			return err
		}
		var err error
		out, err = rd.Links(ctx, LinkQuery{Member: id, Ended: true})
		return err
	})
	return out, err
}

// Unlink ends a live link of a member, with the sessions that came through it, and the role and groups that the
// connection's mapping gave. The subject is nobody then: its next sign-in is decided on as a first one, and
// the member may be found by the address again. NotFound for a link that is not this member's, or ended before.
func (r *Roster) Unlink(ctx context.Context, s Staff, member MemberID, id LinkID) (Link, error) {
	var out Link
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, alone bool) error {
		before, cfg, err := lockLive(ctx, tx, s, member)
		if err != nil {
			return err
		}
		if out, err = tx.Link(ctx, id); err != nil {
			return err
		}
		if out.Member != member || !out.Live() {
			return &Error{Kind: NotFound, Field: "link", Detail: "The member has no such link."}
		}
		return r.unlink(ctx, tx, cfg, s.source(), before, &out, alone)
	})
	return out, err
}

func (r *Roster) unlink(ctx context.Context, tx Tx, cfg tenant.Config, from origin, before Member, l *Link, alone bool) error {
	after := before
	if c, ok := before.Claim(SourceSignIn); ok && c.By == l.Connection.String() && c.Role != "" {
		c.Role, c.At = "", tx.Now()
		after.Claims = withClaim(after.Claims, c)
		if !c.Here {
			after.Claims = withoutClaims(after.Claims, SourceSignIn)
		}
		after = seal(after, cfg, tx.Now())
	}
	if err := r.save(ctx, tx, cfg, from, before, &after, saveOptions{alone: alone}); err != nil {
		return err
	}
	var leave []GroupID
	for _, g := range l.Groups {
		if containsGroup(before.Groups, g) {
			leave = append(leave, g)
		}
	}
	if len(leave) > 0 {
		if err := tx.LeaveGroups(ctx, before.ID, leave); err != nil {
			return err
		}
	}
	l.EndedAt, l.Groups = tx.Now(), nil
	if err := tx.PutLink(ctx, *l); err != nil {
		return err
	}
	f := SessionFilter{Member: before.ID, Connection: l.Connection}
	if err := tx.EndSessions(ctx, f, from.end(EndRevoked)); err != nil {
		return err
	}
	return tx.AppendEvent(ctx, linkEvent(MemberUnlinked, from, *l, after.Version))
}

// contradicted says whether somebody's sign-in speaks against an adoption: the member that the address leads to signs in
// as a subject that is the key of another record of the directory, or the arrival's key is a subject that another
// member signs in as. Keys of different kinds, which most products send, say nothing.
func (p arrival) contradicted(ctx context.Context, tx Tx, m Member, kind EventKind) (bool, error) {
	if kind != MemberAdopted {
		return false, nil
	}
	links, err := tx.Links(ctx, LinkQuery{Member: m.ID})
	if err != nil {
		return false, err
	}
	for _, l := range links {
		if elses, err := p.recorded(ctx, tx, m, l.Subject); elses || err != nil {
			return elses, err
		}
	}
	if p.change.ExternalID == "" {
		return false, nil
	}
	for _, con := range p.config.Connections {
		rows, err := tx.SignIn(ctx, SignInKey{Connection: con.ID, Subject: p.change.ExternalID})
		if err != nil {
			return false, err
		}
		elses := func(l Link) bool {
			return l.Connection == con.ID && l.Subject == p.change.ExternalID && l.Member != m.ID
		}
		if con.Status != tenant.ConnectionRemoved && slices.ContainsFunc(rows.Links, elses) {
			return true, nil
		}
	}
	return false, nil
}

// recorded says whether the directory knows another member by this key.
func (p arrival) recorded(ctx context.Context, tx Tx, m Member, subject string) (bool, error) {
	if subject == p.change.ExternalID {
		return false, nil
	}
	found, err := tx.Matches(ctx, Match{Directory: p.by.Directory.ID, ExternalID: subject})
	return slices.ContainsFunc(found, func(f Member) bool { return f.ID != m.ID && f.ExternalID == subject }), err
}
