package tenant

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestFormatAndParse holds the two forms of an id to each other, and their order to that of the ids.
func TestFormatAndParse(t *testing.T) {
	t.Parallel()
	if got, want := Format("mem", UUID{}), "mem_"+strings.Repeat("0", 26); got != want {
		t.Errorf("the zero id is written %s, want %s", got, want)
	}
	id := rapid.Custom(func(t *rapid.T) (u UUID) {
		copy(u[:], rapid.SliceOfN(rapid.Byte(), len(u), len(u)).Draw(t, "bytes"))
		return u
	})
	rapid.Check(t, func(t *rapid.T) {
		one, two := id.Draw(t, "one"), id.Draw(t, "two")
		for _, text := range []string{Format("mem", one), one.UUID()} {
			if got, err := Parse("mem", text); err != nil || got != one {
				t.Errorf("%s is read as %v (%v), want %v", text, got, err, one)
			}
		}
		if strings.Compare(Format("mem", one), Format("mem", two)) != strings.Compare(string(one[:]), string(two[:])) {
			t.Errorf("%s and %s do not sort as their ids do", Format("mem", one), Format("mem", two))
		}
	})
}
