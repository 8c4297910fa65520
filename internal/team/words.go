package team

import (
	"fmt"
	"regexp"
	"time"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// nameOf is what people call a member.
func nameOf(m roster.Member) string {
	if name := m.Attributes.Text("displayName"); name != "" {
		return name
	}
	if m.Email != "" {
		return string(m.Email)
	}
	return m.Login
}

// stateWord says where a member stands.
func stateWord(s roster.Standing) string {
	switch s.State {
	case roster.StateActive:
		return "Active"
	case roster.StateAwaitingProof:
		return "Waits for the domain's proof"
	case roster.StateNeedsConfirmation:
		return "Needs confirmation"
	case roster.StateRemoved:
		return "Removed"
	case roster.StateInactive:
	}
	switch s.Reason {
	case roster.CodeDeactivatedByDirectory:
		return "Deactivated – by directory"
	case roster.CodeDeactivatedByAdmin:
		return "Deactivated – by admin"
	case roster.CodeDeactivatedByOperator:
		return "Deactivated – by operator"
	}
	return "Deactivated"
}

// sourceWord names the source of a member or of a role.
func sourceWord(s roster.Source, directory string) string {
	switch s {
	case roster.SourceDirectory, roster.SourceDirectoryGroup, roster.SourceDirectoryRoles:
		if directory == "" {
			return "Directory"
		}
		return "Directory · " + directory
	case roster.SourceInvite:
		return "Invite"
	case roster.SourceSignIn:
		return "Sign-in (JIT)"
	case roster.SourceAdmin:
		return "Manual"
	case roster.SourceOperator:
		return "API"
	case roster.SourceDomain:
		return "Default of the domain"
	case roster.SourceTenant, "":
		return "Default"
	}
	return string(s)
}

// directoryOf names the directory that manages somebody; empty: none does.
func directoryOf(cfg tenant.Config, id tenant.DirectoryID) string {
	if id.IsZero() {
		return ""
	}
	if d, ok := cfg.Directory(id); ok {
		return d.Name
	}
	return "a removed directory"
}

// ago says how long before or after now a time is, in the largest unit.
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	d := now.Sub(t)
	if d < 0 {
		return "in " + span(-d+rounding(-d))
	}
	if d < time.Minute {
		return "just now"
	}
	return span(d) + " ago"
}

// rounding is what is added to a time that is to come, so that an hour after it was begun a week is still seven days.
func rounding(d time.Duration) time.Duration {
	switch {
	case d > 24*time.Hour:
		return 12 * time.Hour
	case d > time.Hour:
		return 30 * time.Minute
	}
	return 0
}

func span(d time.Duration) string {
	const day = 24 * time.Hour
	for _, u := range []struct {
		size time.Duration
		name string
	}{{365 * day, "year"}, {30 * day, "month"}, {day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if n := int(d / u.size); n == 1 {
			return "1 " + u.name
		} else if n > 1 {
			return fmt.Sprintf("%d %ss", n, u.name)
		}
	}
	return "less than a minute"
}

// exactly is a time for people who point at it.
func exactly(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 Jan 2006, 15:04 UTC")
}

// roleChoices are the roles that can be given, the strongest first.
func roleChoices(set tenant.RoleSet, chosen string) []console.Choice {
	var out []console.Choice
	for _, role := range set.Roles {
		if set.Offers(role) || role == chosen {
			out = append(out, console.Choice{Value: role, Label: role, About: set.Describe(role), Chosen: role == chosen})
		}
	}
	return out
}

var stamp = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// readable writes the times in sentences as the pages write them.
func readable(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = stamp.ReplaceAllStringFunc(l, func(s string) string {
			t, err := time.Parse(time.RFC3339, s)
			if err != nil {
				return s
			}
			return exactly(t)
		})
	}
	return out
}
