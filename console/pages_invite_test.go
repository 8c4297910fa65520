package console_test

import "rollcall/console"

// invitePages are those of who accepts an invite.
func invitePages() map[string]console.Page {
	problems := map[string]string{"first": "Enter your first name.", "last": long, "password": "The password is too short.", "phone": "There is no such number.", "sms": long, "form": long}
	token := []console.Field{{Name: "token", Value: long}}
	return map[string]console.Page{
		"invite-accept": console.AcceptInvite{Tenant: "Acme", Inviter: "Ana", Email: "bob@acme.example", Token: long, First: "Bob", Consent: console.SMSConsentWording, Passkey: &console.PasskeyForm{Action: "/invite/accept", Options: "{}", ID: "c"}},
		"invite-wrong": console.AcceptInvite{
			Tenant: long, Inviter: long, Message: "Hello\n" + long, Email: long + "@acme.example", Role: long, Token: long, Return: "/console/", First: long, Last: long,
			Phone: long, SMS: true, Consent: console.SMSConsentWording, Problems: problems,
		},
		"invite-sso": console.AcceptInvite{Tenant: "Acme", Email: "bob@acme.example", Token: long, SSO: "Okta " + long},
		"invite-expired": console.InviteState{
			Heading: "Invite expired", Sentence: long, Do: "Ask Ana.", Contact: long, Code: "invite_expired", Help: "expired", Copy: long,
			Steps: []console.Step{{Label: "Ask for a new link", URL: "/invite/ask", Post: true, Fields: token}, {Label: "Stay " + long, URL: "/", Second: true}, {Label: "Go", URL: "/"}},
		},
		"invite-good":    console.InviteState{Heading: "You are a member already", Good: true, Sentence: long, Code: "already_member"},
		"invite-unknown": console.InviteUnknown{},
		"invite-help":    console.InviteHelp{Billing: "https://app.example/billing"},
	}
}
