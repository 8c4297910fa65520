package roster

// Code is a stable reason code: it appears in audit events, in answers and in
// the documentation (docs/reasons.md), and never changes its meaning.
type Code string

// The reason codes of the roster.
const (
	CodeDeactivatedByDirectory Code = "deactivated_by_directory"
	CodeDeactivatedByAdmin     Code = "deactivated_by_admin"
	CodeDeactivatedByOperator  Code = "deactivated_by_operator"
	CodeRemoved                Code = "removed"
	CodeAwaitingProof          Code = "awaiting_proof"
	CodeNeedsConfirmation      Code = "needs_confirmation"
	CodeDomainNotProven        Code = "domain_not_proven"
	CodeDomainNotOwned         Code = "domain_not_owned"
	CodeTenantSuspended        Code = "tenant_suspended"
	CodeEmailExists            Code = "email_exists"
	CodeLastAdmin              Code = "last_admin"
	CodeManagedByDirectory     Code = "managed_by_directory"
	CodeExternalIDConflict     Code = "external_id_conflict"
	CodeDomainHeld             Code = "domain_held"
	CodeTaken                  Code = "taken"         // a name, key or address that another one has
	CodeEmailInvalid           Code = "email_invalid" // an address that is none
	CodePublicDomain           Code = "public_domain"
	CodeChallengeExpired       Code = "challenge_expired"
	CodeSchemaHasValues        Code = "schema_has_values"
	CodeNotUnique              Code = "not_unique"
	CodeMassChange             Code = "mass_change"
	CodeCredentialInUse        Code = "credential_in_use"
	CodeDirectoryPaused        Code = "directory_paused"
	CodeDuplicateAddress       Code = "duplicate_address"
	CodeSameName               Code = "same_name"
	CodeKeptApart              Code = "kept_apart"
	CodeDecided                Code = "decided"
	CodeCodeReused             Code = "code_reused"
	CodeTokenReused            Code = "token_reused"
	CodeAppRequest             Code = "app_request"  // what an app asks for can't be answered
	CodeAppDisabled            Code = "app_disabled" // the operator turned the app off
)
