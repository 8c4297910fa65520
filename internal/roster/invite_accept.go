package roster

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/tenant"
)

// Acceptance is what somebody submits who accepts an invite.
type Acceptance struct {
	Hash  [32]byte // of the token
	Names Names
	// Member is the id that the new member gets, made beforehand for a passkey; zero: any.
	Member   MemberID
	Password string     // in PHC form; empty: none
	Passkey  *Passkey   // nil: none
	Recovery [][32]byte // hashes of recovery codes, with a passkey
	Phone    string     // E.164; empty: none
	// SMS is the person's consent to text messages; nil: they did not give it.
	SMS     *ConsentGiven
	Session SessionStart
}

// Accepted is what came of it.
type Accepted struct {
	Member  Member
	Session Session
	Invite  Invite
}

// AcceptInvite makes the member that an invite is for, with all that the person submitted, and signs them in: all of
// it in one transaction, and exactly once whoever else submits the same token at the same time. The role is that of
// the invite, whatever was submitted.
//
// Errors: NotFound for a token that is none; Invalid for names that can't be kept, or a passkey that was made for another
// member; Conflict with invite_expired (from the very ExpiresAt on), invite_used,
// invite_revoked, invite_superseded, invite_replaced, already_member or email_exists; Refused with tenant_suspended,
// inviter_gone, sso_required where the tenant enforces SSO, or why the member is off. None of them uses the invite up.
func (r *Roster) AcceptInvite(ctx context.Context, id tenant.ID, a Acceptance) (Accepted, error) {
	var out Accepted
	var err error
	for range arrivals { // the same person may be coming in through another door
		err = r.Store.Update(ctx, id, func(tx Tx) error {
			out = Accepted{}
			c := accepter{r: r, tx: tx, a: a}
			var err error
			out, err = c.accept(ctx)
			return err
		})
		if !clashed(err) {
			break
		}
	}
	return out, r.recorded(ctx, id, origin{actor: Actor{Source: SourceInvite}, requestID: a.Session.Client.RequestID}, err)
}

// accepter accepts one invite in a transaction.
type accepter struct {
	r      *Roster
	tx     Tx
	a      Acceptance
	cfg    tenant.Config
	invite Invite
	from   origin
}

func (c *accepter) accept(ctx context.Context) (Accepted, error) {
	var out Accepted
	if err := checkNames(c.a.Names); err != nil {
		return out, err
	}
	found, _, err := c.tx.InviteByToken(ctx, c.a.Hash)
	if err != nil {
		return out, err
	}
	if _, err := c.tx.LockInvite(ctx, found.ID); err != nil { // the first of several goes on, and the others see that
		return out, err
	}
	o, err := offer(ctx, c.tx, c.a.Hash, c.tx.Now())
	if err != nil {
		return out, err
	}
	c.cfg, c.invite = o.Config, o.Invite
	c.from = origin{actor: Actor{Source: SourceInvite, ID: o.Invite.ID.String()}, requestID: c.a.Session.Client.RequestID}
	switch {
	case o.Code != "":
		return out, o.refusal()
	case o.SSO != nil:
		return out, &Error{Kind: Refused, Code: CodeSSORequired, Detail: "The tenant asks its people to sign in through its identity provider. Do that; the invite is accepted by it."}
	}
	rows, err := c.tx.LockSignIn(ctx, SignInKey{Email: o.Invite.Email})
	if err != nil {
		return out, err
	}
	facts := signInFacts(c.cfg, Arrival{Email: o.Invite.Email}, rows)
	if out.Member, err = c.member(ctx, facts); err != nil {
		return out, err
	}
	if err := c.keep(ctx, out.Member); err != nil {
		return out, err
	}
	if q := facts.Request; q != nil && q.State == JoinPending {
		q := *q
		q.State, q.DecidedAt, q.DecidedBy, q.Member = JoinWithdrawn, c.tx.Now(), c.from.actor, out.Member.ID
		if err := c.tx.PutJoinRequest(ctx, q); err != nil {
			return out, err
		}
	}
	if out.Invite, err = spend(ctx, c.tx, c.from, c.invite, out.Member); err != nil {
		return out, err
	}
	if err := c.r.tellInviter(ctx, c.tx, c.cfg, MailInviteAccepted, out.Invite); err != nil {
		return out, err
	}
	out.Session, err = StartSession(ctx, c.tx, c.cfg, out.Member, c.a.Session)
	return out, err
}

// member makes the member, brings one back, or proves one that waited for it.
func (c *accepter) member(ctx context.Context, f SignInFacts) (Member, error) {
	if f.Holder != nil {
		return c.waited(ctx, *f.Holder)
	}
	var before Member
	kind := MemberCreated
	if t := f.Tombstone; t != nil && t.Directory.IsZero() {
		before, kind = *t, MemberRestored
	}
	fresh := before
	if before.Version == 0 {
		fresh = Member{ID: c.a.Member, CreatedAt: c.tx.Now(), Email: c.invite.Email}
		if fresh.ID.IsZero() {
			fresh.ID = NewMemberID(c.tx.Now())
		}
	}
	out := byInvite(fresh, c.invite, c.a.Names, c.cfg, c.tx)
	if out.Standing.State != StateActive { // somebody turned the person off whom this one may not turn on
		return out, notIn(out)
	}
	return out, c.r.welcome(ctx, c.tx, c.cfg, c.from, before, &out, kind)
}

// waited proves a member that a directory made, and whose address nobody had vouched for.
func (c *accepter) waited(ctx context.Context, before Member) (Member, error) {
	if before.Standing.State != StateAwaitingProof {
		if before.Standing.State == StateActive {
			return before, &Error{Kind: Conflict, Code: CodeMemberAlready, Field: "invite", Detail: "The person is a member already, and can sign in."}
		}
		return before, notIn(before)
	}
	after := before
	after.Proven = true
	after.Claims = withClaim(after.Claims, inviteClaim(c.invite, c.cfg, c.tx))
	after.Attributes = withNames(after.Attributes, display(c.a.Names), true) // R5
	after = seal(after, c.cfg, c.tx.Now())
	if after.Standing.State != StateActive {
		return after, notIn(after)
	}
	return after, c.r.save(ctx, c.tx, c.cfg, c.from, before, &after, saveOptions{})
}

func notIn(m Member) error {
	return &Error{Kind: Refused, Code: m.Standing.Reason, Detail: "The person was turned off, which an invite does not lift."}
}

// byInvite is a new or returning member as an invite makes it.
func byInvite(m Member, i Invite, n Names, cfg tenant.Config, tx Tx) Member {
	m.RemovedAt, m.Conflict = time.Time{}, ""
	m.Login, m.Addresses = string(m.Email), []string{string(m.Email)}
	m.Proven, m.DirectoryActive = true, true
	m.Attributes = withNames(m.Attributes, display(n), false)
	m.Claims, _ = liftRemoval(m.Claims, i.By.ID)
	m.Claims = withClaim(noes(m.Claims), inviteClaim(i, cfg, tx))
	return seal(m, cfg, tx.Now())
}

// inviteClaim is what an accepted invite says of its member. A role that the tenant's plan lacks by now is not given.
func inviteClaim(i Invite, cfg tenant.Config, tx Tx) Claim {
	if !cfg.Tenant.Roles.Offers(i.Role) {
		i.Role = ""
	}
	return Claim{Source: SourceInvite, By: i.By.ID, Here: true, Role: i.Role, At: tx.Now()}
}

// display makes a display name of the two others where there is none.
func display(n Names) Names {
	if n.Display == "" && n.First != "" && n.Last != "" {
		n.Display = n.First + " " + n.Last
	}
	if n.Display == "" {
		n.Display = n.First + n.Last
	}
	return n
}

// keep writes what else the person submitted, and puts them into the invite's groups.
func (c *accepter) keep(ctx context.Context, m Member) error {
	if c.a.Password != "" {
		if err := c.tx.PutPassword(ctx, Password{Member: m.ID, Hash: c.a.Password, SetAt: c.tx.Now()}); err != nil {
			return err
		}
	}
	if c.a.Passkey != nil {
		if m.ID != c.a.Member { // it names the person that it was made for
			return &Error{Kind: Invalid, Field: "passkey", Detail: "The passkey was made for a new member, and this is one who comes back. Sign up without it, and add one then."}
		}
		key := *c.a.Passkey
		key.Member, key.CreatedAt = m.ID, c.tx.Now()
		if err := c.tx.PutPasskey(ctx, key); err != nil {
			return err
		}
		if err := c.tx.PutRecoveryCodes(ctx, m.ID, c.a.Recovery); err != nil {
			return err
		}
	}
	if err := c.keepContact(ctx, m); err != nil {
		return err
	}
	return intoGroups(ctx, c.tx, c.from, c.invite.Groups, m)
}

// keepContact keeps how the person wants to be reached, if they said so.
func (c *accepter) keepContact(ctx context.Context, m Member) error {
	if c.a.Phone == "" && c.a.SMS == nil {
		return nil
	}
	before, err := c.tx.Contact(ctx, m.ID)
	if err != nil {
		return err
	}
	change := ContactChange{}
	if c.a.Phone != "" {
		change.Phone = &c.a.Phone
	}
	if c.a.SMS != nil {
		change.SMS = &SMSChoice{On: true, ConsentGiven: *c.a.SMS}
	}
	_, err = changeContact(ctx, c.tx, c.from, before, change)
	return err
}

// intoGroups puts a member into the groups of an invite that are there still, and kept by hand.
func intoGroups(ctx context.Context, tx Tx, from origin, groups []GroupID, m Member) error {
	for _, id := range groups {
		g, err := tx.Group(ctx, Scope{}, id)
		if errors.Is(err, NotFound) || err == nil && !g.Directory.IsZero() {
			continue
		}
		if err != nil {
			return err
		}
		added, _, err := tx.AddToGroup(ctx, Scope{}, id, []MemberID{m.ID})
		if err != nil {
			return err
		}
		if len(added) == 0 {
			continue
		}
		e := Event{Kind: GroupMembers, Group: id, Member: m.ID, Actor: from.actor, RequestID: from.requestID, Data: details{Added: 1}.json()}
		if err := tx.AppendEvent(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// spend notes that an invite was accepted.
func spend(ctx context.Context, tx Tx, from origin, i Invite, m Member) (Invite, error) {
	i.State, i.EndedAt, i.Member = InviteAccepted, tx.Now(), m.ID
	i.Version++
	if err := tx.DropMails(ctx, i.ID); err != nil {
		return i, err
	}
	if err := tx.PutInvite(ctx, i); err != nil {
		return i, err
	}
	return i, tx.AppendEvent(ctx, inviteEvent(InviteWasAccepted, from, i, details{}))
}
