package tenant_test

import (
	"strings"
	"testing"

	"rollcall/internal/tenant"
)

// TestEverybodysIssuer_O7: issuers whose tokens anybody can get are told from those of one organisation.
func TestEverybodysIssuer_O7(t *testing.T) {
	t.Parallel()
	const guid = "11111111-2222-3333-4444-555555555555"
	for issuer, want := range map[string]string{
		"https://idp.example/common":                                    "",
		"https://login.microsoftonline.com/" + guid + "/v2.0":           "",
		"https://sts.windows.net/" + guid + "/":                         "",
		"https://login.microsoftonline.com/common/v2.0":                 "every organisation",
		"https://LOGIN.microsoftonline.com/Common/v2.0":                 "every organisation",
		"https://login.microsoftonline.us/organizations/v2.0":           "every organisation",
		"https://login.microsoftonline.com/{tenantid}/v2.0":             "template",
		"https://login.microsoftonline.com/%7Btenantid%7D/":             "template",
		"https://login.microsoftonline.com/corp.example/v2.0":           "no tenant id",
		"https://login.microsoftonline.com./common/v2.0":                "every organisation",
		"https://login.microsoftonline.com/":                            "no tenant id",
		"https://login.microsoftonline.com//common/v2.0":                "every organisation",
		"https://sts.windows.net/9188040D-6c67-4c5b-b112-36a304b66dad/": "personal",
	} {
		if got := tenant.EverybodysIssuer(issuer); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("EverybodysIssuer(%q) = %q, want %q", issuer, got, want)
		}
	}
}
