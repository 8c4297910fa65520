package roster

import "context"

// ResetFactors takes a member's second factors away, for who lost them: the authenticator app, the passkeys and the recovery
// codes. The password stays. It ends the member's sessions and tells them by mail. Where the tenant requires a second factor,
// the member sets one up at the next sign-in.
//
// Errors: NotFound for a member that was removed, and with the field factors for one who has none; Forbidden for the member
// themselves, who changes that on their own page, where the factor is asked for.
func (r *Roster) ResetFactors(ctx context.Context, s Staff, id MemberID, notice NoticeFunc) error {
	return r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		if s.Actor.ID == id.String() {
			return &Error{Kind: Forbidden, Field: "factors", Detail: "Nobody resets their own second factors: ask another admin, or change them on your own page."}
		}
		m, cfg, err := lockLive(ctx, tx, s, id)
		if err != nil {
			return err
		}
		f, err := tx.Factors(ctx, id)
		if err != nil {
			return err
		}
		if !f.Second() && f.RecoveryCodes == 0 {
			return &Error{Kind: NotFound, Field: "factors", Detail: "The member has no second factor."}
		}
		if err := dropSecond(ctx, tx, id, f); err != nil {
			return err
		}
		if err := tx.EndSessions(ctx, SessionFilter{Member: id}, s.source().end(EndRevoked)); err != nil {
			return err
		}
		return noteFactor(ctx, tx, cfg, s.source(), m, FactorRemoved, "all", notice)
	})
}

func dropSecond(ctx context.Context, tx Tx, id MemberID, f Factors) error {
	for _, k := range f.Passkeys {
		if err := tx.DropPasskey(ctx, id, k.ID); err != nil {
			return err
		}
	}
	if err := tx.DropTOTP(ctx, id); err != nil {
		return err
	}
	return tx.PutRecoveryCodes(ctx, id, nil)
}
