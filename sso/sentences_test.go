package sso

import (
	"slices"
	"testing"

	"rollcall/internal/roster"
	"rollcall/sso/oidc"
	"rollcall/sso/saml"
)

// atTheDoor are the codes of the roster that a sign-in can be refused with.
func atTheDoor() []roster.Code {
	return []roster.Code{
		roster.CodeUserNotProvisioned, roster.CodeDeactivatedByDirectory, roster.CodeDeactivatedByAdmin, roster.CodeDeactivatedByOperator,
		roster.CodeRemoved, roster.CodeAwaitingProof, roster.CodeNeedsConfirmation, roster.CodeDomainNotOwned, roster.CodeDomainNotProven,
		roster.CodeAutoJoinOff, roster.CodeApprovalPending, roster.CodeJoinDeclined, roster.CodeTenantSuspended, roster.CodeEmailExists,
		roster.CodeSubjectChanged, roster.CodeAddressMoved, roster.CodeEmailMissing, roster.CodeEmailNotVerified, roster.CodeEmailInvalid,
		roster.CodeSubjectInvalid, roster.CodeExternalIDConflict, roster.CodeConnectionDisabled, roster.CodeAppRequest, roster.CodeAppDisabled,
		"unavailable", "not_found", "bad_request", "internal",
	}
}

// TestEveryCodeHasItsSentence walks all codes. Those that say no more than that an answer was malformed or forged share
// one sentence: nobody can do anything about them but ask.
func TestEveryCodeHasItsSentence(t *testing.T) {
	t.Parallel()
	shared := []roster.Code{
		saml.CodeMalformed, saml.CodeNotBearer, oidc.CodeMalformed, oidc.CodeHeader, oidc.CodeTokenHash, oidc.CodeUserinfo, oidc.CodeLogoutToken,
	}
	fallback := sentences("no such code")
	for _, code := range slices.Concat(Codes(), saml.Codes(), oidc.Codes(), atTheDoor()) {
		s := sentences(code)
		if s.Heading == "" || s.Sentence == "" || s.Do == "" {
			t.Errorf("%s: %+v lacks something", code, s)
		}
		if got := s == fallback; got != slices.Contains(shared, code) {
			t.Errorf("%s: the sentence for all that is malformed: %v", code, got)
		}
	}
	for code := range ofDoor() {
		if !slices.Contains(atTheDoor(), code) && !slices.Contains(Codes(), code) {
			t.Errorf("nobody is refused with %s", code)
		}
	}
}
