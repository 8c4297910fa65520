package roster

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"lower", "ada", "ada"},
		{"ASCII", "Ada LOVELACE", "ada lovelace"},
		{"beyond ASCII", "ÅSA", "åsa"},
		{"ASCII before other letters", "AÅ", "aå"},
		{"capital sharp s", "GRÖẞE", "größe"},
		{"sharp s stays one letter", "straße", "straße"},
		{"Kelvin sign", "\u212a", "k"},
		{"long s", "ſ", "s"},
		{"title case", "ǅ", "ǆ"},
		{"final sigma", "ΣΑΣ ς", "σασ σ"},
		{"dotted I has no partner", "İ", "i"},
		{"dotless i", "ı", "i"},
		{"micro sign", "µ", "μ"},
		{"no letters", "😀 1", "😀 1"},
		{"no UTF-8", "é\xff", "é\ufffd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, Fold(c.in)); diff != "" {
				t.Errorf("Fold(%q) mismatch (-want +got)\n%s", c.in, diff)
			}
		})
	}
}

// Every letter folds to the same as its partners, and a fold is final: a store keeps folded texts
// and folds what it is asked.
func TestFoldIsFinalAndSymmetric(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		s := string(r)
		f := Fold(s)
		if Fold(f) != f {
			t.Errorf("Fold(%q) = %q, which folds to %q", s, f, Fold(f))
		}
		for _, partner := range []string{strings.ToUpper(s), strings.ToLower(s)} {
			if utf8.RuneCountInString(partner) == 1 && Fold(partner) != f {
				t.Errorf("Fold(%q) = %q, but of its partner %q %q", s, f, partner, Fold(partner))
			}
		}
	}
}

func TestObject(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   Attributes
		want map[string]any
	}{
		{"none", nil, map[string]any{}},
		{"numbers keep their digits", Attributes(`{"n":1.50,"big":12345678901234567890}`), map[string]any{"n": json.Number("1.50"), "big": json.Number("12345678901234567890")}},
		{"nested", Attributes(`{"a":{"b":[null,true,"x"]}}`), map[string]any{"a": map[string]any{"b": []any{nil, true, "x"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.in.Object()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("Object() mismatch (-want +got)\n%s", diff)
			}
		})
	}
	for _, bad := range []string{"[]", "{", `"x"`, "7"} {
		if o, err := Attributes(bad).Object(); err == nil {
			t.Errorf("Object() of %s = %v", bad, o)
		}
	}
}

func TestFolded(t *testing.T) {
	t.Parallel()
	in := Attributes(`{"DisplayName":"ÅDA","list":["X",{"Value":"Y","n":1.50},[["Z"]],null,true],"urn:X":{"K":"<V>"}}`)
	got, err := in.Folded()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"DisplayName":"åda","list":["x",{"Value":"y","n":1.50},[["z"]],null,true],"urn:X":{"K":"<v>"}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("Folded() mismatch (-want +got)\n%s", diff)
	}
}
