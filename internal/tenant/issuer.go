package tenant

import (
	"net/url"
	"slices"
	"strings"
)

// GoogleIssuer is Google's, of Workspace and of personal accounts alike.
const GoogleIssuer = "https://accounts.google.com"

// entraPersonal is the Entra tenant of Microsoft's personal accounts.
const entraPersonal = "9188040d-6c67-4c5b-b112-36a304b66dad"

// entraHosts are where Entra's tenants have their issuers: the public cloud, those of governments, and version 1.
func entraHosts() []string {
	return []string{
		"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn",
		"login.windows.net", "login.microsoft.com", "sts.windows.net",
	}
}

// EntraIssuer returns the tenant id that an issuer of Entra names, in lower case, and whether it is Entra's.
func EntraIssuer(issuer string) (tenant string, ok bool) {
	u, err := url.Parse(issuer)
	if err != nil || !slices.Contains(entraHosts(), strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")) {
		return "", false
	}
	first, _, _ := strings.Cut(strings.TrimLeft(u.Path, "/"), "/")
	if !IsEntraTenant(first) {
		return "", true
	}
	return strings.ToLower(first), true
}

// EverybodysIssuer says what is wrong with an issuer of Entra that stands for everybody, in words that go on from "the
// issuer"; nothing for any other issuer. Tokens of such a one come from whatever tenant the person belongs to, also one
// that an attacker made, with any e-mail address in it (nOAuth).
func EverybodysIssuer(issuer string) string {
	const instead = ". Use the issuer of the customer's own tenant, https://login.microsoftonline.com/TENANT-ID/v2.0; " +
		"the tenant id (directory id) stands on the overview page of Entra's admin center"
	if text, err := url.PathUnescape(issuer); err == nil && strings.Contains(strings.ToLower(text), "{tenantid}") {
		return "holds {tenantid}, which is a template and no issuer" + instead
	}
	tenant, ok := EntraIssuer(issuer)
	if !ok {
		return ""
	}
	u, _ := url.Parse(issuer) // EntraIssuer parsed it
	first, _, _ := strings.Cut(strings.TrimLeft(u.Path, "/"), "/")
	switch {
	case slices.Contains([]string{"common", "organizations", "consumers"}, strings.ToLower(first)):
		return "is Entra's /" + strings.ToLower(first) + ", where people of every organisation can sign in" + instead
	case tenant == entraPersonal:
		return "is the one of Microsoft's personal accounts, which belong to no organisation" + instead
	case tenant == "":
		return "names no tenant id of Entra; a domain name in its place is not what tokens bear" + instead
	}
	return ""
}

// IsEntraTenant says whether a text is a tenant id of Entra: 8-4-4-4-12 hexadecimal digits.
func IsEntraTenant(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		digit := s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'f' || s[i] >= 'A' && s[i] <= 'F'
		if dash && s[i] != '-' || !dash && !digit {
			return false
		}
	}
	return true
}
