package advice

// inviteEntry explains refusals of invites, and of people who sign in without an identity provider.
func inviteEntry(key string) (entry, bool) {
	e, ok := map[string]entry{
		"already_invited":               {"An invite of this address is open.", "Resend that one, which makes a new link, or revoke it first.", here},
		"already_member":                {"The person is a member of the team already.", "Change the member instead.", here},
		"managed_by_directory_inactive": {"The directory turned the person off, which an invite can't lift.", "Turn the person on in the directory.", assignment},
		"guests_blocked":                {"The company that owns the domain of the address does not want its people invited elsewhere.", "Ask that company's IT department, or invite another address.", here},
		"invite_limit":                  {"More invites were made than are allowed in a day, or one was sent too often.", "Wait until tomorrow, or revoke the invite and make another one.", here},
		"invite_expired":                {"The invite's time was over.", "Resend it, which makes a new link.", here},
		"invite_used":                   {"The invite was accepted before.", "The person signs in instead.", here},
		"invite_revoked":                {"The invite was revoked.", "Invite the person anew, if that was a mistake.", here},
		"invite_superseded":             {"The person came in by another door, so that the invite is over.", "The person signs in as everybody does.", here},
		"invite_replaced":               {"A newer link was sent.", "The person uses the latest mail.", here},
		"invite_email_mismatch":         {"Somebody else than the invited person signed in.", "The invited person accepts, with the invited address.", here},
		"inviter_gone":                  {"Whoever invited may not invite people any more.", "Another admin invites the person.", here},
		"managed_by_connection":         {"The provider that the person signs in through says what the address is.", "Change the address there; the next sign-in brings it.", here},
		"mail_not_set_up":               {"The gateway sends no mails.", "Its operator sets ROLLCALL_SMTP_URL and ROLLCALL_MAIL_FROM; until then links are handed on by hand.", here},
		"sso_required":                  {"The tenant enforces sign-in through its identity provider.", "The person signs in there; a break-glass exception in Rollcall lets an admin in another way.", here},
		"link_over":                     {"A mailed link was used before, or is too old.", "The person asks for another one.", here},
		"wrong_password":                {"The password is not right.", "The person has a new one mailed.", here},
		"second_factor_required":        {"A second factor has to be shown, too.", "The person shows it, or an admin resets the person's factors.", here},
		"factor_used":                   {"A code came that was used before.", "The person waits for the next one.", here},
	}[key]
	return e, ok
}
