package reason

import "rollcall/internal/roster"

// Sentence is what a person is told: what happened, and what they can do.
type Sentence struct {
	Heading, Sentence, Do string
	Again                 bool // the page has a link to the sign-in page
}

// The codes of doors for people themselves. They are documented in docs/reasons.md.
const (
	CodeForeignPage roster.Code = "foreign_page"      // another site's page sent the request
	CodeNoFlow      roster.Code = "sign_in_not_open"  // the sign-in is not under way, or not in this browser
	CodeTooMany     roster.Code = "too_many_sign_ins" // of a network
)

// Words that several sentences share.
const (
	Cant   = "You can't sign in"
	AskIT  = "Ask your IT department, and give them the code below."
	AskAll = "Ask the person who manages the application in your company."
)

// Of finds the words for a code. A code without words of its own gets those for what nobody but the operator can help with.
func Of(code roster.Code) Sentence {
	if s, ok := Known(code); ok {
		return s
	}
	s, _ := Known("internal")
	return s
}

// Known is Of for who has words of their own for the rest: false for a code that is not known here.
func Known(code roster.Code) (Sentence, bool) {
	for _, table := range []map[roster.Code]Sentence{ofPeople(), ofDoors()} {
		if s, ok := table[code]; ok {
			return s, true
		}
	}
	return Sentence{}, false
}
