package console_test

import "rollcall/console"

// local are the pages of people who sign in without an identity provider.
func local() map[string]console.Page {
	ways := []console.Way{{Tenant: "Beta " + long, Connection: long, URL: "/b"}}
	teams := []console.Team{{ID: "ten_1", Name: "Acme"}, {ID: "ten_2", Name: "Join " + long}}
	return map[string]console.Page{
		"signin":         console.SignIn{Email: "ann@acme.example", Return: "/"},
		"signin-problem": console.SignIn{Email: long + "@acme.example", Return: "/", Problem: "The address or the password is not right.", Ways: ways, NoMail: true},
		"chooseteam":     console.ChooseTeam{Action: "/login/choose", Teams: teams},
		"entercode":      console.EnterCode{Email: long + "@acme.example", Minutes: 10},
		"entercode-bad":  console.EnterCode{Email: "ann@acme.example", Minutes: 10, Problem: "This is not the code."},
		"joinbymail":     console.JoinByMail{Email: long + "@acme.example", Tenant: "Acme " + long, FirstName: "Ann", Problem: "Too short."},
		"forgot":         console.Forgot{Email: "ann@acme.example", Problem: "The address is none."},
		"forgot-sent":    console.Forgot{Email: long + "@acme.example", Sent: true, Minutes: 30},
		"reset":          console.ResetPassword{Email: long + "@acme.example", Tenant: "Acme " + long, Problem: "Too short."},
	}
}
