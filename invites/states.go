package invites

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"rollcall/console"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
)

// stop says why somebody can't accept an invite now.
type stop struct {
	held

	code roster.Code
	// who the browser is, or whom the identity provider named; empty: nobody.
	who string
	// signedIn says that the browser is signed in as who; here, that it is signed in as the invite's own person.
	signedIn, here bool
}

// Error implements error.
func (s *stop) Error() string { return string(s.code) }

// Unwrap tells the request's record what it is.
func (s *stop) Unwrap() error {
	return &roster.Error{Kind: roster.Refused, Code: s.code, Detail: "The invite can't be accepted now."}
}

// status is that of the page: 410 for what is over for good.
func (s *stop) status() int {
	switch s.code {
	case roster.CodeInviteExpired, roster.CodeInviteUsed, roster.CodeInviteRevoked, roster.CodeInviteSuperseded, roster.CodeInviteReplaced, roster.CodeInviterGone:
		return http.StatusGone
	case roster.CodeMemberAlready:
		return http.StatusConflict
	}
	return http.StatusForbidden
}

// page writes the page: what happened, what to do, and who can.
func (s *stop) page(billing string) console.InviteState {
	p := s.ended()
	if p.Heading == "" {
		p = s.wrong(billing)
	}
	p.Code, p.Contact = string(s.code), s.Config.Tenant.Policy.Contact
	return p
}

// ended are the pages of invites that are over.
func (s *stop) ended() console.InviteState {
	team, address, inviter := s.Config.Tenant.Name, string(s.Invite.Email), cmp.Or(s.Inviter, "the person who invited you")
	switch s.code {
	case roster.CodeInviteExpired:
		p := console.InviteState{
			Heading: "Invite expired", Help: "expired",
			Sentence: "This invite to " + team + " for " + address + " was good until " + date(s.Invite.ExpiresAt) + ".",
			Do:       "Ask " + inviter + " to resend it. The button does that for you.",
			Steps:    []console.Step{{Label: "Ask for a new link", URL: pathAsk, Post: true, Fields: s.fields()}},
		}
		if !s.Invite.AskedAt.IsZero() {
			p.Do, p.Steps = "A new link was asked for on "+date(s.Invite.AskedAt)+". Wait for the mail, or ask "+inviter+" yourself.", nil
		}
		return p
	case roster.CodeInviteUsed:
		return console.InviteState{
			Heading: "This invite was used", Sentence: "Somebody has joined " + team + " as " + address + " with this link. It works once.",
			Do: "If that was you, sign in. If it was not, tell " + inviter + " at once.", Steps: s.signIn(),
		}
	case roster.CodeInviteRevoked:
		return console.InviteState{
			Heading: "This invite was taken back", Sentence: "The invite to " + team + " for " + address + " is not good any more: it was revoked.",
			Do: "Ask " + inviter + " whether that was meant. Every admin of " + team + " can invite you again.",
		}
	case roster.CodeInviteSuperseded:
		return console.InviteState{
			Heading: "You don't need this invite any more", Good: true,
			Sentence: "You have become a member of " + team + " in another way, such as by your company's directory.",
			Do:       "Sign in as you do for your other work.", Steps: s.signIn(),
		}
	case roster.CodeInviteReplaced:
		return console.InviteState{
			Heading: "There is a newer link", Help: "expired", Sentence: "A newer link to " + team + " was sent to " + address + ", which ended this one.",
			Do: "Use the link in the newest mail. If you can't find it, ask " + inviter + " to resend it.",
		}
	case roster.CodeInviterGone:
		return console.InviteState{
			Heading: "This invite is not good any more", Sentence: "Whoever sent it may not invite people to " + team + " any more.",
			Do: "Ask another admin of " + team + " to invite you.",
		}
	}
	return console.InviteState{}
}

// wrong are the pages of invites that are good, and can't be accepted all the same.
func (s *stop) wrong(billing string) console.InviteState {
	team, address := s.Config.Tenant.Name, string(s.Invite.Email)
	switch s.code {
	case roster.CodeTenantSuspended:
		p := console.InviteState{
			Heading: "Tenant suspended", Help: "suspended",
			Sentence: "The account of " + team + " is suspended, so that nobody can join at present. Your invite is not used up, and its days are not counted meanwhile.",
			Do:       "A person who manages billing at " + team + " puts that right under Billing; support can't. Open this link again afterwards.",
		}
		if billing != "" {
			p.Steps = []console.Step{{Label: "Go to Billing", URL: billing}}
		}
		return p
	case roster.CodeInviteMismatch:
		return s.mismatch()
	case roster.CodeMemberAlready:
		p := console.InviteState{Heading: "You are a member already", Good: true, Sentence: address + " is a member of " + team + "; there is nothing to accept.", Help: "exists"}
		if p.Steps = s.signIn(); s.here {
			p.Steps = []console.Step{{Label: "Go on", URL: pathHome}}
		}
		return p
	case roster.CodeUserNotProvisioned:
		return console.InviteState{
			Heading:  "Your company's sign-in does not know you yet",
			Sentence: s.connection() + " did not let " + address + " in. Your invite to " + team + " is not used up.",
			Do: "Ask your IT department to create " + address + " in " + s.connection() +
				" first, or to assign the application to you there. Then open the link in your mail again.",
			Steps: []console.Step{s.again("Try again", false)},
		}
	case roster.CodeConnectionDisabled:
		return console.InviteState{
			Heading: "Nobody can sign in at present", Sentence: team + " asks everybody to sign in through its own sign-in page, which is turned off. Your invite is not used up.",
			Do: "Ask the IT department of " + team + ", and give them the code below. Open this link again afterwards.",
		}
	}
	if said, ok := reason.Known(s.code); ok { // the person is known, and off
		return console.InviteState{Heading: "You can't join now", Sentence: said.Sentence, Do: said.Do}
	}
	return console.InviteState{
		Heading: "You can't join now", Sentence: "Something keeps " + address + " from joining " + team + ". Your invite is not used up.",
		Do: "Ask an admin of " + team + ", and give them the code below.",
	}
}

// mismatch is for somebody who is not whom the invite is for. It names both: only who holds the token sees it.
func (s *stop) mismatch() console.InviteState {
	address := string(s.Invite.Email)
	p := console.InviteState{
		Heading: "This invite is for somebody else", Sentence: "You are " + s.who + "; this invite is for " + address + ". It is not used up.",
		Do: "If you are both, go on as " + address + ". If it is not for you, leave it.",
	}
	if s.SSO != nil {
		p.Steps = []console.Step{s.again("Sign in as "+address, true)}
	}
	if s.signedIn {
		p.Steps = []console.Step{
			{Label: "Sign out, and go on as " + address, URL: pathSignOut, Post: true, Fields: s.fields()},
			{Label: "Stay signed in as " + s.who, URL: pathHome, Second: true},
		}
	}
	return p
}

func (s *stop) fields() []console.Field { return []console.Field{{Name: "token", Value: s.token}} }

// again begins the sign-in at the identity provider once more; fresh: the provider shall ask who it is.
func (s *stop) again(label string, fresh bool) console.Step {
	if s.SSO == nil || s.SSO.ID.IsZero() {
		return console.Step{Label: label, URL: PathAccept}
	}
	q := url.Values{"login_hint": {string(s.Invite.Email)}, "return": {PathBack}}
	if fresh {
		q.Set("fresh", "1")
	}
	return console.Step{Label: label, URL: signInURL(*s.SSO, q)}
}

// signIn leads to where the tenant's people sign in.
func (s *stop) signIn() []console.Step {
	for _, c := range s.Config.Connections {
		if c.Usable() {
			return []console.Step{{Label: "Sign in with " + c.Name, URL: signInURL(c, nil)}}
		}
	}
	return []console.Step{{Label: "Sign in", URL: pathLogin}}
}

func (s *stop) connection() string {
	if s.SSO == nil {
		return "Your company's sign-in"
	}
	return cmp.Or(s.SSO.Name, "your company's sign-in")
}

// date writes a time for people everywhere.
func date(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }
