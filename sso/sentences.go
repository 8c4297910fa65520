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
<<<<<<< HEAD
		CodeNoConnection: {"There is no such sign-in", "The address of this sign-in is not known.", "Check the link, or start from the sign-in page.", true},
		CodeReplayed:     {cant, "Your company's sign-in answered with something that was used before.", "Go back to the application and start again.", false},
		CodeTestTicket:   {"This test is over", "The link of the test sign-in is not good any more.", "Make a new one.", false},
=======
		roster.CodeUserNotProvisioned:     {cant, "Your company's sign-in knows you, but you are not a member here yet.", "Ask your IT department to assign the application to you, or to create you in the directory first.", false},
		roster.CodeDeactivatedByDirectory: {cant, "Your company's directory has turned your access off.", "If that is a mistake, ask your IT department to turn it on in the directory. It takes effect here by itself.", false},
		roster.CodeDeactivatedByAdmin:     {cant, "An admin has turned your access off.", askAll, false},
		roster.CodeDeactivatedByOperator:  {cant, "The operator of this service has turned your access off.", "Ask the operator of this service.", false},
		roster.CodeRemoved:                {cant, "You were removed from the team.", askAll, false},
		roster.CodeAwaitingProof:          {cant, "Your company has not shown yet that your e-mail address is one of its own.", askIT, false},
		roster.CodeNeedsConfirmation:      {cant, "An admin must confirm first that you are who the directory says.", askAll, false},
		roster.CodeDomainNotOwned:         {cant, "Your address belongs to a domain that is not one of this company's.", "Sign in with your work address of this company, or ask to be invited.", true},
		roster.CodeDomainNotProven:        {cant, "The company has not proven yet that the domain of your address is its own.", askIT, false},
		roster.CodeAutoJoinOff:            {cant, "You are not a member here, and joining by address is turned off.", askAll, false},
		roster.CodeApprovalPending:        {"Your request is waiting", "An admin has been asked to let you in.", "Try again once they have answered. You can ask them to look at the join requests.", false},
		roster.CodeJoinDeclined:           {cant, "An admin has declined your request to join.", askAll, false},
		roster.CodeTenantSuspended:        {cant, "This company's account is suspended, so that nobody can sign in at present.", "Ask the person who manages the application in your company; they can put that right with the operator.", false},
		roster.CodeEmailExists:            {cant, "Your address is in use in another team.", askAll, false},
		roster.CodeSubjectChanged:         {cant, "Your company's sign-in calls you by another key than before, so that you might be somebody else with the same address.", "Ask your IT department; an admin can unlink the old sign-in.", false},
		roster.CodeAddressMoved:           {cant, "Your address belonged to somebody else until lately.", askIT, false},
		roster.CodeEmailMissing:           {cant, "Your company's sign-in did not send exactly one e-mail address for you.", askIT, false},
		roster.CodeEmailNotVerified:       {cant, "Your company's sign-in does not vouch for your e-mail address.", askIT, false},
		roster.CodeSubjectInvalid:         {cant, "Your company's sign-in sent no lasting key for you.", askIT, false},
		roster.CodeEmailInvalid:           {cant, "The e-mail address that your company's sign-in sent for you is none that can be used.", askIT, false},
		roster.CodeExternalIDConflict:     {cant, "Your company's directory calls two people by the same key.", askIT, false},
		roster.CodeConnectionDisabled:     {cant, "This sign-in is turned off.", askIT, false},
		roster.CodeAppRequest:             {"The application asked for something that can't be done", "The application that sent you here asked for something that can't be answered.", "Go back to the application and start again. If that does not help, tell its makers the code below.", false},
		roster.CodeAppDisabled:            {cant, "The application is turned off.", "Ask the operator of the application.", false},
		roster.CodeSSORequired:            {cant, "Your company asks its people to sign in through its own sign-in page.", "Go to the sign-in page, type your work address, and you are led there.", true},
		roster.CodeMailNotSetUp:           {"No mail can be sent", "This service can't send mails at present.", "Ask the operator of this service.", false},
		roster.CodeTokenUsed:              {"This link is over", "The link was used before, or is too old.", "Ask for another one.", true},
		roster.CodeFactorUsed:             {cant, "That code was used before.", "Wait for the next one, and type that.", true},
		CodeForeignPage:                   {"That did not come from here", "Another site's page sent this, so nothing was done.", "Start from the sign-in page.", true},
		CodeNoConnection:                  {"There is no such sign-in", "The address of this sign-in is not known.", "Check the link, or start from the sign-in page.", true},
		CodeNoFlow:                        {"This sign-in is over", "It was finished before, took too long, or began in another browser.", "Go back to the application and start again.", true},
		CodeReplayed:                      {cant, "Your company's sign-in answered with something that was used before.", "Go back to the application and start again.", false},
		CodeTooMany:                       {"One moment", "Too many sign-ins were begun from your network.", "Wait a minute and try again.", true},
		CodeTestTicket:                    {"This test is over", "The link of the test sign-in is not good any more.", "Make a new one.", false},
		"unavailable":                     {"Nobody can sign in at the moment", "Something that sign-ins need is out of reach. Those who are signed in are not affected.", "Try again in a few seconds.", false},
		"not_found":                       {"There is nothing here", "This address leads nowhere.", "Start from the sign-in page.", true},
		"bad_request":                     {"That can't be read", "The request is not one that can be answered.", "Go back and start again.", false},
		"internal":                        {"Something went wrong here", "It is not your fault, and it has been written down.", "Try again. If it goes on, tell the operator the request below.", false},
>>>>>>> 9f9edda (account: sign in by password or a mailed code, and join by the domain without an identity provider)
	}
}
