package roster

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// welcomer writes what was decided on an arrival.
type welcomer struct {
	r     *Roster
	tx    Tx
	cfg   tenant.Config
	a     Arrival
	plan  SignInPlan
	facts SignInFacts
	alone bool
}

// letIn writes the member, its groups and its link, and returns the member as it is now.
func (w *welcomer) letIn(ctx context.Context) (Member, error) {
	from := w.a.source()
	var before, out Member
	var err error
	if w.plan.Outcome == SignInJoins {
		out, err = w.join(ctx)
	} else {
		before, err = w.known()
		if err != nil {
			return out, err
		}
		out = w.invited(signedIn(before, w.a, w.plan, w.cfg, w.tx.Now()), before)
		err = w.r.save(ctx, w.tx, w.cfg, from, before, &out, saveOptions{alone: w.alone})
	}
	if err == nil && w.plan.Accept {
		err = w.accept(ctx, out)
	}
	if err != nil {
		return out, err
	}
	if err := w.link(ctx, out); err != nil {
		return out, err
	}
	if q := w.facts.Request; q != nil && q.State == JoinPending {
		q := *q
		q.State, q.DecidedAt, q.DecidedBy, q.Member = JoinWithdrawn, w.tx.Now(), from.actor, out.ID
		return out, w.tx.PutJoinRequest(ctx, q)
	}
	return out, nil
}

// known is the member that the plan names, as it was read.
func (w *welcomer) known() (Member, error) {
	for _, m := range []*Member{w.facts.Linked, w.facts.Holder} {
		if m != nil && m.ID == w.plan.Member {
			return *m, nil
		}
	}
	return Member{}, &Error{Kind: NotFound, Detail: "The member that the sign-in leads to is not there."}
}

// link notes that the subject is this member, or that it was seen again.
func (w *welcomer) link(ctx context.Context, m Member) error {
	if w.a.Connection.IsZero() { // a mailbox is no key of a person: it may be somebody else's one day
		return nil
	}
	now := w.tx.Now()
	fresh := w.facts.Link == nil || w.plan.Relink
	l := Link{
		ID: LinkID{tenant.NewUUID(now)}, Connection: w.a.Connection, Subject: w.a.Subject, Member: m.ID, Email: w.a.Email, CreatedAt: now,
	}
	if !fresh {
		l = *w.facts.Link
	}
	if w.plan.Relink {
		former := *w.facts.Link
		former.EndedAt = now
		if err := w.tx.PutLink(ctx, former); err != nil {
			return err
		}
	}
	l.SeenAt = now
	var err error
	if l.Groups, err = w.groups(ctx, m, l.Groups); err != nil {
		return err
	}
	if err := w.tx.PutLink(ctx, l); err != nil || !fresh {
		return err
	}
	return w.tx.AppendEvent(ctx, linkEvent(MemberLinked, w.a.source(), l, m.Version))
}

func linkEvent(kind EventKind, from origin, l Link, version int64) Event {
	return Event{
		Kind: kind, Member: l.Member, Actor: from.actor, RequestID: from.requestID, Version: version,
		Data: details{Connection: l.Connection.String(), Link: l.ID.String()}.json(),
	}
}

// groups puts the member into what the mapping gives and takes it out of what the mapping gave before. What
// others put the member into stays. It returns what the mapping gives now.
func (w *welcomer) groups(ctx context.Context, m Member, had []GroupID) ([]GroupID, error) {
	if len(had) == 0 && len(w.plan.Give) == 0 {
		return nil, nil
	}
	var given, leave []GroupID
	for _, g := range had {
		switch {
		case slices.Contains(w.plan.Give, g), w.plan.Keep:
			given = append(given, g)
		case containsGroup(m.Groups, g):
			leave = append(leave, g)
		}
	}
	for _, g := range w.plan.Give {
		if slices.Contains(given, g) || containsGroup(m.Groups, g) {
			continue
		}
		added, _, err := w.tx.AddToGroup(ctx, Scope{}, g, []MemberID{m.ID})
		if err != nil {
			return nil, err
		}
		if len(added) == 0 {
			continue
		}
		given = append(given, g)
		if err := w.tx.AppendEvent(ctx, w.groupEvent(g, m, details{Added: 1})); err != nil {
			return nil, err
		}
	}
	for _, g := range leave {
		if err := w.tx.AppendEvent(ctx, w.groupEvent(g, m, details{Gone: 1})); err != nil {
			return nil, err
		}
	}
	if len(leave) == 0 {
		return given, nil
	}
	return given, w.tx.LeaveGroups(ctx, m.ID, leave)
}

func (w *welcomer) groupEvent(g GroupID, m Member, d details) Event {
	from := w.a.source()
	return Event{Kind: GroupMembers, Group: g, Member: m.ID, Actor: from.actor, RequestID: from.requestID, Data: d.json()}
}

// ask makes a join request, or notes that the person asked again.
func (w *welcomer) ask(ctx context.Context) error {
	now := w.tx.Now()
	if q := w.facts.Request; q != nil && q.State == JoinPending {
		q := *q
		q.SeenAt = now
		return w.tx.PutJoinRequest(ctx, q)
	}
	q := JoinRequest{
		ID: JoinRequestID{tenant.NewUUID(now)}, Connection: w.a.Connection, Subject: w.a.Subject, Email: w.a.Email,
		Names: w.plan.Names, Role: w.plan.Role, State: JoinPending, AskedAt: now, SeenAt: now,
	}
	if q.Connection.IsZero() {
		q.Connection = MailConnection()
	}
	if err := w.tx.PutJoinRequest(ctx, q); err != nil {
		return err
	}
	if err := w.r.tellAdmins(ctx, w.tx, News{Kind: MailJoined, Config: w.cfg, Who: string(q.Email)}); err != nil {
		return err
	}
	return w.tx.AppendEvent(ctx, requestEvent(JoinAsked, w.a.source(), q))
}

// newcomer makes the member that joins. Whoever decided that has seen that the tenant owns the domain.
func newcomer(a Arrival, p SignInPlan, cfg tenant.Config, now time.Time) Member {
	m := Member{
		ID: NewMemberID(now), CreatedAt: now, Email: a.Email, Proven: true, DirectoryActive: true,
		Login: string(a.Email), Addresses: []string{string(a.Email)},
	}
	m.Attributes = withNames(m.Attributes, p.Names, false)
	m.Claims = []Claim{{Source: SourceSignIn, By: a.by(), Here: true, Role: p.Role, At: now}}
	return seal(m, cfg, now)
}

// signedIn is a member after a sign-in: with today's role claim, what may be filled in, and perhaps another address.
// It equals before when nothing changed. It never touches what others say.
func signedIn(before Member, a Arrival, p SignInPlan, cfg tenant.Config, now time.Time) Member {
	m := before
	had, _ := before.Claim(SourceSignIn)
	claim := Claim{Source: SourceSignIn, By: a.by(), Here: had.Here, Role: p.Role, At: now}
	if p.Keep && p.Role == "" {
		claim.Role = had.Role
	}
	switch {
	case claim.Here || claim.Role != "":
		if !sameClaim(had, claim) {
			m.Claims = withClaim(m.Claims, claim)
		}
	case had.Source != "":
		m.Claims = withoutClaims(m.Claims, SourceSignIn)
	}
	m.Attributes = withNames(m.Attributes, p.Names, p.FillOnly)
	if p.Vouch {
		m.Proven = true
	}
	if p.Email != "" && p.Email != m.Email {
		m.Aliases = append(liveAliases(m.Aliases, p.Email, now), Alias{Email: m.Email, Until: now.Add(AliasPeriod)})
		if m.Login == string(m.Email) {
			m.Login = string(p.Email)
		}
		m.Email, m.Addresses = p.Email, []string{string(p.Email)}
	}
	if sameMember(before, m) {
		return before
	}
	return seal(m, cfg, now)
}

// withNames writes names into a document: all that are given, or only those that it lacks.
func withNames(doc Attributes, n Names, fillOnly bool) Attributes {
	if n == (Names{}) {
		return doc
	}
	o, err := doc.Object()
	if err != nil {
		return doc
	}
	changed := false
	put := func(o map[string]any, key, value string) {
		if have, _ := o[key].(string); value == "" || have == value || fillOnly && have != "" {
			return
		}
		o[key], changed = value, true
	}
	put(o, "displayName", n.Display)
	name, _ := o["name"].(map[string]any)
	if name == nil {
		name = map[string]any{}
	}
	put(name, "givenName", n.First)
	put(name, "familyName", n.Last)
	if !changed {
		return doc
	}
	if len(name) > 0 {
		o["name"] = name
	}
	b, err := json.Marshal(o)
	if err != nil { // it was decoded from JSON
		return doc
	}
	return b
}
