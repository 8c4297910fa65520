package sso

import (
	"rollcall/internal/reason"
	"rollcall/internal/roster"
)

// sentence is what a person is told, see reason.Sentence.
type sentence struct {
	Heading, Sentence, Do string
	Again                 bool
}

const cant = reason.Cant

// sentences finds the words for a code: those for the rules are in package reason, those for the door are here, those
// for what a provider answers in ofProvider. What is left says that the answer was no good, and whom to give the code.
func sentences(code roster.Code) sentence {
	if s, ok := reason.Known(code); ok {
		return sentence(s)
	}
	if s, ok := ofDoor()[code]; ok {
		return s
	}
	if s, ok := ofProvider()[code]; ok {
		return s
	}
	return sentence{Heading: cant, Sentence: "The answer of your company's sign-in did not pass our checks.", Do: reason.AskIT}
}

func ofDoor() map[roster.Code]sentence {
	return map[roster.Code]sentence{
		CodeNoConnection: {"There is no such sign-in", "The address of this sign-in is not known.", "Check the link, or start from the sign-in page.", true},
		CodeReplayed:     {cant, "Your company's sign-in answered with something that was used before.", "Go back to the application and start again.", false},
		CodeTestTicket:   {"This test is over", "The link of the test sign-in is not good any more.", "Make a new one.", false},
	}
}
