package console_test

import "rollcall/console"

// profilePages are the pages that people have about themselves, at their fullest.
func profilePages() map[string]console.Page {
	own := console.Own{Shell: console.Shell{Person: "Ann " + long, Tenant: "Acme " + long, Role: "viewer"}, Path: "/me"}
	days := []console.ProfileDay{
		{Name: "monday", Title: "Monday", Slots: []console.ProfileSlot{{Number: 1, From: "09:00", To: "12:00"}, {Number: 2, From: "13:00", To: "17:00"}, {Number: 3}}},
		{Name: "tuesday", Title: "Tuesday", Slots: []console.ProfileSlot{{Number: 1}, {Number: 2}}},
	}
	history := []console.ProfileConsent{{When: "2 January 2026, 15:04 UTC", Number: "+49 30 901820", Given: true, How: "on this page", Wording: console.SMSConsentRecord}, {When: "1 January 2026, 15:04 UTC", Number: "+49 30 901820"}}
	return map[string]console.Page{
		"profile": console.Profile{
			Own: own, Email: long + "@acme.example", Role: "viewer", RoleMeans: "Reads.", Saved: "Your name is saved.",
			Names:    console.ProfileNames{First: "Ann", Last: long, Display: "Ann"},
			Contact:  console.ProfileContact{Phone: "+49 30 901820", SMS: true, Since: "2 January 2026", Language: "de", Wording: console.SMSConsentWording, History: history},
			Schedule: console.ProfileSchedule{Zone: "Europe/Berlin", Zones: []string{"UTC", "Europe/Berlin"}, Days: days, QuietFrom: "22:00", QuietTo: "07:00"},
		},
		"profile-locked": console.Profile{Own: own, Names: console.ProfileNames{Display: "Ann", Lock: "Okta of " + long}, Contact: console.ProfileContact{Wording: console.SMSConsentWording}, Schedule: console.ProfileSchedule{Days: days}},
		"profile-problem": console.Profile{
			Own: own, Names: console.ProfileNames{Problem: "Enter a name."},
			Contact:  console.ProfileContact{Phone: "call me", Field: "phone", Problem: "This is no phone number.", Wording: console.SMSConsentWording},
			Schedule: console.ProfileSchedule{Zone: "Mars", Days: days, Problem: "There is no such time zone."},
		},
		"changeemail":        console.ChangeEmail{Own: own, Email: long + "@acme.example", New: "x", Problem: "An address has the form name@domain."},
		"changeemail-locked": console.ChangeEmail{Own: own, Email: "ann@acme.example", Locked: "The member is managed by Okta."},
		"changeemail-codes":  console.ChangeEmail{Own: own, Email: long + "@acme.example", New: long + "@new.example", Change: "c", Minutes: 30, Problem: "The code is not right.", Field: "old"},
		"emailchanged":       console.EmailChanged{Email: long + "@acme.example", Tenant: "Acme " + long},
		"sessions": console.OwnSessions{Own: own, Saved: "One session has ended.", Others: true, Sessions: []console.OwnSession{
			{ID: "ses_1", Browser: "Firefox on Linux", From: "192.0.2.1", Since: "2 January 2026, 15:04 UTC", Seen: "2 January 2026, 15:04 UTC", How: "password", Current: true},
			{ID: "ses_2", Browser: long, From: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", Since: "2 January 2026", Seen: "2 January 2026"},
		}},
	}
}
