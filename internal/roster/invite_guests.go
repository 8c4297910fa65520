package roster

import (
	"context"
	"errors"

	"rollcall/internal/tenant"
)

// hosts knows which tenants want nobody to invite people of their domains (SECURITY I12). A tenant is looked up
// outside of another one's transaction: several of these, each waiting for a second connection, would wait for ever.
type hosts struct {
	r      *Roster
	blocks map[tenant.ID]bool
}

// unknownHosts undoes a transaction that met tenants whose wish is not known yet.
type unknownHosts struct{ list []tenant.ID }

// Error implements error.
func (unknownHosts) Error() string { return "what the owners of domains want is not known yet" }

// with runs f, and again as long as it meets tenants whose wish is not known.
func (h *hosts) with(ctx context.Context, f func() error) error {
	for {
		err := f()
		u, ok := errors.AsType[*unknownHosts](err)
		if !ok {
			return err
		}
		for _, id := range u.list {
			cfg, err := h.r.Store.Reader(id).Config(ctx)
			if err != nil && !errors.Is(err, NotFound) {
				return err
			}
			h.blocks[id] = err == nil && cfg.Tenant.Policy.Guests == tenant.GuestsBlocked
		}
	}
}

// know fails with unknownHosts unless the wish of all owners is known.
func (h *hosts) know(facts []InviteFacts) error {
	u := &unknownHosts{}
	asked := map[tenant.ID]bool{}
	for _, f := range facts {
		if _, known := h.blocks[f.Owner]; !known && !f.Owner.IsZero() && !asked[f.Owner] {
			asked[f.Owner] = true
			u.list = append(u.list, f.Owner)
		}
	}
	if len(u.list) > 0 {
		return u
	}
	return nil
}

func (r *Roster) hosts() *hosts { return &hosts{r: r, blocks: map[tenant.ID]bool{}} }

// tellOwners tells tenants whose people were invited elsewhere, once for each domain, without saying where or who.
// It is a notice: an invite does not fail because it can't be written.
func (r *Roster) tellOwners(ctx context.Context, made []InviteResult) {
	told := map[string]bool{}
	for _, m := range made {
		domain := m.Made.Email.Domain()
		if m.owner.IsZero() || m.Made.ID.IsZero() || told[domain] {
			continue
		}
		told[domain] = true
		cfg, err := r.Store.Reader(m.owner).Config(ctx)
		if err != nil || cfg.Tenant.Policy.Guests != tenant.GuestsNoticed {
			continue
		}
		e := Event{Kind: MemberInvitedAway, Actor: Actor{Source: SourceOperator}, Data: details{Name: domain}.json()}
		_ = r.Store.Update(ctx, m.owner, func(tx Tx) error { return tx.AppendEvent(ctx, e) })
	}
}
