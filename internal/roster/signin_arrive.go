package roster

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/tenant"
)

// SignInFunc decides on an arrival. It must be pure: it may be called more than once.
type SignInFunc func(tenant.Config, SignInFacts, time.Time) SignInPlan

// SignedIn is what came of an arrival.
type SignedIn struct {
	Plan    SignInPlan
	Member  Member
	Session Session
}

// arrivals is how often an arrival is decided on when others are in its way.
const arrivals = 3

// Arrive lets a person in whom a tenant's identity provider vouches for, or does not: it reads what there is
// about them, has it decided, and writes the member, its link and the session in the same transaction. What
// takes access away meanwhile comes before all of it or after all of it; after, it ends the session.
//
// A refusal is an Error of Kind Refused with the plan's Code; nothing is written then but one event, or, with
// approval_pending, the join request. SignedIn has the plan even so.
func (r *Roster) Arrive(ctx context.Context, a Arrival, decide SignInFunc, s SessionStart) (SignedIn, error) {
	s.Method, s.Connection, s.Subject, s.Client = a.Method, a.Connection, a.Subject, a.Client
	var out SignedIn
	var err error
	for i := range arrivals { // the same person may be coming in through another door
		last := i == arrivals-1
		out, err = r.arrive(ctx, a, decide, s, last)
		if !clashed(err) {
			break
		}
	}
	if err == nil && out.Plan.Outcome == SignInAsks {
		return out, out.Plan.refusal()
	}
	return out, r.turnedAway(ctx, a, out.Plan, err)
}

// clashed says that another transaction made what this one wanted to make: it finds that the next time.
func clashed(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == Conflict && e.Code == ""
}

func (p SignInPlan) refusal() error {
	return &Error{Kind: Refused, Code: p.Code, Detail: p.Detail}
}

func (r *Roster) arrive(ctx context.Context, a Arrival, decide SignInFunc, s SessionStart, alone bool) (SignedIn, error) {
	var out SignedIn
	f := func(tx Tx, alone bool) error {
		out = SignedIn{}
		cfg, facts, err := r.meetArrival(ctx, tx, a)
		if err != nil {
			return err
		}
		plan := decide(cfg, facts, tx.Now())
		out.Plan = plan
		if plan.Outcome == SignInRefuse {
			return plan.refusal()
		}
		w := welcomer{r: r, tx: tx, cfg: cfg, a: a, plan: plan, facts: facts, alone: alone}
		if plan.Outcome == SignInAsks {
			return w.ask(ctx)
		}
		if out.Member, err = w.letIn(ctx); err != nil {
			return err
		}
		out.Session, err = StartSession(ctx, tx, cfg, out.Member, s)
		return err
	}
	var err error
	if !alone {
		err = r.Store.Update(ctx, a.Tenant, func(tx Tx) error { return f(tx, false) })
	}
	if alone || errors.Is(err, errAlone) {
		err = r.updateAlone(ctx, a.Tenant, func(tx Tx) error { return f(tx, true) })
	}
	return out, err
}

// meetArrival reads all there is about an arrival.
func (r *Roster) meetArrival(ctx context.Context, tx Tx, a Arrival) (tenant.Config, SignInFacts, error) {
	cfg, err := tx.Config(ctx)
	if err != nil {
		return cfg, SignInFacts{}, err
	}
	k := SignInKey{Connection: a.Connection, Subject: a.Subject, Email: a.Email}
	if con, ok := cfg.Connection(a.Connection); ok {
		for _, rule := range con.Mapping.Rules {
			if !rule.Group.IsZero() {
				k.Groups = append(k.Groups, GroupID{rule.Group})
			}
		}
	}
	rows, err := tx.LockSignIn(ctx, k)
	if err != nil {
		return cfg, SignInFacts{}, err
	}
	f := signInFacts(cfg, a, rows)
	if f.Invite, err = goodInvite(ctx, tx, cfg, f.Invite); err != nil {
		return cfg, f, err
	}
	if f.Link != nil && f.Linked == nil { // it was made between the two looks
		m, err := tx.LockMember(ctx, Scope{}, f.Link.Member)
		if err != nil {
			return cfg, f, err
		}
		f.Linked = &m
	}
	if r.OneTenantPerEmail && a.Email != "" {
		f.Known, err = tx.PersonElsewhere(ctx, a.Email)
	}
	return cfg, f, err
}

// turnedAway writes the event of a refusal and returns the refusal. One that can't be recorded is answered as the
// store's failure.
func (r *Roster) turnedAway(ctx context.Context, a Arrival, p SignInPlan, err error) error {
	refusal, ok := errors.AsType[*Error](err)
	if !ok || refusal.Code == "" {
		return err
	}
	d := details{Code: refusal.Code, Connection: a.Connection.String(), Method: string(a.Method)}
	if p.Code == refusal.Code {
		d.Status = string(p.Why)
	}
	e := Event{Kind: SignInRefused, Member: p.Member, Actor: a.source().actor, RequestID: a.Client.RequestID, Data: d.json()}
	if werr := r.Store.Update(ctx, a.Tenant, func(tx Tx) error { return tx.AppendEvent(ctx, e) }); werr != nil {
		return werr
	}
	return err
}

// errTried undoes the transaction of a try, which wrote nothing.
var errTried = errors.New("it was only tried")

// TryArrival tells what an arrival would lead to, and writes nothing.
func (r *Roster) TryArrival(ctx context.Context, a Arrival, decide SignInFunc) (SignInPlan, error) {
	var plan SignInPlan
	err := r.Store.Update(ctx, a.Tenant, func(tx Tx) error {
		cfg, facts, err := r.meetArrival(ctx, tx, a)
		if err != nil {
			return err
		}
		plan = decide(cfg, facts, tx.Now())
		return errTried
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return plan, err
}
