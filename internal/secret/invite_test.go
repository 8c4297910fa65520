package secret

import (
	"strings"
	"testing"
)

// TestPromiseA14TokensOfInvites holds that the token begins with inv_ and that 256 of its bits are random.
func TestPromiseA14TokensOfInvites(t *testing.T) {
	t.Parallel()
	owner := [16]byte{1, 2, 3, 15: 255}
	text, hash := NewInvite(owner)
	got, again, err := ParseInvite(text)
	if err != nil || got != owner || again != hash || hash != Hash(text) {
		t.Fatalf("ParseInvite(NewInvite()) = %v, %v; want the tenant and the hash of the text", got, err)
	}
	other, _ := NewInvite(owner)
	if !strings.HasPrefix(text, "inv_") || other == text || other[:30] != text[:30] || bodyLen*5 < 128 {
		t.Errorf("tokens %s and %s", text[:8], other[:8])
	}
	seen := map[string]bool{}
	for range 1000 {
		text, _ := NewInvite(owner)
		seen[text[30:]] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d different tokens of 1000", len(seen))
	}
	for name, s := range map[string]string{
		"empty":              "",
		"of another kind":    strings.Replace(text, "inv_", "rcx_", 1),
		"cut short":          text[:len(text)-1],
		"too long":           text + "0",
		"with other letters": text[:40] + "-" + text[41:],
		"with another sum":   text[:len(text)-1] + string(text[len(text)-1]^1),
		"in capitals":        strings.ToUpper(text),
		"with loose bits":    text[:29] + "7" + text[30:],
		"a session's":        func() string { s, _ := NewBound(owner, Session); return s }(),
	} {
		if _, _, err := ParseInvite(s); err == nil {
			t.Errorf("ParseInvite() takes a token %s", name)
		}
	}
}

func FuzzParseInvite(f *testing.F) {
	good, _ := NewInvite([16]byte{5})
	f.Add(good)
	f.Add("inv_")
	f.Fuzz(func(t *testing.T, s string) {
		owner, hash, err := ParseInvite(s)
		if err == nil && (hash != Hash(s) || !strings.HasPrefix(s, "inv_") || owner == [16]byte{}) && s[4:30] != strings.Repeat("a", 26) {
			t.Errorf("ParseInvite(%q) = %v", s, owner)
		}
	})
}
