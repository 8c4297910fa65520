package roster

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"rollcall/internal/tenant"
)

// InviteOutcome says in one word what would come of an invite.
type InviteOutcome string

// The verdicts. Those behind VerdictInvite let the invite go ahead.
const (
	VerdictInvite   InviteOutcome = "will_be_invited"
	VerdictAutoJoin InviteOutcome = "joins_without_invite" // auto-join is on: the invite is not needed, and no harm
	VerdictInvalid  InviteOutcome = "invalid"
	VerdictDouble   InviteOutcome = "twice" // a line above has the same address
	VerdictMember   InviteOutcome = "already_member"
	VerdictInvited  InviteOutcome = "already_invited"
	VerdictInactive InviteOutcome = "deactivated" // a "no" that an invite can't lift
	VerdictInUse    InviteOutcome = "email_exists"
	VerdictBlocked  InviteOutcome = "blocked" // the owner of the domain does not want it
	VerdictLimit    InviteOutcome = "limit"
)

// Good says whether the invite goes ahead.
func (v InviteOutcome) Good() bool { return v == VerdictInvite || v == VerdictAutoJoin }

// InviteVerdict is what would come of one line.
type InviteVerdict struct {
	Line    int // from 1
	Email   string
	Verdict InviteOutcome
	Code    Code   // of the refusal; empty: none
	Field   string // that is wrong; empty: the address
	Detail  string // for people: what to do
	Invite  InviteID
}

const (
	maxInviteMessage = 2000
	maxInviteGroups  = 50
	maxInviteName    = 256
)

// checkDraft says what is wrong with what somebody typed, whoever it is for.
func checkDraft(cfg tenant.Config, d InviteDraft) error {
	invalid := func(field, detail string) error { return &Error{Kind: Invalid, Field: field, Detail: detail} }
	if err := checkRole(cfg, d.Role); err != nil {
		return err
	}
	switch {
	case d.Period != 0 && (d.Period < MinInvitePeriod || d.Period > MaxInvitePeriod):
		return invalid("expires", "An invite is good for 1 to 30 days.")
	case !plainText(d.Message, maxInviteMessage, true):
		return invalid("message", "The message is a text of up to 2000 bytes.")
	case len(d.Language) > 35 || strings.ContainsFunc(d.Language, func(c rune) bool { return !languageRune(c) }):
		return invalid("language", "The language is a tag such as en or de-CH.")
	case len(d.Groups) > maxInviteGroups:
		return invalid("groups", "An invite puts somebody into up to 50 groups.")
	}
	return checkNames(d.Names)
}

// checkNames says which name can't be kept, if there is one.
func checkNames(n Names) error {
	for _, f := range []struct{ field, text string }{{"first_name", n.First}, {"last_name", n.Last}, {"display_name", n.Display}} {
		if !plainText(f.text, maxInviteName, false) {
			return &Error{Kind: Invalid, Field: f.field, Detail: "A name has up to 256 bytes on one line."}
		}
	}
	return nil
}

func languageRune(c rune) bool {
	return c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// plainText says whether a text is valid, not too long, and without control characters; lines lets it have several.
func plainText(s string, limit int, lines bool) bool {
	bad := func(c rune) bool { return (c < ' ' || c == 0x7f) && (!lines || c != '\n' && c != '\r' && c != '\t') }
	return len(s) <= limit && utf8.ValidString(s) && !strings.ContainsFunc(s, bad)
}

// judgeInvite says what would come of an invite of an address. It is pure.
func judgeInvite(cfg tenant.Config, f InviteFacts, blocked bool, now time.Time) (InviteVerdict, *Error) {
	out := InviteVerdict{Email: string(f.Email), Verdict: VerdictInvite}
	refuse := func(v InviteOutcome, k Kind, c Code, detail string) (InviteVerdict, *Error) {
		out.Verdict, out.Code, out.Detail = v, c, detail
		return out, &Error{Kind: k, Code: c, Field: "email", Detail: detail}
	}
	switch {
	case cfg.Tenant.Status != tenant.Active:
		return refuse(VerdictBlocked, Refused, CodeTenantSuspended, "The tenant is suspended: nobody can be invited until the operator resumes it.")
	case !f.Member.IsZero() && f.State != StateAwaitingProof:
		return judgeKnown(cfg, f, refuse)
	case f.Known:
		return refuse(VerdictInUse, Conflict, CodeEmailExists, "Email already exists. Use another address, or ask the operator of the application.")
	case !f.Invite.IsZero() && now.Before(f.ExpiresAt):
		out.Invite = f.Invite
		return refuse(VerdictInvited, Conflict, CodeInvitedAlready, "Already invited ("+daysLeft(f.ExpiresAt.Sub(now))+" left). Resend the invite instead, which makes a new link.")
	case blocked:
		return refuse(VerdictBlocked, Refused, CodeGuestsBlocked, "The company that owns the domain of this address does not want its people invited elsewhere. Ask its IT department.")
	case f.Lately >= InvitesPerAddress:
		return refuse(VerdictLimit, RateLimited, CodeInviteLimit, fmt.Sprintf("This address got %d invites within a day. Wait until tomorrow.", f.Lately))
	}
	if d, ok := cfg.Domain(f.Email.Domain()); ok && d.Owned() && d.Joins() == tenant.AutoJoinOn {
		out.Verdict, out.Detail = VerdictAutoJoin, "Auto-join is on for "+d.Name+": the person gets in without an invite, too."
	}
	return out, nil
}

// judgeKnown judges an address that a member has.
func judgeKnown(cfg tenant.Config, f InviteFacts, refuse func(InviteOutcome, Kind, Code, string) (InviteVerdict, *Error)) (InviteVerdict, *Error) {
	switch {
	case f.Reason == CodeDeactivatedByDirectory:
		return refuse(VerdictInactive, Conflict, CodeManagedInactive,
			"The person is turned off in "+directoryName(cfg, f.Directory)+". Turn the person on there: an invite can't.")
	case f.State == StateInactive:
		return refuse(VerdictInactive, Conflict, f.Reason, "The person is a member who was turned off. Turn the member on instead.")
	case f.State == StateNeedsConfirmation:
		return refuse(VerdictMember, Conflict, CodeNeedsConfirmation, "A directory's record of this person waits for an admin's decision. Decide on it instead.")
	}
	return refuse(VerdictMember, Conflict, CodeMemberAlready, "Email already exists: the person is a member of this team already.")
}

func daysLeft(d time.Duration) string {
	n := int((d + 24*time.Hour - 1) / (24 * time.Hour))
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// doubled notes which of the lines have an address that a line above has.
func doubled(addresses []Email, i int) bool {
	return addresses[i] != "" && slices.Contains(addresses[:i], addresses[i])
}
