package roster

// The reason codes of sign-ins.
const (
	CodeUserNotProvisioned Code = "user_not_provisioned"
	CodeAutoJoinOff        Code = "auto_join_off" // why user_not_provisioned
	CodeApprovalPending    Code = "approval_pending"
	CodeJoinDeclined       Code = "join_declined"
	CodeSubjectChanged     Code = "subject_changed"    // the address's member signs in as another subject
	CodeAddressMoved       Code = "address_moved"      // the address was another member's until lately
	CodeEmailMissing       Code = "email_missing"      // the identity provider sent no address, or several
	CodeEmailNotVerified   Code = "email_not_verified" // the identity provider does not vouch for the address
	CodeSubjectInvalid     Code = "subject_invalid"    // the identity provider sent no key for the person that can be used
	CodeConnectionDisabled Code = "connection_disabled"
)
