package roster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/internal/tenant"
)

// putMember is UpdateMember, and ends the sessions of a member with what they rest on
// (R9). Every change of a member goes through here. A role is compared when a session is used, so
// that its change costs nothing here: see LiveSession.Rotate.
func putMember(ctx context.Context, tx Tx, from origin, before, after Member) error {
	if err := tx.UpdateMember(ctx, before, after); err != nil {
		return err
	}
	if after.Removed() && !before.Removed() { // who comes back proves anew who they are
		if err := tx.DropFactors(ctx, after.ID); err != nil {
			return err
		}
	}
	if err := settleInvites(ctx, tx, from, before, after); err != nil {
		return err
	}
	if err := endAPITokens(ctx, tx, before, after); err != nil {
		return err
	}
	reason := endReason(before, after)
	if reason == "" {
		return nil
	}
	return tx.EndSessions(ctx, SessionFilter{Member: after.ID}, from.end(reason))
}

// endReason says why a change of a member ends its sessions; empty: it does not. A member
// without access has none, and what ended never comes back, whatever the member becomes again.
func endReason(before, after Member) EndReason {
	switch {
	case before.Standing.State != StateActive:
		return ""
	case after.Standing.State != StateActive:
		return EndAccessLost
	case before.Email != "" && before.Email != after.Email:
		return EndEmailChanged
	}
	return ""
}

// closeTenant ends the sessions of a tenant that is suspended.
func closeTenant(ctx context.Context, tx Tx, s Staff, t tenant.Tenant) error {
	if t.Status == tenant.Active {
		return nil
	}
	return tx.EndSessions(ctx, SessionFilter{AllOfTenant: true}, s.source().end(EndTenantSuspended))
}

func (o origin) end(reason EndReason) SessionEnd {
	return SessionEnd{Reason: reason, Actor: o.actor, RequestID: o.requestID}
}

// Sessions lists sessions of a tenant, newest first. The limit is 100 when none is given.
func (r *Roster) Sessions(ctx context.Context, id tenant.ID, q SessionQuery) (Page[Session], error) {
	if q.Limit <= 0 {
		q.Limit = listPage
	}
	return r.Store.Reader(id).Sessions(ctx, q)
}

// EndSessions ends the live sessions that the filter means and returns how many there
// were. Whoever bears one of them, or a token that an app got in it, is nobody to the next request at any
// replica. Invalid for a filter that means none.
func (r *Roster) EndSessions(ctx context.Context, s Staff, f SessionFilter, reason EndReason) (int, error) {
	if err := f.check(); err != nil {
		return 0, err
	}
	n := 0
	e := s.source().end(reason)
	e.Ended = &n
	err := r.Store.Update(ctx, s.Tenant, func(tx Tx) error {
		n = 0
		if err := stillAdmin(ctx, tx, s.Actor); err != nil {
			return err
		}
		return tx.EndSessions(ctx, f, e)
	})
	return n, err
}

func (f SessionFilter) check() error {
	switch {
	case f.IsZero():
		return &Error{Kind: Invalid, Field: "filter", Detail: "Say which sessions: of a member, of a connection, or all."}
	case f.Connection.IsZero() && (f.Subject != "" || f.IDPSession != ""):
		return &Error{Kind: Invalid, Field: "connection", Detail: "Say whose subject or session that is: name the connection."}
	}
	return nil
}

// How long ended sessions are listed, and what apps got in them.
const (
	keepEnded  = 30 * 24 * time.Hour
	keepGrants = 24 * time.Hour
)

// dropAtOnce is how many sessions are deleted in one transaction.
const dropAtOnce = 500

// SweepSessions ends, in all tenants, the sessions that have expired, so that their apps
// hear of it, and deletes those that ended long ago. It is for a periodic job; several at once do no
// harm. It goes on past a tenant where that fails.
func (r *Roster) SweepSessions(ctx context.Context, now time.Time) error {
	ids, err := r.Locator.StaleSessions(ctx, now, now.Add(-keepEnded), now.Add(-keepGrants))
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		if err := r.sweepTenant(ctx, id, now); err != nil {
			errs = append(errs, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

func (r *Roster) sweepTenant(ctx context.Context, id tenant.ID, now time.Time) error {
	err := r.Store.Update(ctx, id, func(tx Tx) error {
		return tx.EndSessions(ctx, SessionFilter{ExpiredBy: now}, SessionEnd{Reason: EndExpired, Actor: Actor{Source: SourceOperator}})
	})
	if err != nil {
		return fmt.Errorf("end expired sessions of %s: %w", id, err)
	}
	for {
		n := 0
		err := r.Store.Update(ctx, id, func(tx Tx) (err error) {
			n, err = tx.DropSessions(ctx, now.Add(-keepEnded), now.Add(-keepGrants), dropAtOnce)
			return err
		})
		if err != nil {
			return fmt.Errorf("delete old sessions of %s: %w", id, err)
		}
		if n < dropAtOnce {
			return nil
		}
	}
}
