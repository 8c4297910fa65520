package team

import (
	"encoding/json"
	"strings"
	"time"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// happened are the kinds of events of people in words.
func happened() map[roster.EventKind]string {
	return map[roster.EventKind]string{
		roster.MemberCreated: "Joined", roster.MemberUpdated: "Changed", roster.MemberActivated: "Gained access", roster.MemberDeactivated: "Lost access",
		roster.MemberRoleChanged: "Role changed", roster.MemberRemoved: "Removed", roster.MemberRestored: "Came back", roster.MemberAdopted: "A directory took over",
		roster.MemberReleased: "A directory let go", roster.MemberHeld: "A directory's no is held back", roster.MemberUnheld: "What was held back is over",
		roster.MemberMerged: "Merged", roster.MemberRefused: "Refused", roster.MemberLinked: "Linked to a sign-in", roster.MemberUnlinked: "Unlinked from a sign-in",
		roster.SessionStarted: "Signed in", roster.SessionEnded: "Session ended", roster.GrantStarted: "Opened an application", roster.GrantEnded: "Left an application",
		roster.ContactChanged: "Contact changed", roster.ReviewDecided: "Decided in an access review", roster.InviteWasAccepted: "Accepted an invite",
	}
}

// history shows events, with what was before and after.
func history(events []roster.Event, who func(roster.Actor) string, cfg tenant.Config, now time.Time) []console.Entry {
	words := happened()
	var out []console.Entry
	for _, e := range events {
		what := words[e.Kind]
		if what == "" {
			what = string(e.Kind)
		}
		by := who(e.Actor)
		if id, err := tenant.ParseDirectoryID(e.Actor.ID); err == nil && e.Actor.Source == roster.SourceDirectory {
			by = directoryOf(cfg, id)
		}
		out = append(out, console.Entry{At: ago(e.At, now), AtFull: exactly(e.At), What: what, By: by, Details: detailWords(e.Data)})
	}
	return out
}

// fromTo is what was before and after.
type fromTo struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// detailWords shows what an event says of itself.
func detailWords(data json.RawMessage) string {
	var d struct {
		State  *fromTo  `json:"state"`
		Role   *fromTo  `json:"role"`
		Code   string   `json:"code"`
		Rule   string   `json:"rule"`
		Method string   `json:"method"`
		Reason string   `json:"reason"`
		Kind   string   `json:"kind"`
		Fields []string `json:"fields"`
	}
	if json.Unmarshal(data, &d) != nil {
		return ""
	}
	var parts []string
	change := func(name string, c *fromTo) {
		if c != nil {
			parts = append(parts, strings.TrimSpace(name+" "+c.From+" → "+c.To))
		}
	}
	change("state", d.State)
	change("role", d.Role)
	if len(d.Fields) > 0 {
		parts = append(parts, "fields "+strings.Join(d.Fields, ", "))
	}
	for _, text := range []string{d.Code, d.Rule, d.Method, d.Reason, d.Kind} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "; ")
}
