package reason

import "rollcall/internal/roster"

// ofDoors are the words for what goes wrong at a door, whoever stands there.
func ofDoors() map[roster.Code]Sentence {
	return map[roster.Code]Sentence{
		CodeForeignPage:     {"That did not come from here", "Another site's page sent this, so nothing was done.", "Start from the sign-in page.", true},
		CodeNoFlow:          {"This sign-in is over", "It was finished before, took too long, or began in another browser.", "Go back to the application and start again.", true},
		CodeTooMany:         {"One moment", "Too many sign-ins were begun from your network.", "Wait a minute and try again.", true},
		"unavailable":       {"Nobody can sign in at the moment", "Something that sign-ins need is out of reach. Those who are signed in are not affected.", "Try again in a few seconds.", false},
		"not_found":         {"There is nothing here", "This address leads nowhere.", "Start from the sign-in page.", true},
		"bad_request":       {"That can't be read", "The request is not one that can be answered.", "Go back and start again.", false},
		"internal":          {"Something went wrong here", "It is not your fault, and it has been written down.", "Try again. If it goes on, tell the operator the request below.", false},
		roster.CodeLinkOver: {"This link is over", "It was used before, or it is too old.", "Start again from the sign-in page.", true},
	}
}
