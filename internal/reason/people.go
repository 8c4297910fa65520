package reason

import "rollcall/internal/roster"

// ofPeople are the words for the rules about people.
func ofPeople() map[roster.Code]Sentence {
	return map[roster.Code]Sentence{
		roster.CodeUserNotProvisioned:     {Cant, "Your company's sign-in knows you, but you are not a member here yet.", "Ask your IT department to assign the application to you, or to create you in the directory first.", false},
		roster.CodeDeactivatedByDirectory: {Cant, "Your company's directory has turned your access off.", "If that is a mistake, ask your IT department to turn it on in the directory. It takes effect here by itself.", false},
		roster.CodeDeactivatedByAdmin:     {Cant, "An admin has turned your access off.", AskAll, false},
		roster.CodeDeactivatedByOperator:  {Cant, "The operator of this service has turned your access off.", "Ask the operator of this service.", false},
		roster.CodeRemoved:                {Cant, "You were removed from the team.", AskAll, false},
		roster.CodeAwaitingProof:          {Cant, "Your company has not shown yet that your e-mail address is one of its own.", AskIT, false},
		roster.CodeNeedsConfirmation:      {Cant, "An admin must confirm first that you are who the directory says.", AskAll, false},
		roster.CodeDomainNotOwned:         {Cant, "Your address belongs to a domain that is not one of this company's.", "Sign in with your work address of this company, or ask to be invited.", true},
		roster.CodeDomainNotProven:        {Cant, "The company has not proven yet that the domain of your address is its own.", AskIT, false},
		roster.CodeAutoJoinOff:            {Cant, "You are not a member here, and joining by address is turned off.", AskAll, false},
		roster.CodeApprovalPending:        {"Your request is waiting", "An admin has been asked to let you in.", "Try again once they have answered. You can ask them to look at the join requests.", false},
		roster.CodeJoinDeclined:           {Cant, "An admin has declined your request to join.", AskAll, false},
		roster.CodeTenantSuspended:        {Cant, "This company's account is suspended, so that nobody can sign in at present.", "Ask the person who manages the application in your company; they can put that right with the operator.", false},
		roster.CodeEmailExists:            {Cant, "Your address is in use in another team.", AskAll, false},
		roster.CodeSubjectChanged:         {Cant, "Your company's sign-in calls you by another key than before, so that you might be somebody else with the same address.", "Ask your IT department; an admin can unlink the old sign-in.", false},
		roster.CodeAddressMoved:           {Cant, "Your address belonged to somebody else until lately.", AskIT, false},
		roster.CodeEmailMissing:           {Cant, "Your company's sign-in did not send exactly one e-mail address for you.", AskIT, false},
		roster.CodeEmailNotVerified:       {Cant, "Your company's sign-in does not vouch for your e-mail address.", AskIT, false},
		roster.CodeSubjectInvalid:         {Cant, "Your company's sign-in sent no lasting key for you.", AskIT, false},
		roster.CodeEmailInvalid:           {Cant, "The e-mail address that your company's sign-in sent for you is none that can be used.", AskIT, false},
		roster.CodeExternalIDConflict:     {Cant, "Your company's directory calls two people by the same key.", AskIT, false},
		roster.CodeConnectionDisabled:     {Cant, "This sign-in is turned off.", AskIT, false},
		roster.CodeAppRequest:             {"The application asked for something that can't be done", "The application that sent you here asked for something that can't be answered.", "Go back to the application and start again. If that does not help, tell its makers the code below.", false},
		roster.CodeAppDisabled:            {Cant, "The application is turned off.", "Ask the operator of the application.", false},
		roster.CodeSSORequired:            {Cant, "Your company asks everybody to sign in through its own sign-in page.", "Go to the sign-in page, type your work address, and go on from there.", true},
		roster.CodeFactorUsed:             {Cant, "That code was used before.", "Wait for the next one, and type that.", true},
		roster.CodeMailNotSetUp:           {"No mail can be sent", "This service is not set up to send mails.", "Ask the operator of this service.", false},
	}
}
