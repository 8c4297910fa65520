package jit

import (
	"slices"

	"rollcall/internal/roster"
)

// Works says that the connection did its part: the person gets in, or is kept out by what the tenant has decided about
// people, which says nothing against the connection. It is what a test sign-in must show.
func (d Decision) Works() bool {
	aboutThePerson := []roster.Code{
		roster.CodeUserNotProvisioned, roster.CodeAutoJoinOff, roster.CodeApprovalPending, roster.CodeJoinDeclined, roster.CodeNeedsConfirmation,
		roster.CodeDeactivatedByDirectory, roster.CodeDeactivatedByAdmin, roster.CodeDeactivatedByOperator, roster.CodeRemoved,
	}
	return d.Outcome != roster.SignInRefuse || slices.Contains(aboutThePerson, d.Code)
}
