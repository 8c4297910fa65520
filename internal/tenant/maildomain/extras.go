package maildomain

import "strings"

// freeExtras says whether a name is one that the generated list lacks: offers of addresses, and relays that
// hide whose an address is.
func freeExtras(name string) bool {
	switch name {
	case "hey.com", "tutanota.com", "tutanota.de", "tuta.com", "tuta.io", "tutamail.com", "keemail.me", "pm.me", "proton.me",
		"protonmail.com", "gmail.com", "googlemail.com", "fastmail.com", "fastmail.fm", "me.com", "mac.com", "icloud.com",
		"zohomail.com", "zohomail.eu", "duck.com", "qq.com", "foxmail.com", "msn.com", "passport.com",
		"privaterelay.appleid.com", "users.noreply.github.com", "users.noreply.gitlab.com", "mozmail.com", "relay.firefox.com",
		"simplelogin.com", "aleeas.com", "anonaddy.com", "anonaddy.me", "addy.io":
		return true
	}
	// Brands with addresses under many countries' domains: yahoo.de and yahoo.co.uk, but not outlook.acme.example.
	brand, rest, _ := strings.Cut(name, ".")
	switch brand {
	case "gmx", "hotmail", "live", "outlook", "yahoo", "yandex":
		return country(rest)
	}
	return false
}

// country says whether a name is what a country's domains end in, or one of the first domains.
func country(rest string) bool {
	second, top, two := strings.Cut(rest, ".")
	if !two {
		return len(rest) == 2 || rest == "com" || rest == "net" || rest == "org"
	}
	switch second {
	case "co", "com", "net", "org":
		return len(top) == 2
	}
	return false
}

// vendorGiven says whether vendors give their customers names under this one. Who has such a name can
// neither show it in DNS nor keep it when leaving the vendor.
func vendorGiven(name string) bool {
	switch name {
	case "onmicrosoft.com", "onmicrosoft.us", "onmicrosoft.de", "onmschina.cn", "microsoftonline.com",
		"gserviceaccount.com", "test-google-a.com", "oktapreview.com", "myshopify.com", "amazonses.com":
		return true
	}
	return false
}

// reserved says whether a name is one that DNS never holds. The names for documentation and tests, such as
// .example and .test (RFC 2606), are not among them: nobody has mail there, so the operator's word on one
// takes nothing from anybody, and examples need some names.
func reserved(name string) bool {
	switch name {
	case "localhost", "localdomain", "invalid", "onion", "arpa", "alt", "local", "internal":
		return true
	}
	return false
}
