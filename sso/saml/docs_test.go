package saml

import (
	"os"
	"strings"
	"testing"
)

// TestEveryCodeIsDocumented lets an admin who meets a code find it.
func TestEveryCodeIsDocumented(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/reasons.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range Codes() {
		if !strings.Contains(string(raw), "\n| `"+string(c)+"` |") {
			t.Errorf("docs/reasons.md does not tell of %s", c)
		}
	}
}
