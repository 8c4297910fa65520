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
	CodeRoleUnavailable        Code = "role_unavailable" // the tenant's plan lacks the role
	CodeDuplicateAddress       Code = "duplicate_address"
	CodeSameName               Code = "same_name"
	CodeKeptApart              Code = "kept_apart"
	CodeDecided                Code = "decided"
	CodeCodeReused             Code = "code_reused"
	CodeTokenReused            Code = "token_reused"
	CodeAppRequest             Code = "app_request"  // what an app asks for can't be answered
	CodeAppDisabled            Code = "app_disabled" // the operator turned the app off
	CodePullUnderWay           Code = "pull_under_way"
	// The codes of runs that could not read the provider.
	CodePullKey         Code = "pull_key_refused"     // the service account's key is not good any more
	CodePullDelegation  Code = "pull_not_delegated"   // the account did not delegate the scopes to the service account
	CodePullSubject     Code = "pull_subject_refused" // the admin in whose name it reads is none
	CodePullRights      Code = "pull_not_permitted"   // that admin may not read users or groups
	CodePullAPIOff      Code = "pull_api_disabled"    // the Admin SDK API is not switched on in the project
	CodePullClock       Code = "pull_clock"           // our clock is wrong
	CodePullQuota       Code = "pull_quota"           // too many calls for today, or for too long
	CodePullSettings    Code = "pull_settings"        // customer or organisational unit is not known there
	CodePullUnreachable Code = "pull_unreachable"     // no answer, or one that is no answer
	CodePullRecord      Code = "pull_record"          // one record can't be used; the run went on
	CodePullEmpty       Code = "pull_empty"           // it answered that there is nobody
)
