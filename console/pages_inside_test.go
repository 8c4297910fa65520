package console_test

import "rollcall/console"

func shell(here string) console.Shell {
	return console.Shell{Tenant: "Acme " + long, Person: long, Role: "admin", Admin: true, Here: here, Requests: 3}
}

func roles() []console.Choice {
	return []console.Choice{{Value: "admin", Label: "admin", About: "Manages people, settings and all content."}, {Value: "viewer", Label: "viewer", About: long, Chosen: true}}
}

// inside are the pages of people who are signed in, at their fullest.
func inside() map[string]console.Page {
	row := console.MemberRow{
		ID: "mem_1", URL: "/m", Name: "Ann Lee", Email: long + "@acme.example", State: "Active", Active: true, Role: "admin", RoleSource: "Directory · Okta",
		Groups: []string{"Crew", long}, Source: "Directory · Okta", Seen: "2 days ago", SeenAt: "2 Jan 2026, 10:00 UTC", Joined: "1 year ago", JoinedAt: "2 Jan 2025, 10:00 UTC",
	}
	off := row
	off.ID, off.Name, off.State, off.Active, off.Seen, off.SeenAt = "mem_2", "Ben", "Deactivated – by directory", false, "never", ""
	filter := console.Filter{Name: "state", Label: "State", Choices: []console.Choice{{Label: "All states"}, {Value: "active", Label: "Active", Chosen: true}}}
	return map[string]console.Page{
		"members": console.Members{
			Shell: shell("Team members"), Counts: "142 active · 6 invited", Search: "ann", Filters: []console.Filter{filter}, Narrowed: true, Rows: []console.MemberRow{row, off},
			Roles: roles(), Alone: true, Export: "/csv", Prev: "/p", Next: "/n", Where: "1–2 of 240", Done: "Done.", Problem: "Not done.",
		},
		"members-nobody": console.Members{Shell: shell("Team members"), Counts: "1 active", Export: "/csv"},
		"member": console.MemberPage{
			Shell: shell("Team members"), Row: row, Why: []string{"The role is admin by R4.", long}, Roles: roles(), On: true,
			Facts: []console.Field{{Name: "Login", Value: long}}, SignIn: console.MemberSignIn{Ways: []string{long, "password"}, Second: []string{"2 passkeys"}, MayMail: true, MayReset: true}, Sessions: []console.LiveRow{{Started: "1 day ago", Seen: "just now", Device: long, Method: "saml"}},
			History: []console.Entry{{At: "1 day ago", AtFull: "2 Jan", What: "Role changed", By: long, Details: long}}, Done: "Done.", Problem: "Not done.",
		},
		"member-locked": console.MemberPage{Shell: shell("Team members"), Row: off, Managed: "Okta", RoleLocked: "Managed by Okta.", ActiveLocked: "Turned off in Okta."},
		"outcome":       console.Outcome{Shell: shell("Team members"), Heading: "What was done", Lines: []console.InviteLine{{Email: long, Word: "Removed", Good: true}, {Email: "b", Word: "Not done", About: long}}, Back: "/b", BackText: "Team members"},
		"sure":          console.Sure{Shell: shell("Team members"), Heading: "Remove Ann?", Text: "Access ends.", Items: []string{long}, Action: "/x", Fields: []console.Field{{Name: "a", Value: "b"}}, Button: "Remove", Back: "/b"},
		"not-an-admin":  console.Requests{Shell: console.Shell{Tenant: "Acme", Person: "Ann", Role: "viewer"}},
	}
}

// work are the pages about invites, requests, groups, roles and reviews.
func work() map[string]console.Page {
	invite := console.InviteRow{
		ID: "ivt_1", Email: long + "@x.example", Role: "viewer", By: "Ana", Sent: "2 days ago", SentAt: "2 Jan", Expires: "in 2 days", ExpiresAt: "9 Jan",
		Delivery: "Bounced", State: "Bounced", Bounced: true, Open: true, Asked: "1 hour ago", URL: "/i",
	}
	lines := []console.InviteLine{
		{Line: 1, Email: "a@x.example", Names: "Ann Lee", Role: "viewer", Word: "Will be invited", Good: true, Link: "https://x.example/invite/accept?token=inv_" + long},
		{Line: 2, Email: long, Role: "viewer", Word: "Already a member", About: "Email already exists."},
	}
	group := console.GroupRow{Name: "Crew " + long, URL: "/g", Source: "Manual", Members: 2, Role: "editor"}
	pushed := console.GroupRow{Name: "Pushed", URL: "/h", Source: "Directory · Okta", Directory: "Okta", Members: 1}
	review := console.ReviewRow{URL: "/r", Started: "2 days ago", StartedAt: "2 Jan 2026", By: "Ana", Finished: "1 day ago", FinishedAt: "3 Jan 2026", Tally: "3 kept, 1 removed", Export: "/csv"}
	people := []console.ReviewPerson{
		{ID: "mem_1", Label: "Ann", Email: long, Role: "viewer", Source: "Invite", Active: "never"},
		{ID: "mem_2", Label: "Ben", Role: "viewer", Source: "Directory · Okta", Active: "2 days ago", ActiveAt: "1 Jan", Managed: "Okta", Decision: "Kept", Kept: true, By: "Ana, 1 day ago"},
		{ID: "mem_3", Label: "Cara", Role: "viewer", Source: "Invite", Active: "never", Decision: "Removed", Fixed: true, By: "Ana, 1 day ago"},
		{ID: "mem_4", Label: "Dora", Role: "viewer", Source: "Invite", Active: "never", Gone: true},
	}
	tabs := []console.Tab{{Label: "Open", URL: "/a", Here: true, Count: 4}, {Label: "Expired", URL: "/b"}}
	periods := []console.Choice{{Value: "1", Label: "1 day"}, {Value: "7", Label: "7 days", Chosen: true}}
	return map[string]console.Page{
		"invite": console.InviteForm{
			Shell: shell("Pending invites"), Emails: long, Rows: "email\n" + long, First: "Ann", Last: "Lee", Message: "Welcome", Roles: roles(), Groups: []console.Choice{{Value: "grp_1", Label: "Crew", Chosen: true}},
			Periods: periods, Languages: periods, SSO: "Okta", Problem: "The address is none.", Field: "emails", Most: 1000,
		},
		"invite-plain": console.InviteForm{Shell: shell("Pending invites"), Roles: roles(), Periods: periods, Languages: periods, Most: 1000},
		"invitecheck":  console.InviteCheck{Shell: shell("Pending invites"), Lines: lines, Ready: 1, Total: 2, Kept: []console.Field{{Name: "rows", Value: long}}},
		"invitesent":   console.InviteSent{Shell: shell("Pending invites"), Lines: lines, Sent: 1, Rejects: long},
		"invites":      console.Invites{Shell: shell("Pending invites"), Tabs: tabs, Rows: []console.InviteRow{invite}, Search: "a", State: "open", Total: 1, Next: "/n", First: "/f", Done: "Done.", Problem: "Not done."},
		"invites-none": console.Invites{Shell: shell("Pending invites"), Tabs: tabs, State: "open"},
		"invitedetail": console.InviteDetail{Shell: shell("Pending invites"), Row: invite, Names: "Ann", Groups: long, Message: long, Roles: roles(), Done: "Done.", Problem: "Not done.", CanResend: true, Fix: "/fix"},
		"requests":     console.Requests{Shell: shell("Join requests"), Rows: []console.JoinRow{{ID: "req_1", Person: "Ann", Email: long, Domain: "acme.example", Asked: "1 hour ago", AskedAt: "2 Jan", Roles: roles()}, {ID: "req_2", Email: "b@acme.example", Domain: "acme.example", Asked: "now", AskedAt: "2 Jan", Roles: roles()}}, Next: "/n", Done: "Done.", Problem: "Not done."},
		"groups":       console.Groups{Shell: shell("Groups"), Rows: []console.GroupRow{group, pushed}, Search: "c", Next: "/n", First: "/f", Typed: long, Done: "Done.", Problem: "Not done."},
		"groups-none":  console.Groups{Shell: shell("Groups")},
		"group":        console.GroupPage{Shell: shell("Groups"), Row: group, People: []console.GroupPerson{{ID: "mem_1", Label: long, URL: "/m"}}, Next: "/n", First: "/f", Typed: "x", Done: "Done.", Problem: "Not done."},
		"group-pushed": console.GroupPage{Shell: shell("Groups"), Row: pushed, People: []console.GroupPerson{{ID: "mem_1", Label: "Ann", URL: "/m"}}},
		"roles":        console.Roles{Shell: shell("Roles"), Rows: []console.RoleRow{{Name: "admin", About: long, Permissions: []string{"members:invite", long}, People: 2, PeopleURL: "/p", GivenBy: []string{"invite", "person"}}, {Name: "viewer", Away: true, Default: true, PeopleURL: "/q"}}},
		"reviews":      console.Reviews{Shell: shell("Access review"), Open: &review, Rows: []console.ReviewRow{review}, Every: periods, Done: "Done.", Problem: "Not done."},
		"reviews-none": console.Reviews{Shell: shell("Access review"), Every: periods},
		"review":       console.ReviewPage{Shell: shell("Access review"), Row: review, Total: 4, Done: 2, Left: 2, Open: true, Tabs: tabs, People: people, Search: "a", Show: "all", Next: "/n", First: "/f", Said: "Done.", Problem: "Not done."},
		"review-done":  console.ReviewPage{Shell: shell("Access review"), Row: review, Total: 4, Done: 4, Tabs: tabs, People: people},
	}
}
