package roster

import (
	"context"

	"rollcall/internal/tenant"
)

// blocksGuests says whether the tenant that owns an address's domain does not want its people invited elsewhere
// (SECURITY I12). A tenant that can't be read blocks nobody: it has none to protect, or the invite fails by itself.
func (r *Roster) blocksGuests(ctx context.Context, owner tenant.ID) bool {
	if owner.IsZero() {
		return false
	}
	cfg, err := r.Store.Reader(owner).Config(ctx)
	return err == nil && cfg.Tenant.Policy.Guests == tenant.GuestsBlocked
}

// tellOwners tells tenants whose people were invited elsewhere, once for each domain, without saying where or who.
// It is a notice: an invite does not fail because it can't be written.
func (r *Roster) tellOwners(ctx context.Context, s Staff, made []InviteResult) {
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
		e := Event{Kind: MemberInvitedAway, Actor: Actor{Source: SourceTenant}, RequestID: s.RequestID, Data: details{Name: domain}.json()}
		_ = r.Store.Update(ctx, m.owner, func(tx Tx) error { return tx.AppendEvent(ctx, e) })
	}
}
