package provlog

import "strings"

// secret says whether a key or a path names what is never kept. A key with an escape in it is
// not looked into: nobody writes password so but to get it past us.
func secret(name string) bool {
	if strings.Contains(name, `\u`) {
		return true
	}
	name = strings.ToLower(name[strings.LastIndexByte(name, ':')+1:])
	for _, word := range []string{"password", "passwd", "secret", "token", "assertion", "authorization", "credential", "privatekey", "private_key", "apikey", "api_key"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// identifier says whether a text has the form of an attribute's name or URN.
func identifier[T string | []byte](s T) bool {
	if len(s) == 0 || len(s) > 160 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '$':
		case i > 0 && ('0' <= c && c <= '9' || c == '_' || c == '-' || c == '.' || c == ':'):
		default:
			return false
		}
	}
	return true
}

// plainNumber says whether the number under a key counts things of the protocol.
func plainNumber(key string) bool {
	switch strings.ToLower(key) {
	case "totalresults", "itemsperpage", "startindex", "count", "failonerrors", "status":
		return true
	}
	return false
}

// visible says whether a string under a key is a word of the protocol or an id. key and raw are
// as the body writes them.
func visible(key string, raw []byte) bool {
	if isUUID(raw) || isBoolean(raw) {
		return true
	}
	switch strings.ToLower(key) {
	case "op", "method", "resourcetype", "scimtype", "status", "sortorder":
		return len(raw) <= 20 && identifier(raw) || len(raw) == 3 && allDigits(raw)
	case "schemas", "schema":
		return len(raw) <= 160 && (strings.HasPrefix(string(raw), "urn:") || strings.HasPrefix(string(raw), "http://schemas.")) && strings.IndexByte(string(raw), '@') < 0
	case "type":
		return typeWord(string(raw))
	case "location", "$ref":
		return reference(string(raw))
	case "externalid", "id", "value":
		return oktaID(raw)
	case "created", "lastmodified":
		return len(raw) <= 40 && strings.Trim(string(raw), "0123456789-:.TZ+") == ""
	}
	return false
}

func allDigits(raw []byte) bool { return strings.Trim(string(raw), "0123456789") == "" }

func isBoolean[T string | []byte](raw T) bool {
	return len(raw) >= 4 && len(raw) <= 5 && (strings.EqualFold(string(raw), "true") || strings.EqualFold(string(raw), "false"))
}

// isUUID says whether a text has the form of RFC 9562 §4.
func isUUID[T string | []byte](s T) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case '0' <= c && c <= '9', 'a' <= c && c <= 'f', 'A' <= c && c <= 'F':
		default:
			return false
		}
	}
	return true
}

// oktaID says whether a text is an id of Okta's: 00u or 00g and 17 letters and digits.
func oktaID(raw []byte) bool {
	if len(raw) != 20 || raw[0] != '0' || raw[1] != '0' || raw[2] != 'u' && raw[2] != 'g' {
		return false
	}
	return strings.Trim(string(raw), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// typeWord says whether a text is one of the types that standards and products name.
func typeWord(s string) bool {
	switch strings.ToLower(s) {
	case "work", "home", "other", "mobile", "fax", "pager", "photo", "thumbnail", "direct", "indirect", "user", "group",
		"windowsazureactivedirectoryrole", "oauthbearertoken", "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo":
		return true
	}
	return false
}

// reference says whether a text is the address of a resource by its id, without anything else.
func reference(s string) bool {
	i := strings.LastIndexByte(s, '/')
	return i >= 0 && len(s) < 300 && isUUID(s[i+1:]) && strings.IndexByte(s, '@') < 0 && strings.IndexByte(s, '?') < 0
}

// attributeWord says whether a text begins with the name of an attribute that the standards
// know, or with a schema's URN.
func attributeWord(s string) bool {
	if !identifier(s) {
		return false
	}
	if len(s) > 4 && strings.EqualFold(s[:4], "urn:") {
		return true
	}
	if i := strings.IndexByte(s, '.'); i > 0 {
		if !attributeWord(s[i+1:]) {
			return false
		}
		s = s[:i]
	}
	switch strings.ToLower(s) {
	case "id", "externalid", "username", "name", "formatted", "familyname", "givenname", "middlename", "honorificprefix", "honorificsuffix",
		"displayname", "nickname", "profileurl", "title", "usertype", "preferredlanguage", "locale", "timezone", "active", "password",
		"emails", "phonenumbers", "ims", "photos", "addresses", "streetaddress", "locality", "region", "postalcode", "country",
		"groups", "members", "entitlements", "roles", "x509certificates", "value", "display", "type", "primary", "$ref", "ref",
		"meta", "resourcetype", "created", "lastmodified", "location", "version", "schemas", "schema", "filter", "path", "op", "operations",
		"employeenumber", "costcenter", "organization", "division", "department", "manager", "attributes", "excludedattributes",
		"sortby", "sortorder", "count", "startindex", "cursor", "login", "email", "external_id", "role":
		return true
	}
	return false
}
