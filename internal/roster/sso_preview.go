package roster

import (
	"context"

	"rollcall/internal/tenant"
)

// Unlinked are members who have access and never signed in through a connection that people sign in through.
type Unlinked struct {
	Total   int
	Members []Member // the first of them, by id
}

// previewPage is how many rows are read at a time.
const previewPage = 1000

// UnlinkedMembers tells whom it would concern to enforce SSO: the active members without a live link to an active
// connection, break-glass members left out. Whoever of them the identity provider does not know is locked out. At most
// limit of them are named.
func (r *Roster) UnlinkedMembers(ctx context.Context, s Staff, limit int) (Unlinked, error) {
	var out Unlinked
	err := r.Store.View(ctx, s.Tenant, func(rd Reader) error {
		out = Unlinked{}
		cfg, err := rd.Config(ctx)
		if err != nil {
			return err
		}
		linked, err := linkedMembers(ctx, rd, cfg)
		if err != nil {
			return err
		}
		now := r.Now()
		for after := (tenant.UUID{}); ; {
			page, err := rd.Members(ctx, Query{After: after, Limit: previewPage})
			if err != nil {
				return err
			}
			for _, m := range page.Items {
				after = m.ID.UUID
				if m.Standing.State == StateActive && !linked[m.ID] && !cfg.Tenant.Policy.SSO.Excepts(m.ID.UUID, now) {
					out.add(m, limit)
				}
			}
			if !page.More {
				return nil
			}
		}
	})
	return out, err
}

func (u *Unlinked) add(m Member, limit int) {
	if u.Total++; len(u.Members) < limit {
		u.Members = append(u.Members, m)
	}
}

func linkedMembers(ctx context.Context, rd Reader, cfg tenant.Config) (map[MemberID]bool, error) {
	linked := map[MemberID]bool{}
	for after := (tenant.UUID{}); ; {
		links, err := rd.Links(ctx, LinkQuery{After: after, Limit: previewPage})
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			after = l.ID.UUID
			if c, ok := cfg.Connection(l.Connection); ok && c.Usable() {
				linked[l.Member] = true
			}
		}
		if len(links) < previewPage {
			return linked, nil
		}
	}
}
