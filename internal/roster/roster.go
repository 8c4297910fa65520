package roster

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/tenant"
	"rollcall/internal/tenant/maildomain"
)

// Roster turns one request of a door into one transaction of the store. All
// its methods return errors of this package's kinds; nothing is written when
// they do, except where they say so. Every refusal by a rule (an Error with a
// Code) is recorded as an event of its own.
type Roster struct {
	Store   Store
	Locator Locator
	Now     func() time.Time
	// OneTenantPerEmail refuses an address that is proven in another tenant.
	OneTenantPerEmail bool
	// DNS looks for the records that prove domains; nil: none can be proven.
	DNS TXTLooker
	// PublicDomains are the operator's own words on which domains can be a tenant's own.
	PublicDomains maildomain.Overrides
	// News writes mails about who joined and who asks to; nil: none are sent.
	News NewsFunc

	mass massWatch
}

// By is the directory on whose behalf a door speaks.
type By struct {
	Tenant    tenant.ID
	Directory tenant.Directory
	RequestID string
	// Trail sees the events that are written; nil: nobody does.
	Trail *Trail
}

func (b By) scope() Scope { return Scope{Directory: b.Directory.ID} }

func (b By) source() origin {
	return origin{actor: DirectoryActor(b.Directory.ID), requestID: b.RequestID, trail: b.Trail, shut: b.paused()}
}

// Staff is an admin of a tenant, or the operator, who acts on it.
type Staff struct {
	Tenant    tenant.ID
	Actor     Actor
	RequestID string
	// If is what the caller knows of the version of the tenant, directory, schema or member that it
	// changes: Stale when that does not hold. The zero Precondition always holds.
	If Precondition
}

func (s Staff) source() origin { return origin{actor: s.Actor, requestID: s.RequestID} }

// origin is what an event says of its cause.
type origin struct {
	actor     Actor
	requestID string
	trail     *Trail
	shut      error // why nothing may be written now; nil: it may
}

// errAlone asks for the same transaction again with the tenant's exclusive
// lock: what it found can only be decided while nobody else writes.
var errAlone = errors.New("needs the exclusive lock")

// update runs f, a second time alone if it asks for that, and records a
// refusal that f returned. Forbidden for an admin who is none any more.
func (r *Roster) update(ctx context.Context, id tenant.ID, from origin, f func(tx Tx, alone bool) error) error {
	if from.shut != nil {
		return from.shut
	}
	may := func(tx Tx, alone bool) error {
		if err := stillAdmin(ctx, tx, from.actor); err != nil {
			return err
		}
		return f(from.trail.on(tx), alone)
	}
	err := r.Store.Update(ctx, id, func(tx Tx) error { return may(tx, false) })
	if errors.Is(err, errAlone) {
		err = r.updateAlone(ctx, id, func(tx Tx) error { return may(tx, true) })
	}
	from.trail.ended(err == nil)
	return r.recorded(ctx, id, from, err)
}

// stillAdmin refuses what is done in the name of a member who is no active admin any more: whoever let the request in looked
// before the transaction, and the person may have been demoted or turned off since. Programs and the operator are not members.
func stillAdmin(ctx context.Context, rd Reader, a Actor) error {
	id, err := ParseMemberID(a.ID)
	if err != nil || a.Source != SourceAdmin {
		return nil //nolint:nilerr // no member speaks
	}
	cfg, err := rd.Config(ctx)
	if err != nil {
		return err
	}
	m, err := rd.Member(ctx, Scope{}, id, false)
	if err != nil && !errors.Is(err, NotFound) {
		return err
	}
	if err != nil || !isAdmin(cfg, m) {
		return &Error{Kind: Forbidden, Detail: "You are no admin of the team any more."}
	}
	return nil
}

// updateAlone runs f while no other transaction writes to the tenant.
func (r *Roster) updateAlone(ctx context.Context, id tenant.ID, f func(Tx) error) error {
	return r.Store.Update(ctx, id, func(tx Tx) error {
		if err := tx.Exclusive(ctx); err != nil {
			return err
		}
		return f(tx)
	})
}

// staffAlone is updateAlone at the word of staff: Forbidden for an admin who is none any more.
func (r *Roster) staffAlone(ctx context.Context, s Staff, f func(Tx) error) error {
	return r.updateAlone(ctx, s.Tenant, func(tx Tx) error {
		if err := stillAdmin(ctx, tx, s.Actor); err != nil {
			return err
		}
		return f(tx)
	})
}

// recorded writes the event of a refusal and returns the refusal. A refusal
// that can't be recorded is answered as the store's failure.
func (r *Roster) recorded(ctx context.Context, id tenant.ID, from origin, err error) error {
	var refusal *Error
	if !errors.As(err, &refusal) || refusal.Code == "" && refusal.Kind != Conflict {
		return err
	}
	code := refusal.Code
	if code == "" {
		code = CodeTaken
	}
	e := Event{Kind: MemberRefused, Actor: from.actor, RequestID: from.requestID, Data: details{Code: code, Field: refusal.Field}.json()}
	werr := r.Store.Update(ctx, id, func(tx Tx) error { return from.trail.on(tx).AppendEvent(ctx, e) })
	from.trail.ended(werr == nil)
	if werr != nil {
		return werr
	}
	return err
}
