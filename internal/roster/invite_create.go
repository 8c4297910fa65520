package roster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/internal/tenant"
)

// The quotas of invites within a day (SECURITY I13).
const (
	InvitesPerTenant  = 5000
	InvitesPerActor   = 3000
	InvitesPerAddress = 5  // of one tenant to one address
	InviteSends       = 10 // tokens of one invite, ever
	MaxInviteLines    = 1000
	inviteDay         = 24 * time.Hour
	inviteBatch       = 100 // lines of one transaction
)

// InviteResult is what became of one line: the invite, or why there is none.
type InviteResult struct {
	InviteVerdict
	Made Invite // zero: none

	owner tenant.ID // of the address's domain, another tenant
}

// CreateInvite invites somebody. Nothing says whether the address is known elsewhere, except where the deployment
// allows one tenant an address.
//
// Errors: Invalid for what can't be used; Conflict with already_member, already_invited, email_exists,
// managed_by_directory_inactive or the reason why a member is off; Refused with tenant_suspended, inviter_gone or
// guests_blocked; RateLimited with invite_limit.
func (r *Roster) CreateInvite(ctx context.Context, s Staff, d InviteDraft) (Invite, error) {
	results, err := r.CreateInvites(ctx, s, []InviteDraft{d})
	if err != nil {
		return Invite{}, err
	}
	if !results[0].Verdict.Good() {
		return Invite{}, r.recorded(ctx, s.Tenant, s.source(), results[0].refusal())
	}
	return results[0].Made, nil
}

func (v InviteVerdict) refusal() error {
	kind := Conflict
	switch v.Verdict {
	case VerdictInvalid:
		kind = Invalid
	case VerdictLimit:
		kind = RateLimited
	case VerdictBlocked:
		kind = Refused
	}
	return &Error{Kind: kind, Code: v.Code, Field: cmp.Or(v.Field, "email"), Detail: v.Detail}
}

// CheckInvites says for each line what CreateInvites would make of it, and writes nothing. Errors as of CreateInvites.
func (r *Roster) CheckInvites(ctx context.Context, s Staff, lines []InviteDraft) ([]InviteVerdict, error) {
	if err := checkLines(lines); err != nil {
		return nil, err
	}
	var out []InviteVerdict
	hosts := r.hosts()
	err := hosts.with(ctx, func() error {
		return r.Store.View(ctx, s.Tenant, func(rd Reader) error {
			b := batch{r: r, rd: rd, s: s, now: r.Now(), hosts: hosts}
			var err error
			out, err = b.judge(ctx, lines)
			return err
		})
	})
	return out, err
}

func checkLines(lines []InviteDraft) error {
	if len(lines) == 0 || len(lines) > MaxInviteLines {
		return &Error{Kind: TooLarge, Field: "invites", Detail: fmt.Sprintf("Invite 1 to %d people at a time.", MaxInviteLines)}
	}
	return nil
}

// CreateInvites invites several people. Each line has its own fate: the others go ahead whatever becomes of one. The
// errors are of the store, and of whoever may not invite anybody; then the lines so far stand.
func (r *Roster) CreateInvites(ctx context.Context, s Staff, lines []InviteDraft) ([]InviteResult, error) {
	if err := checkLines(lines); err != nil {
		return nil, err
	}
	out, hosts := make([]InviteResult, 0, len(lines)), r.hosts()
	for start := 0; start < len(lines); start += inviteBatch {
		part, err := r.inviteSome(ctx, s, hosts, lines, start, min(start+inviteBatch, len(lines)))
		if err != nil {
			r.tellOwners(ctx, out)
			return out, r.recorded(ctx, s.Tenant, s.source(), err)
		}
		out = append(out, part...)
	}
	r.tellOwners(ctx, out)
	return out, nil
}

// inviteSome makes the invites of lines[from:to]. Where somebody else made one of the same address meanwhile, it looks
// again.
func (r *Roster) inviteSome(ctx context.Context, s Staff, hosts *hosts, lines []InviteDraft, from, to int) ([]InviteResult, error) {
	var out []InviteResult
	var err error
	for range arrivals {
		err = hosts.with(ctx, func() error {
			return r.Store.Update(ctx, s.Tenant, func(tx Tx) error {
				b := batch{r: r, rd: tx, s: s, now: tx.Now(), skip: from, hosts: hosts}
				var err error
				out, err = b.make(ctx, tx, lines[:to])
				return err
			})
		})
		if !clashed(err) {
			break
		}
	}
	return out, err
}

// batch judges and writes some lines.
type batch struct {
	r     *Roster
	rd    Reader
	s     Staff
	now   time.Time
	hosts *hosts
	skip  int // lines before are known only for their addresses
	cfg   tenant.Config
	facts []InviteFacts
	by    string
	made  InviteCount
	hand  map[GroupID]bool
}

// make judges the lines behind those that are skipped, and writes the invites of those that may go ahead. Of several
// lines, each refusal is recorded beside what the others lead to (R8); of one alone, its caller does.
func (b *batch) make(ctx context.Context, tx Tx, lines []InviteDraft) ([]InviteResult, error) {
	verdicts, err := b.judge(ctx, lines)
	if err != nil {
		return nil, err
	}
	out := make([]InviteResult, 0, len(verdicts))
	for i, v := range verdicts {
		res := InviteResult{InviteVerdict: v, owner: b.facts[i].Owner}
		switch {
		case v.Verdict.Good():
			if res.Made, err = b.write(ctx, tx, lines[b.skip+i], b.facts[i]); err != nil {
				return nil, err
			}
			res.Invite = res.Made.ID
		case v.Code != "" && len(lines) > 1:
			if err := tx.AppendEvent(ctx, b.s.event(MemberRefused, details{Code: v.Code, Field: "email"})); err != nil {
				return nil, err
			}
		}
		out = append(out, res)
	}
	return out, nil
}

// judge judges the lines behind those that are skipped.
func (b *batch) judge(ctx context.Context, lines []InviteDraft) ([]InviteVerdict, error) {
	var err error
	if b.cfg, err = b.rd.Config(ctx); err != nil {
		return nil, err
	}
	if b.by, err = mayInvite(ctx, b.rd, b.cfg, b.s.Actor); err != nil {
		return nil, err
	}
	since := b.now.Add(-inviteDay)
	if b.made, err = b.rd.CountInvites(ctx, since, b.s.Actor); err != nil {
		return nil, err
	}
	addresses := make([]Email, len(lines))
	wrong := make([]error, len(lines))
	for i, l := range lines {
		addresses[i], wrong[i] = ParseEmail(l.Email)
		if err := checkDraft(b.cfg, l); wrong[i] == nil && err != nil {
			wrong[i] = err
		}
	}
	if b.facts, err = b.rd.InviteFacts(ctx, addresses[b.skip:], since, b.r.OneTenantPerEmail); err != nil {
		return nil, err
	}
	if err := b.hosts.know(b.facts); err != nil {
		return nil, err
	}
	if err := b.groups(ctx, lines[b.skip:]); err != nil {
		return nil, err
	}
	out := make([]InviteVerdict, 0, len(lines)-b.skip)
	for i := b.skip; i < len(lines); i++ {
		v := b.line(lines[i], addresses, wrong[i], i)
		v.Line, v.Email = i+1, lines[i].Email
		if v.Verdict.Good() {
			b.made.Tenant, b.made.Actor = b.made.Tenant+1, b.made.Actor+1
		}
		out = append(out, v)
	}
	return out, nil
}

func (b *batch) line(l InviteDraft, addresses []Email, wrong error, i int) InviteVerdict {
	if e, ok := errors.AsType[*Error](wrong); ok {
		return InviteVerdict{Verdict: VerdictInvalid, Code: e.Code, Field: e.Field, Detail: e.Detail}
	}
	for _, g := range l.Groups {
		if !b.hand[g] {
			return InviteVerdict{Verdict: VerdictInvalid, Field: "groups", Detail: "One of the groups is not there, or a directory manages it: who is in it is decided there."}
		}
	}
	f := b.facts[i-b.skip]
	v, _ := judgeInvite(b.cfg, f, b.hosts.blocks[f.Owner], b.now)
	switch {
	case doubled(addresses, i):
		v.Verdict, v.Detail = VerdictDouble, "A line above has the same address."
	case v.Verdict.Good() && (b.made.Tenant >= InvitesPerTenant || b.made.Actor >= InvitesPerActor):
		v.Verdict, v.Code = VerdictLimit, CodeInviteLimit
		v.Detail = fmt.Sprintf("A team invites up to %d people a day, and one person up to %d. Wait until tomorrow.", InvitesPerTenant, InvitesPerActor)
	}
	return v
}

// groups finds which of the lines' groups are kept by hand.
func (b *batch) groups(ctx context.Context, lines []InviteDraft) error {
	b.hand = map[GroupID]bool{}
	for _, l := range lines {
		for _, id := range l.Groups {
			if _, looked := b.hand[id]; looked {
				continue
			}
			g, err := b.rd.Group(ctx, Scope{}, id)
			if err != nil && !errors.Is(err, NotFound) {
				return err
			}
			b.hand[id] = err == nil && g.Directory.IsZero()
		}
	}
	return nil
}

// write makes one invite.
func (b *batch) write(ctx context.Context, tx Tx, d InviteDraft, f InviteFacts) (Invite, error) {
	now := tx.Now()
	if !f.Invite.IsZero() { // it has expired, and gives way
		end := InviteEnd{State: InviteExpired, Reason: CodeInviteExpired, Actor: b.s.Actor, RequestID: b.s.RequestID}
		if err := tx.EndInvites(ctx, f.Email, end); err != nil {
			return Invite{}, err
		}
	}
	period := d.Period
	if period == 0 {
		period = DefaultInvitePeriod
	}
	i := Invite{
		ID: NewInviteID(now), Email: f.Email, Role: d.Role, Names: d.Names, Groups: d.Groups, Message: d.Message, Language: d.Language,
		By: b.s.Actor, State: InvitePending, CreatedAt: now, SentAt: now, ExpiresAt: now.Add(period), Sends: 1, Version: 1,
	}
	return i, post(ctx, tx, b.cfg, &i, b.by, d.Hash, d.Mail, inviteEvent(InviteWasCreated, b.s.source(), i, details{Role: &change{To: i.Role}}))
}

// post writes an invite with its latest token, its mail and an event.
func post(ctx context.Context, tx Tx, cfg tenant.Config, i *Invite, by string, hash [32]byte, mail InviteMailFunc, e Event) error {
	if mail != nil {
		draft, err := mail(InviteLetter{Invite: *i, Config: cfg, Inviter: by})
		if err != nil {
			return err
		}
		draft.Invite = i.ID
		if i.Mailed, err = tx.QueueMail(ctx, draft); err != nil {
			return err
		}
		i.Mail = MailQueued
	}
	if err := tx.PutInvite(ctx, *i); err != nil {
		return err
	}
	if err := tx.PutInviteToken(ctx, i.ID, hash); err != nil {
		return err
	}
	return tx.AppendEvent(ctx, e)
}
