package roster

import (
	"rollcall/internal/tenant"
)

// Arrival is a person who comes back from a tenant's identity provider, as far as the roster looks at it.
type Arrival struct {
	Tenant     tenant.ID
	Connection tenant.ConnectionID
	Method     Method
	Subject    string
	Email      Email // in canonical form; empty: none that can be used
	Client     Client
}

// by names who vouches: a connection, or the person's mailbox.
func (a Arrival) by() string {
	if a.Connection.IsZero() {
		return "mail"
	}
	return a.Connection.String()
}

func (a Arrival) source() origin {
	return origin{actor: Actor{Source: SourceSignIn, ID: a.by()}, requestID: a.Client.RequestID}
}

// SignInFacts is what a tenant has about an arrival, all of one moment.
type SignInFacts struct {
	// Link is the subject's live link, and Linked the member that it names; nil: there is none. Linked may
	// be a tombstone.
	Link   *Link
	Linked *Member
	// Holder is the member, not removed, whose primary address it is: the one who has it proven, or else one
	// who waits for proof of it. More says that several wait for it.
	Holder *Member
	More   bool
	// Others are live links of the Holder, of connections that are not removed.
	Others []Link
	// Alias is a member, not removed, other than Linked and Holder, whose address it was until lately.
	Alias *Member
	// Tombstone is a removed member who had the address proven; nil when a Holder has it now.
	Tombstone *Member
	// Request is the latest join request of the address or the subject; nil: there is none.
	Request *JoinRequest
	// Invite is the pending one of the address, perhaps expired; nil: there is none whose inviter may invite still.
	Invite *Invite
	// ByHand are the groups of the connection's mapping that no directory manages.
	ByHand []GroupRef
	// Elsewhere says that the address's domain, or one above it, is another tenant's.
	Elsewhere bool
	// Known says that the person is a member of another tenant, where the deployment allows only one.
	Known bool
}

// SignInOutcome is what a sign-in leads to.
type SignInOutcome string

// The outcomes.
const (
	SignInKnown  SignInOutcome = "sign_in" // the subject is linked already
	SignInLinks  SignInOutcome = "link"    // a member is found by the proven address, and linked
	SignInJoins  SignInOutcome = "join"    // a new member
	SignInAsks   SignInOutcome = "ask"     // a join request; refused with approval_pending until it is answered
	SignInRefuse SignInOutcome = "refuse"  // nothing is written but an event
)

// SignInPlan is what a sign-in leads to, and what is written then.
type SignInPlan struct {
	Outcome SignInOutcome
	// Code says why it is refused, or asks; Why is a second code for admins where one code for the person
	// has several causes; Detail says what to change, for admins.
	Code   Code
	Why    Code
	Detail string
	// Member is who it is; zero for a new one, and for a refusal that concerns nobody.
	Member MemberID
	// Role is what the mapping names; empty: nothing. The rules pick the winner (R4).
	Role string
	// Give are groups that the mapping gives, all of them kept by hand.
	Give []GroupID
	// Keep says that what the mapping gave before stays where it gives nothing now: the provider did not say.
	Keep bool
	// Email is the member's new primary address; empty: as it was.
	Email Email
	// Names are written over what the member has; with FillOnly only where it has nothing (R5).
	Names    Names
	FillOnly bool
	// Vouch says that the tenant's own sign-in is the proof that the member waited for.
	Vouch bool
	// Relink says that the subject's link names a tombstone and gives way.
	Relink bool
	// Accept says that the invite of the address is accepted by it.
	Accept bool
}

// Refused says whether the person is not let in now.
func (p SignInPlan) Refused() bool { return p.Outcome == SignInRefuse || p.Outcome == SignInAsks }

// signInFacts sorts the rows.
func signInFacts(cfg tenant.Config, a Arrival, rows SignInRows) SignInFacts {
	f := SignInFacts{ByHand: rows.ByHand, Elsewhere: rows.Elsewhere}
	if len(rows.Invites) > 0 {
		f.Invite = &rows.Invites[0]
	}
	if len(rows.Requests) > 0 {
		f.Request = &rows.Requests[0]
	}
	for i, l := range rows.Links {
		if l.Connection == a.Connection && l.Subject == a.Subject {
			f.Link = &rows.Links[i]
		}
	}
	for i := range rows.Members {
		f.sort(&rows.Members[i], a.Email)
	}
	if f.Holder != nil {
		f.Tombstone = nil
		for _, l := range rows.Links {
			_, there := cfg.Connection(l.Connection)
			own := l.Connection == a.Connection && l.Subject == a.Subject
			if l.Member == f.Holder.ID && there && !own {
				f.Others = append(f.Others, l)
			}
		}
	}
	return f
}

// sort puts one member where it belongs.
func (f *SignInFacts) sort(m *Member, address Email) {
	linked := f.Link != nil && f.Link.Member == m.ID
	if linked {
		f.Linked = m
	}
	_, merged := m.MergedInto()
	switch {
	case address == "" || merged:
	case m.Email != address:
		if !linked && !m.Removed() {
			for _, a := range m.Aliases {
				if a.Email == address {
					f.Alias = m
				}
			}
		}
	case m.Removed():
		if m.Proven {
			f.Tombstone = m
		}
	case f.Holder == nil:
		f.Holder = m
	case m.Proven:
		f.Holder, f.More = m, false // only one can have it proven
	case !f.Holder.Proven:
		f.More = true
	}
}
