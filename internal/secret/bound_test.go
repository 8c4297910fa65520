package secret

import (
	"strings"
	"testing"
)

func TestBound(t *testing.T) {
	t.Parallel()
	owner := [16]byte{1, 2, 3, 15: 255}
	text, hash := NewBound(owner, Refresh)
	got, again, err := ParseBound(text, Refresh)
	if err != nil || got != owner || again != hash || hash != Hash(text) {
		t.Fatalf("ParseBound(NewBound()) = %v, %v; want the tenant and the hash of the text", got, err)
	}
	dot := strings.IndexByte(text, '.')
	for name, s := range map[string]string{
		"empty":                "",
		"without a tenant":     text[dot+1:],
		"with an empty tenant": text[dot:],
		"of another kind":      strings.Replace(text, "rcr_", "rcg_", 1),
		"cut short":            text[:len(text)-1],
		"in capitals":          strings.ToUpper(text[:dot]) + text[dot:],
		"with loose bits":      text[:dot-1] + "7" + text[dot:],
		"with a newline":       text[:5] + "\n" + text[5:],
	} {
		if _, _, err := ParseBound(s, Refresh); err == nil {
			t.Errorf("ParseBound() takes a token %s", name)
		}
	}
}
