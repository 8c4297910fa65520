package roster

import (
	"context"

	"rollcall/internal/tenant"
)

// walkPage is how many members a walk holds in memory at a time.
const walkPage = 500

// walk settles members anew after their tenant's configuration changed to cfg.
// It must run alone. change may alter a member's claims first; nil leaves them.
// It refuses to take the last admin away.
func (r *Roster) walk(ctx context.Context, tx Tx, cfg tenant.Config, from origin, s Scope, change func(Member) Member) error {
	w := walker{r: r, tx: tx, cfg: cfg, from: from, change: change}
	admins, err := tx.Admins(ctx, cfg.Tenant.Roles.Admin(), MemberID{})
	if err != nil {
		return err
	}
	err = eachMember(ctx, tx, Query{Scope: s, Limit: walkPage, WithGroups: true}, func(m Member) error { return w.member(ctx, m) })
	if err != nil {
		return err
	}
	if w.lost > 0 && admins-w.lost+w.won <= 0 {
		return noAdminLeft()
	}
	if w.won > 0 && cfg.Tenant.NoAdmin {
		cfg.Tenant.NoAdmin = false
		return tx.PutTenant(ctx, cfg.Tenant)
	}
	return nil
}

// eachMember calls f for all members that q asks for, page by page.
func eachMember(ctx context.Context, rd Reader, q Query, f func(Member) error) error {
	for {
		page, err := rd.Members(ctx, q)
		if err != nil {
			return err
		}
		for _, m := range page.Items {
			if err := f(m); err != nil {
				return err
			}
		}
		if !page.More {
			return nil
		}
		q.After = page.Items[len(page.Items)-1].ID.UUID
	}
}

type walker struct {
	r         *Roster
	tx        Tx
	cfg       tenant.Config
	from      origin
	change    func(Member) Member
	lost, won int
}

func (w *walker) member(ctx context.Context, before Member) error {
	after := before
	if w.change != nil {
		after = w.change(before)
	}
	if sameMember(before, after) && Judge(after, w.cfg).Standing == before.Standing {
		return nil
	}
	after = seal(after, w.cfg, w.tx.Now())
	switch {
	case isAdmin(w.cfg, before) && !isAdmin(w.cfg, after):
		w.lost++
	case !isAdmin(w.cfg, before) && isAdmin(w.cfg, after):
		w.won++
	}
	if err := w.r.linkPerson(ctx, w.tx, w.cfg, &after); err != nil {
		return err
	}
	if err := putMember(ctx, w.tx, w.from, before, after); err != nil {
		return err
	}
	return w.tx.AppendEvent(ctx, memberEvent("", w.from, w.cfg, before, after))
}
