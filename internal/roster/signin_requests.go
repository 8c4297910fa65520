package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// JoinRequests lists join requests, by id. The limit is 100 when none is given.
func (r *Roster) JoinRequests(ctx context.Context, s Staff, q JoinRequestQuery) (Page[JoinRequest], error) {
	if q.Limit <= 0 {
		q.Limit = listPage
	}
	limit := q.Limit
	q.Limit++
	items, err := r.Store.Reader(s.Tenant).JoinRequests(ctx, q)
	page := Page[JoinRequest]{Items: items}
	if len(items) > limit {
		page.Items, page.More = items[:limit], true
	}
	return page, err
}

// JoinRequest finds one; NotFound.
func (r *Roster) JoinRequest(ctx context.Context, s Staff, id JoinRequestID) (JoinRequest, error) {
	return r.Store.Reader(s.Tenant).JoinRequest(ctx, id)
}

// ApproveJoin makes the member that a pending request asks for, and links it, so that the person's next sign-in
// goes through. The role is the admin's word; empty: what else the rules give. always turns on the auto-join of the
// request's domain, too, so that nobody of it has to ask any more. Who came in another way meanwhile is not made anew.
//
// Errors: NotFound; Conflict (decided) for a request that does not wait any more; Refused with domain_not_proven
// when the tenant does not own the domain any more; Invalid for a role that there is not.
func (r *Roster) ApproveJoin(ctx context.Context, s Staff, id JoinRequestID, role string, always bool) (JoinRequest, error) {
	var out JoinRequest
	domain := ""
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		q, err := pendingRequest(ctx, tx, id)
		if err != nil {
			return err
		}
		d, _ := cfg.Domain(q.Email.Domain())
		domain = d.Name // the one above, perhaps
		if err := checkRole(cfg, role); err != nil {
			return err
		}
		m, err := r.admit(ctx, tx, cfg, s, q, role)
		if err != nil {
			return err
		}
		out, err = r.answered(ctx, tx, cfg, s, q, JoinApproved, m.ID)
		return err
	})
	if err == nil && always {
		_, err = r.SetDomain(ctx, s, domain, tenant.AutoJoinOn, "")
	}
	return out, err
}

// DeclineJoin answers a pending request with no: the person's sign-ins are refused for DeclinePeriod. NotFound;
// Conflict (decided) for a request that does not wait any more.
func (r *Roster) DeclineJoin(ctx context.Context, s Staff, id JoinRequestID) (JoinRequest, error) {
	var out JoinRequest
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		q, err := pendingRequest(ctx, tx, id)
		if err != nil {
			return err
		}
		out, err = r.answered(ctx, tx, cfg, s, q, JoinDeclined, MemberID{})
		return err
	})
	return out, err
}

func pendingRequest(ctx context.Context, tx Tx, id JoinRequestID) (JoinRequest, error) {
	q, err := tx.JoinRequest(ctx, id)
	if err == nil && q.State != JoinPending {
		err = &Error{Kind: Conflict, Code: CodeDecided, Field: "join_request", Detail: "The request was answered already: " + string(q.State) + "."}
	}
	return q, err
}

// answered notes the answer, and tells the person of it.
func (r *Roster) answered(ctx context.Context, tx Tx, cfg tenant.Config, s Staff, q JoinRequest, state JoinRequestState, m MemberID) (JoinRequest, error) {
	q.State, q.DecidedAt, q.DecidedBy, q.Member = state, tx.Now(), s.Actor, m
	if err := tx.PutJoinRequest(ctx, q); err != nil {
		return q, err
	}
	kind := JoinWasApproved
	if state == JoinDeclined {
		kind = JoinWasDeclined
	}
	if err := r.write(ctx, tx, m, News{Kind: MailRequestAnswered, Config: cfg, To: q.Email, Who: string(q.Email), Member: m, Approved: state == JoinApproved}); err != nil {
		return q, err
	}
	return q, tx.AppendEvent(ctx, requestEvent(kind, s.source(), q))
}

func requestEvent(kind EventKind, from origin, q JoinRequest) Event {
	return Event{
		Kind: kind, Member: q.Member, Actor: from.actor, RequestID: from.requestID,
		Data: details{Connection: q.Connection.String(), Request: q.ID.String(), Name: q.Email.Domain()}.json(),
	}
}

// admit makes the member of a request, brings the person's tombstone back, or finds who came meanwhile.
func (r *Roster) admit(ctx context.Context, tx Tx, cfg tenant.Config, s Staff, q JoinRequest, role string) (Member, error) {
	if d, ok := cfg.Domain(q.Email.Domain()); !ok || !d.Owned() {
		return Member{}, &Error{
			Kind: Refused, Code: CodeDomainNotProven, Field: "email",
			Detail: "The tenant does not own the domain of this e-mail address any more. Prove it again, or add the person by hand.",
		}
	}
	rows, err := tx.LockSignIn(ctx, SignInKey{Connection: q.Connection, Subject: q.Subject, Email: q.Email})
	if err != nil {
		return Member{}, err
	}
	f := signInFacts(cfg, Arrival{Connection: q.Connection, Subject: q.Subject, Email: q.Email}, rows)
	if f.Holder != nil {
		return *f.Holder, nil
	}
	before, kind, err := returning(rows.Members, q.Email)
	if err != nil {
		return Member{}, err
	}
	m := before
	if before.Version == 0 {
		m = Member{ID: NewMemberID(tx.Now()), CreatedAt: tx.Now(), Email: q.Email}
	}
	m = asked(invited(m, s, role, q.Names.Display, cfg, tx.Now()), q, cfg, tx.Now())
	if err := r.welcome(ctx, tx, cfg, s.source(), before, &m, kind); err != nil {
		return m, err
	}
	if f.Link != nil || q.Connection == MailConnection() {
		return m, nil // the subject is somebody: its next sign-in is for the rules to decide
	}
	l := Link{
		ID: LinkID{tenant.NewUUID(tx.Now())}, Connection: q.Connection, Subject: q.Subject, Member: m.ID, Email: q.Email,
		CreatedAt: tx.Now(), SeenAt: q.SeenAt,
	}
	if err := tx.PutLink(ctx, l); err != nil {
		return m, err
	}
	return m, tx.AppendEvent(ctx, linkEvent(MemberLinked, s.source(), l, m.Version))
}

// asked adds what the sign-in said to the member that an admin admits. Its version stays.
func asked(m Member, q JoinRequest, cfg tenant.Config, now time.Time) Member {
	m.Attributes = withNames(m.Attributes, q.Names, false)
	if q.Role != "" {
		m.Claims = withClaim(m.Claims, Claim{Source: SourceSignIn, By: q.Connection.String(), Role: q.Role, At: now})
	}
	m.Standing = Judge(m, cfg).Standing
	return m
}
