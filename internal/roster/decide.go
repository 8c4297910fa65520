package roster

import (
	"context"
	"errors"

	"rollcall/internal/tenant"
)

// Decide settles one entry of the list of what waits for an admin, and returns it
// as it was, with the decision. Deciding the same again changes nothing.
//
// Errors: NotFound; Invalid for a decision that the entry does not offer;
// Conflict (decided) when another decision was made before; Refused with
// managed_by_directory when the other member is another directory's to give up,
// or last_admin.
func (r *Roster) Decide(ctx context.Context, s Staff, id ConflictID, d Decision) (Waiting, error) {
	var out Waiting
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		w, err := findWaiting(ctx, tx, id)
		if err != nil {
			return err
		}
		out = w
		if done, err := already(w, d); done || err != nil {
			return err
		}
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		c := decider{r: r, tx: tx, cfg: cfg, s: s, w: w}
		if w.Group != nil {
			err = c.group(ctx, d)
		} else {
			err = c.member(ctx, d)
		}
		if err != nil {
			return err
		}
		decided := Decided{Subject: id.UUID, Code: w.Code, Decision: d, By: s.Actor, At: tx.Now()}
		switch {
		case w.Other != nil:
			decided.Other = w.Other.ID.UUID
		case w.ByHand != nil:
			decided.Other = w.ByHand.ID.UUID
		}
		out.Decided = &decided
		if err := tx.PutDecision(ctx, decided); err != nil {
			return err
		}
		e := s.event(ConflictDecided, details{Code: w.Code, Status: string(d)})
		if w.Group != nil {
			e.Group = w.Group.ID
		} else {
			e.Member = w.Member.ID
		}
		return tx.AppendEvent(ctx, e)
	})
	return out, r.recorded(ctx, s.Tenant, s.source(), err)
}

// findWaiting reads an entry, whether it waits or was decided.
func findWaiting(ctx context.Context, rd Reader, id ConflictID) (Waiting, error) {
	var w Waiting
	decided, err := rd.Decision(ctx, id.UUID)
	known := err == nil
	if err != nil && !errors.Is(err, NotFound) {
		return w, err
	}
	m, err := rd.Member(ctx, Scope{}, MemberID(id), true)
	switch {
	case err == nil && (m.Conflict != "" && !m.Removed()):
		other, err := counterpart(ctx, rd, m)
		return waitingMember(m, other), err
	case err == nil && known:
		w = Waiting{ID: id, Code: decided.Code, Since: decided.At, Directory: m.Directory, Member: &m, Decided: &decided}
		if other, err := rd.Member(ctx, Scope{}, MemberID{decided.Other}, true); err == nil {
			w.Other = &other
		}
		return w, nil
	case err == nil:
		return w, notWaiting()
	case !errors.Is(err, NotFound):
		return w, err
	}
	g, err := rd.Group(ctx, Scope{}, GroupID(id))
	if err != nil {
		return w, err
	}
	if known && decided.Decision != Reopen { // reopened, it waits again
		return Waiting{ID: id, Code: decided.Code, Since: decided.At, Directory: g.Directory, Group: &g, Decided: &decided}, nil
	}
	pairs, err := rd.SameNames(ctx, ConflictQuery{Directory: g.Directory, Limit: 1 << 20})
	if err != nil {
		return w, err
	}
	for _, p := range pairs {
		if p.Pushed.ID == g.ID {
			return waitingGroup(p), nil
		}
	}
	return w, notWaiting()
}

func notWaiting() error {
	return &Error{Kind: NotFound, Field: "conflict", Detail: "Nothing waits for an admin there."}
}

// already says whether a decision was made before. Only that two are two can be
// taken back.
func already(w Waiting, d Decision) (bool, error) {
	switch {
	case w.Decided == nil && d == Reopen:
		return false, &Error{Kind: Invalid, Field: "decision", Detail: "Nothing was decided yet that could be taken back."}
	case w.Decided == nil:
		for _, c := range w.Choices {
			if c.Decision == d {
				return false, nil
			}
		}
		return false, &Error{Kind: Invalid, Field: "decision", Detail: "The decision " + quote(string(d)) + " is not one of those that are offered here."}
	case w.Decided.Decision == d:
		return true, nil
	case d == Reopen && w.Decided.Decision == Separate:
		return false, nil
	case w.Decided.Decision == Reopen:
		return false, &Error{
			Kind: Conflict, Code: CodeDecided, Field: "decision",
			Detail: "The decision was taken back already, and nothing waits here now. The directory's next create asks again.",
		}
	}
	return false, &Error{
		Kind: Conflict, Code: CodeDecided, Field: "decision",
		Detail: "This was decided already: " + string(w.Decided.Decision) + ". Only separate can be taken back, with reopen.",
	}
}

// decider carries out one decision.
type decider struct {
	r   *Roster
	tx  Tx
	cfg tenant.Config
	s   Staff
	w   Waiting
}

// member decides on a member.
func (c *decider) member(ctx context.Context, d Decision) error {
	before, err := c.tx.LockMember(ctx, Scope{}, c.w.Member.ID)
	if err != nil {
		return err
	}
	after := before
	after.Conflict = ""
	switch {
	case d == Reopen:
		return c.reopen(ctx, before)
	case d == Confirm && c.w.Other != nil:
		return c.merge(ctx, before, *c.w.Other)
	case d == Confirm:
		if dom, ok := c.cfg.Domain(after.Email.Domain()); ok && dom.Owned() && c.w.Code == CodeDuplicateAddress {
			after.Proven, after.Person = true, PersonID{} // the other has gone meanwhile
		}
	case d == Decline, c.w.Code == CodeNeedsConfirmation:
		if after = released(before); !wanted(after) {
			after.RemovedAt = c.tx.Now()
		}
		if d == Separate {
			after.Claims = withClaim(after.Claims, Claim{Source: SourceApart, By: before.Directory.String(), At: c.tx.Now()})
		}
		if err := leaveGroups(ctx, c.tx, before); err != nil {
			return err
		}
	case c.w.Code == CodeDuplicateAddress && c.w.Other != nil:
		after.Claims = withClaim(after.Claims, Claim{Source: SourceApart, By: c.w.Other.ID.String(), At: c.tx.Now()})
	}
	return c.save(ctx, before, after)
}

func (c *decider) save(ctx context.Context, before, after Member) error {
	after = seal(after, c.cfg, c.tx.Now())
	o := saveOptions{alone: true}
	switch {
	case after.Removed():
		o.kind = MemberRemoved
	case after.Directory != before.Directory:
		o.kind = MemberReleased
	}
	return c.r.save(ctx, c.tx, c.cfg, c.s.source(), before, &after, o)
}

// reopen takes back that two are two.
func (c *decider) reopen(ctx context.Context, before Member) error {
	after := before
	after.Claims = withoutClaims(before.Claims, SourceApart)
	if c.w.Code != CodeNeedsConfirmation { // the adopted one was let go: the directory asks again
		after.Conflict = c.w.Code
	}
	return c.save(ctx, before, after)
}
