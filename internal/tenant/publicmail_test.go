package tenant

import "testing"

func TestPublicMail_J1(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]bool{
		"gmail.com": true, "googlemail.com": true, "outlook.com": true, "outlook.de": true, "yahoo.co.uk": true, "hotmail.fr": true,
		"privaterelay.appleid.com": true, "acme.onmicrosoft.com": true, "mailinator.com": true, "eu.mailinator.com": true,
		"acme.example": false, "gmail.acme.example": false, "outlook.acme.com": false, "notgmail.com": false, "mygmx.net": false, "com": false, "": false,
	} {
		if got := PublicMail(domain); got != want {
			t.Errorf("PublicMail(%q) = %v, want %v", domain, got, want)
		}
	}
}
