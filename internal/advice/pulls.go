package advice

// pullEntry explains why a directory that is read, because its provider does not push, could not be read.
func pullEntry(key string) (entry, bool) {
	e, ok := map[string]entry{
		"pull_not_delegated":   {"Google Workspace has not delegated the read-only scopes to the service account.", "Delegate the three scopes to its client id, which `directory pull show` names: admin.google.com, Security, Access and data control, API controls, Domain-wide delegation.", credentials},
		"pull_subject_refused": {"The administrator in whose name the account is read is no active user of it.", "Name another one with `directory pull set --subject`.", credentials},
		"pull_not_permitted":   {"The administrator in whose name the account is read may not read users and groups.", "Give that user the privileges to read users and groups for all organisational units: admin.google.com, Account, Admin roles.", credentials},
		"pull_key_refused":     {"The key of the service account is not good, or can't be opened with this master key.", "Make another key in Google Cloud and set it with `directory pull set --service-account`.", credentials},
		"pull_api_disabled":    {"The Admin SDK API is off in the Google Cloud project of the service account.", "Switch it on: console.cloud.google.com, APIs and services, Library, Admin SDK API.", credentials},
		"pull_clock":           {"The clock of the gateway's machine is wrong.", "Set it by NTP.", here},
		"pull_quota":           {"Google answered that too many requests came.", "Nothing, if it passes: the next run goes on. Else read less often, or raise the quota of the Admin SDK API.", retry},
		"pull_settings":        {"Google does not know the customer id, the organisational unit or the group of the settings.", "Correct the settings with `directory pull set`.", credentials},
		"pull_unreachable":     {"Google did not answer, or not with what was asked for.", "Nothing, if it passes: the next run tries again. Else see whether the gateway may connect to admin.googleapis.com and oauth2.googleapis.com.", retry},
		"pull_empty":           {"Google answered that there is nobody, so nobody was removed.", "Compare the customer id and the organisational unit of the settings, and the administrator's rights.", credentials},
		"pull_record":          {"One record of Google's can't be used; the rest was.", "Correct the person or the group at Google.", assignment},
		"pull_under_way":       {"Another run of the same directory is under way.", "Nothing: wait for it to end.", retry},
	}[key]
	return e, ok
}
