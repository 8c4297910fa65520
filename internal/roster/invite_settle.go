package roster

import (
	"context"
	"errors"

	"rollcall/internal/tenant"
)

// supersede ends the pending invite of a member who comes in by another door than the invite itself, and keeps the
// invite's role as a claim: it counts when those above it go (R4). Where LockMatches has looked for the address it
// costs no round trip.
func supersede(ctx context.Context, tx Tx, cfg tenant.Config, from origin, m *Member) error {
	if !settles(from) || !m.Proven || m.Email == "" {
		return nil
	}
	i, err := tx.PendingInvite(ctx, m.Email)
	if errors.Is(err, NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if i.Role != "" {
		m.Claims = withClaim(m.Claims, Claim{Source: SourceInvite, By: i.By.ID, Role: i.Role, At: tx.Now()})
		m.Standing = Judge(*m, cfg).Standing
	}
	return tx.EndInvites(ctx, m.Email, from.superseded(*m))
}

func (o origin) superseded(m Member) InviteEnd {
	return InviteEnd{State: InviteSuperseded, Reason: CodeInviteSuperseded, Actor: o.actor, RequestID: o.requestID, Member: m.ID}
}

// settles says whether a source's word ends invites: accepting one, by its link or by a sign-in, does that by itself.
func settles(from origin) bool {
	return from.actor.Source != SourceInvite && from.actor.Source != SourceSignIn
}

// settleInvites ends the pending invite of a member's address when the member loses access (R9), or gets it in
// another way than by the invite.
func settleInvites(ctx context.Context, tx Tx, from origin, before, after Member) error {
	was, is := before.Standing.State, after.Standing.State
	switch {
	case after.Email == "":
		return nil
	case is != was && (is == StateInactive || is == StateRemoved):
		return tx.EndInvites(ctx, after.Email, InviteEnd{
			State: InviteRevoked, Reason: after.Standing.Reason, Actor: from.actor, RequestID: from.requestID, Member: after.ID,
		})
	case settles(from) && is == StateActive && (was == StateAwaitingProof || before.Email != after.Email):
		return tx.EndInvites(ctx, after.Email, from.superseded(after))
	}
	return nil
}
