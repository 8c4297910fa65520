package scim

import (
	"strings"
)

// entraStringBoolean reads "True" and "False" as booleans: Entra sends active
// so in PATCH, and roles[primary eq "True"] as a path; OneLogin's templates
// put their booleans in quotes.
func entraStringBoolean(s string) (b, ok bool) {
	switch {
	case strings.EqualFold(s, "true"):
		return true, true
	case strings.EqualFold(s, "false"):
		return false, true
	}
	return false, false
}

// entraShortName finds department, manager and their like without the URN of
// the enterprise extension, as older samples of Entra name them.
func (s *resourceSchema) entraShortName(path string) (target, bool) {
	if s.enterprise == nil {
		return target{}, false
	}
	return s.enterprise.resolve(path, enterpriseURN)
}

// entraMistypedURN cuts the URN of the enterprise extension without its last
// colon, as Entra's older samples spell it.
func entraMistypedURN(path string) (rest string, ok bool) {
	const mistyped = "urn:ietf:params:scim:schemas:extension:enterprise:2.0User"
	return cutURN(path, mistyped)
}
