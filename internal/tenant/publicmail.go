package tenant

import (
	"slices"
	"strings"
)

// publicMail are domains where anybody can have an address, so that an address
// there says nothing about whose employee somebody is. These are the large
// ones; the operator's own additions come with the proof of domains by DNS.
var publicMail = []string{
	"10minutemail.com", "126.com", "163.com", "aol.com", "appleid.com", "att.net", "bol.com.br", "comcast.net", "daum.net",
	"fastmail.com", "free.fr", "gmail.com", "googlemail.com", "guerrillamail.com", "hey.com", "icloud.com", "laposte.net",
	"libero.it", "mac.com", "mail.com", "mail.ru", "mailinator.com", "me.com", "msn.com", "naver.com", "o2.pl", "onet.pl",
	"onmicrosoft.com", "orange.fr", "pm.me", "proton.me", "protonmail.com", "qq.com", "rediffmail.com", "rocketmail.com",
	"sbcglobal.net", "seznam.cz", "t-online.de", "temp-mail.org", "tuta.com", "tutanota.com", "uol.com.br", "verizon.net",
	"virgilio.it", "wanadoo.fr", "web.de", "wp.pl", "yandex.ru", "ymail.com", "yopmail.com", "zoho.com", "zohomail.com",
}

// publicBrands offer such addresses under many countries' domains.
var publicBrands = []string{"gmx", "hotmail", "live", "outlook", "yahoo", "yandex"}

// PublicMail says whether anybody can have an address at the domain, or at the
// domain above it. The name is in lower case.
func PublicMail(domain string) bool {
	labels := strings.Split(domain, ".")
	for i := range len(labels) - 1 {
		if slices.Contains(publicMail, strings.Join(labels[i:], ".")) {
			return true
		}
	}
	if !slices.Contains(publicBrands, labels[0]) {
		return false
	}
	// yahoo.com, yahoo.de and yahoo.co.uk, but not outlook.acme.example.
	return len(labels) == 2 || len(labels) == 3 && slices.Contains([]string{"co", "com", "net", "org"}, labels[1])
}
