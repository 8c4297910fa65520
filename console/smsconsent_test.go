package console_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"rollcall/console"
)

// Consents name the version of their words, so that a version has one wording for ever.
func TestEachWordingOfTheSMSConsentHasAVersionOfItsOwn(t *testing.T) {
	t.Parallel()
	versions := map[string]string{"sms-1": "de82e957cff5e768"}
	sum := sha256.Sum256([]byte(console.SMSConsentWording))
	if got := hex.EncodeToString(sum[:8]); versions[console.SMSConsentVersion] != got {
		t.Errorf("the wording of %s has the hash %s, want %q: give a new wording a new version, and add it here", console.SMSConsentVersion, got, versions[console.SMSConsentVersion])
	}
}
