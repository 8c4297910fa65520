package advice

// entry is what happened, what to change, and what that is a matter of.
type entry struct {
	what, change string
	topic        topic
}

// entryOf finds the entry of a reason code, a scimType or a status. New ones are added here and to
// docs/reasons.md.
func entryOf(key string) (entry, bool) {
	if e, ok := codeEntry(key); ok {
		return e, true
	}
	if e, ok := pullEntry(key); ok {
		return e, true
	}
	if e, ok := signInEntry(key); ok {
		return e, true
	}
	return protocolEntry(key)
}

func codeEntry(key string) (entry, bool) {
	e, ok := map[string]entry{
		"deactivated_by_directory": {"The person has no access because this directory turned it off.", "Turn the person on, or assign the application to it again.", assignment},
		"deactivated_by_admin":     {"An admin of the application turned the person off; the directory can't turn it on.", "Ask an admin of the application to activate the member.", here},
		"deactivated_by_operator":  {"The operator of the application turned the person off.", "Ask the operator of the application.", here},
		"removed":                  {"The person was deleted.", "Assign the person again: the same member comes back with its history.", assignment},
		"awaiting_proof":           {"The person waits: nobody has shown that its e-mail domain belongs to this customer.", "Prove the domain in Rollcall; nothing has to be sent again.", here},
		"needs_confirmation":       {"The person was there before the directory, and an admin must confirm that the directory takes it over.", "Confirm or reject the member in Rollcall; nothing has to be sent again.", here},
		"external_id_conflict":     {"The name or address belonged to somebody with another external id, so that this may be another person.", "Decide in Rollcall whether it is the same person, or correct the attribute that is mapped to externalId.", mapping},
		"domain_not_proven":        {"The new e-mail address has a domain that this customer has not proven.", "Send an address of a proven domain, or prove the new domain in Rollcall first.", mapping},
		"domain_not_owned":         {"The e-mail address has a domain that does not belong to this customer.", "Send an address of one of the customer's domains.", mapping},
		"domain_held":              {"The domain of the address belongs to another customer, or did so until recently.", "Ask the operator of the application who holds the domain.", here},
		"public_domain":            {"The domain is one at which anybody can have an address, such as gmail.com.", "Send addresses of the company's own domain.", mapping},
		"challenge_expired":        {"The DNS record that was to prove the domain has a value that is too old.", "Make a new value in Rollcall and replace the record.", here},
		"email_exists":             {"The address is in use by another customer of the application, which allows only one.", "Send another address for this person.", mapping},
		"email_invalid":            {"The e-mail address is none that mail could reach.", "Correct the address of the person, or the attribute that is mapped to emails.", mapping},
		"last_admin":               {"The change would leave the customer without an admin who can sign in.", "Make somebody else an admin first, then have the change sent again.", assignment},
		"managed_by_directory":     {"Another directory manages this person or group.", "Take the person out of the scope of one of the two directories.", assignment},
		"taken":                    {"Another user or group of this directory has the same name, address or external id.", "Find the one that has it, and correct or delete one of the two. Two accounts of one person: match by userName before creating.", mapping},
		"not_unique":               {"Another user or group of the customer has this value, and the attribute was defined as unique.", "Correct the value of one of the two at the provider, or the attribute that is mapped to it.", mapping},
		"schema_has_values":        {"Values that are stored would not fit the changed schema.", "Remove the values at the provider first, or define another attribute.", mapping},
		"tenant_suspended":         {"The operator suspended this customer.", "Ask the operator of the application.", here},
		"mass_change":              {"The directory turned off unusually many people at once.", "Look for a changed filter or scope. If it was a mistake, put that right first, then undo it in Rollcall.", assignment},
		"credential_in_use":        {"The credential is the only one that is used.", "Enter the new one first, see that it is used, then revoke the old one.", credentials},
		"duplicate_address":        {"Another member of the customer has the same proven address, so that the two may be one person.", "Decide in Rollcall whether they are the same; nothing has to be sent again.", here},
		"role_unavailable":         {"The customer's plan has no such role.", "Give another role. Whoever runs the application can bring the role into the plan.", mapping},
		"second_factor_needed":     {"The customer asks for a second factor, and it was the person's last one.", "Set another one up before removing it.", here},
		"not_a_member":             {"Nobody has brought the person into the customer's team.", "Invite them, or assign the application to them at the identity provider.", here},
		"invited":                  {"An invite waits for the person.", "They accept it, by the link in the mail.", here},
		"may_join":                 {"The person's domain lets them in, and they have not come yet.", "They sign in.", here},
		"same_name":                {"Somebody of the same name is there, who may be the same person.", "Decide in Rollcall whether they are the same; nothing has to be sent again.", here},
		"kept_apart":               {"An admin decided that the directory's record is another person than the member who has this address.", "Send another address for this person, or take the decision back in Rollcall.", mapping},
		"decided":                  {"An admin has decided on this already.", "Look at the member in Rollcall.", here},
		"code_reused":              {"An application redeemed a sign-in's code twice, or somebody else did.", "Sign in again. The application's developers: redeem a code once.", here},
		"token_reused":             {"A refresh token came that had been replaced: it was copied, or the application lost the new one.", "Sign in again. The application's developers: keep the token of the last answer.", here},
		"app_request":              {"An application asked for something that can't be answered.", "The application's developers: see the detail.", here},
		"app_disabled":             {"The operator turned the application off.", "Ask the operator of the application.", here},
		"no_certificate":           {"The connection has no certificate of the identity provider.", "Give the connection metadata that holds the provider's signing certificate.", here},
		"certificate_expired":      {"All certificates of the identity provider have expired.", "Renew the signing certificate at the provider, then give the connection its new metadata.", here},
		"admin_by_mapping":         {"A rule of a sign-in connection would give the admin role.", "Give the admin role by hand, or map a directory's group to it.", here},
		"sso_enforced":             {"The tenant's people must sign in through this connection, the last active one.", "Switch the enforcement off first, or activate another connection.", here},
		"sso_not_tested":           {"No test sign-in has passed lately.", "Sign in once in test mode through an active connection.", here},
		"no_break_glass":           {"Nobody could get in when the identity provider does not work.", "Name an active admin as break-glass.", here},
		"break_glass_full":         {"Five members stand outside SSO already.", "Take one of them away first.", here},
		"break_glass_not_admin":    {"The member is no active admin.", "Name an active admin.", here},
		"metadata_pending":         {"The identity provider's metadata has changed.", "Compare what has changed with the provider, then accept it.", here},
		"metadata_by_hand":         {"The changed metadata looks like another provider's.", "Confirm it with the provider, then give the metadata by hand.", here},
		"other_provider":           {"The metadata is another identity provider's.", "Make a new connection for it.", here},
		"directory_paused":         {"The directory is paused in Rollcall.", "Resume it in Rollcall; the provider then sends what it missed.", here},
	}[key]
	return e, ok
}

func protocolEntry(key string) (entry, bool) {
	e, ok := map[string]entry{
		"invalidFilter": {"The look-up could not be understood: an attribute that is not known, or a filter that is none.", "Match users by userName or externalId, and groups by displayName.", mapping},
		"invalidPath":   {"A change names an attribute that is not known.", "Remove the mapping of the attribute that the detail names, or correct its target.", mapping},
		"invalidSyntax": {"The request is not one of SCIM.", "Compare the SCIM version (2.0) and the template of the request, if the product lets you edit it.", mapping},
		"invalidValue":  {"A value can't be used: it has another type than the attribute, or is missing.", "Correct the value at the person, or the expression of the mapping that the detail names.", mapping},
		"uniqueness":    {"Another user or group of this directory has the same name, address or external id.", "Find the one that has it, and correct or delete one of the two.", mapping},
		"mutability":    {"The attribute can't be changed by the directory.", "Remove the mapping of the attribute that the detail names, or let it apply at creation only.", mapping},
		"noTarget":      {"A change names a value that is not there.", "Have the provider push the whole person once; then single changes fit again.", retry},
		"tooMany":       {"The answer would have been larger than is allowed.", "Ask for smaller pages, or for fewer attributes.", mapping},
		"invalidCursor": {"The place in a list that the client wants to go on from was not made here.", "Start the synchronisation again from the beginning.", retry},
		"expiredCursor": {"The client went on with a list too late.", "Start the synchronisation again from the beginning.", retry},
		"invalidCount":  {"The client asked for a page of an impossible size.", "Set the page size to a number of 1 to 1,000.", mapping},
		"sensitive":     {"A look-up by a value that must not stand in an address.", "Match users by userName or externalId.", mapping},

		"400": {"The request could not be used.", "Correct what the detail names.", mapping},
		"401": {"The token is missing, unknown, expired or revoked, or the directory was removed.", "Make a new token in Rollcall and enter it at the provider, without blanks around it.", credentials},
		"403": {"The directory may not do this.", "The detail says which rule forbids it and who can change that.", here},
		"404": {"There is no such user, group or endpoint in this directory. It was deleted, or the base URL is that of another directory.", "Compare the base URL. If the resource was deleted, have the provider create it again.", credentials},
		"405": {"The endpoint does not know this method.", "Compare the base URL: it ends behind the directory's id.", credentials},
		"406": {"The client takes no JSON.", "Let the client accept application/scim+json.", mapping},
		"408": {"The request took too long to arrive.", "Nothing is wrong with it; the provider tries again.", retry},
		"409": {"The change contradicts something that is there.", "The detail names it. Correct one of the two.", mapping},
		"412": {"The resource had changed since the client read it.", "Nothing: the client reads it again and repeats the change.", retry},
		"413": {"The request is larger than is allowed.", "Send fewer members or operations at once; the detail names the limit.", groups},
		"414": {"The look-up is longer than is allowed.", "Match by one attribute only.", mapping},
		"415": {"The body is not JSON, or is compressed.", "Send application/scim+json without Content-Encoding.", mapping},
		"428": {"The change needs a version that it is based on.", "Let the client send If-Match.", mapping},
		"429": {"The directory sent more requests than it may.", "Nothing at first: the provider waits as long as Retry-After says. If it happens daily, ask the operator for a higher rate.", retry},
		"499": {"The client did not wait for the answer.", "Nothing, if it is rare; the provider tries again.", retry},
		"500": {"The service failed. The failure is on record.", "Nothing: the provider tries again. If it goes on, give the operator the request id.", retry},
		"501": {"This part of SCIM is not served.", "Switch the feature off at the provider; ServiceProviderConfig says what is served.", mapping},
		"503": {"The service could not answer in time.", "Nothing: the provider tries again.", retry},
	}[key]
	return e, ok
}
