package roster

import (
	"context"
	"maps"
	"slices"

	"rollcall/internal/tenant"
)

// endMoved ends the sessions of people whose addresses another tenant may own from now on: of a domain that was given up
// or taken over, or of a sub-domain that another tenant claimed (SECURITY J9). Those whom a directory manages keep
// theirs: it says who they are, not the address. All stay members; whether they sign in again, the rules decide.
func endMoved(ctx context.Context, tx Tx, from origin, before, after tenant.Domain) error {
	given := after.Status == tenant.DomainReleased && before.Status != tenant.DomainReleased && (before.Owned() || before.Lost())
	apart := before.Owned() && after.Owned() && before.SubDomains && after.SubDomains && len(after.Proof.Apart) > len(before.Proof.Apart)
	if !given && !apart {
		return nil
	}
	moved := map[string]bool{}
	err := eachMember(ctx, tx, Query{Limit: walkPage}, func(m Member) error {
		name := m.Email.Domain()
		if m.Directory.IsZero() && before.Covers(name) && (given || !after.Covers(name)) {
			moved[name] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(moved)) {
		if err := tx.EndSessions(ctx, SessionFilter{Domain: name, Unmanaged: true}, from.end(EndDomainMoved)); err != nil {
			return err
		}
	}
	return nil
}
