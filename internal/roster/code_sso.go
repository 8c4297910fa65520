package roster

// The reason codes of connections and of the policy of sign-ins.
const (
	CodeNoCertificate      Code = "no_certificate"
	CodeCertificateExpired Code = "certificate_expired"
	CodeAdminByMapping     Code = "admin_by_mapping"
	CodeSSOEnforced        Code = "sso_enforced"
	CodeSSONotTested       Code = "sso_not_tested"
	CodeNoBreakGlass       Code = "no_break_glass"
	CodeBreakGlassFull     Code = "break_glass_full"
	CodeBreakGlassNoAdmin  Code = "break_glass_not_admin"
	CodeMetadataByHand     Code = "metadata_by_hand"
	CodeOtherProvider      Code = "other_provider"
	CodeMetadataPending    Code = "metadata_pending" // of events
)
