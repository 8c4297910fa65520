package advice

// signInEntry explains refusals of people who sign in. What the identity provider sent is corrected there; what the
// tenant decided, here.
func signInEntry(key string) (entry, bool) {
	e, ok := map[string]entry{
		"user_not_provisioned": {"The person signed in, but nobody has made a member for them.", "Assign the application to the person in the directory, invite the person, or turn auto-join on for the domain.", assignment},
		"auto_join_off":        {"The person is no member, and nobody of the domain joins by signing in.", "Turn auto-join on for the domain, or add the person.", here},
		"approval_pending":     {"The person's first sign-in waits for an admin.", "Approve or decline the join request in Rollcall.", here},
		"join_declined":        {"An admin declined the person's request to join less than 14 days ago.", "Add the person in Rollcall, or wait.", here},
		"subject_changed":      {"The member with this address signs in under another key at the identity provider: the person was made anew there, or the address went to somebody else.", "Find out which. If it is the same person, unlink the old key in Rollcall.", here},
		"address_moved":        {"The address was another member's until lately.", "If this is a newcomer, add the person in Rollcall; if it is that member, have the provider send the new address.", here},
		"email_missing":        {"The identity provider sent no e-mail address, or several that differ.", "Map exactly one attribute or claim to the address.", mapping},
		"email_not_verified":   {"The identity provider does not vouch for the address.", "Have it send email_verified as true in the ID token; with Entra the optional claim xms_edov, allowed in Rollcall.", mapping},
		"subject_invalid":      {"The identity provider sent no lasting key for the person.", "Choose a NameID format that lasts, such as persistent, or a proper sub claim.", mapping},
		"connection_disabled":  {"Nobody signs in through this connection now.", "Activate the connection in Rollcall, or use another one.", here},
		"link_over":            {"A link to set a password was used before, is older than 30 minutes, or the password or the address was changed since.", "The person asks for another one at the sign-in page.", here},
		"code_reused":          {"An application redeemed a code a second time; all that it got by it has ended.", "The application's developers: a code is used once. If nothing is wrong there, somebody has stolen the code.", here},
		"token_reused":         {"An application used a refresh token that had been replaced; all that it got has ended.", "The application's developers: keep the newest token only. If nothing is wrong there, somebody has stolen the token.", here},
	}[key]
	if !ok {
		e, ok = inviteEntry(key)
	}
	return e, ok
}
