package domainname

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParse_J5_J7(t *testing.T) {
	t.Parallel()
	label := strings.Repeat("a", 63)
	for _, c := range []struct {
		name, in, want string // want "": refused
	}{
		{"plain", "corp.example", "corp.example"},
		{"case", "CORP.Example", "corp.example"},
		{"a dot at the end", "corp.example.", "corp.example"},
		{"blanks around it", " corp.example\t", "corp.example"},
		{"international", "münchen.example", "xn--mnchen-3ya.example"},
		{"international in capitals", "MÜNCHEN.example", "xn--mnchen-3ya.example"},
		{"international, decomposed", "mu\u0308nchen.example", "xn--mnchen-3ya.example"},
		{"its A-label", "XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example"},
		{"sharp s is a letter of its own", "faß.de", "xn--fa-hia.de"},
		{"Cyrillic a is another letter", "exаmple.com", "xn--exmple-4nf.com"},
		{"Chinese", "例え.テスト", "xn--r8jz45g.xn--zckzah"},
		{"a digit first", "1password.com", "1password.com"},
		{"long labels", label + "." + label + ".com", label + "." + label + ".com"},
		{"full-width letters", "ｅｘample.com", ""},
		{"soft hyphen", "exam\u00adple.com", ""},
		{"ideographic full stop", "example。com", ""},
		{"Kelvin sign", "\u212aelvin.com", ""},
		{"double-struck C", "ℂorp.com", ""},
		{"zero-width joiner", "ex\u200dample.com", ""},
		{"right-to-left override", "ex\u202eample.com", ""},
		{"a label that decodes to nothing", "xn--0.com", ""},
		{"a label that nothing encodes to", "xn--abc-.com", ""},
		{"an A-label of plain ASCII", "xn--example-.com", ""},
		{"A-labels and others", "xn--80a.π.example", "xn--80a.xn--1xa.example"},
		{"empty", "", ""},
		{"one label", "localhost", ""},
		{"no label between dots", "example..com", ""},
		{"two dots at the end", "example.com..", ""},
		{"a dot first", ".example.com", ""},
		{"IP address", "127.0.0.1", ""},
		{"IPv6", "[::1]", ""},
		{"a number last", "example.1", ""},
		{"hyphens at the ends", "-example.com", ""},
		{"underscore", "_dmarc.example.com", ""},
		{"wildcard", "*.example.com", ""},
		{"a space inside", "exam ple.com", ""},
		{"a line feed inside", "example.com\nevil.com", ""},
		{"NUL", "exa\x00mple.com", ""},
		{"an address", "ada@example.com", ""},
		{"a URL", "https://example.com", ""},
		{"a label too long", label + "a.com", ""},
		{"too long", strings.Repeat("abc.", 63) + "com", ""},
		{"no UTF-8", "ex\xffample.com", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := Parse(c.in)
			if err != nil {
				got = ""
			}
			if diff := cmp.Diff(c.want, got); diff != "" || (err == nil) != (c.want != "") {
				t.Errorf("Parse(%q) = %v mismatch (-want +got)\n%s", c.in, err, diff)
			}
		})
	}
}

// TestCanonical_J5 holds that what is canonical stays as it is, however the name was typed.
func TestCanonical_J5(t *testing.T) {
	t.Parallel()
	label := rapid.StringOfN(rapid.RuneFrom([]rune("abzABZ019-äÖßaаеπΑ例ل한")), 1, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		canonical(t, strings.Join(rapid.SliceOfN(label, 2, 4).Draw(t, "labels"), "."))
	})
}

type fataler interface {
	Fatalf(format string, args ...any)
}

func canonical(t fataler, s string) {
	name, err := Parse(s)
	if err != nil {
		return
	}
	for _, again := range []string{name, strings.ToUpper(name), name + ".", Display(name)} {
		if got, err := Parse(again); err != nil || got != name {
			t.Fatalf("Parse(%q) = %q, and Parse(%q) = %q, %v", s, name, again, got, err)
		}
	}
	if err := Check(name); err != nil || name != strings.ToLower(name) || !ascii(name) {
		t.Fatalf("Parse(%q) = %q, which is not canonical: %v", s, name, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"corp.example", "MÜNCHEN.de.", "xn--mnchen-3ya.de", "faß.de", "例え.テスト", "exam\u00adple.com", "xn--0.com", "a..b", "127.0.0.1", "\u212a.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { canonical(t, s) })
}

func TestDisplay_J7(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"corp.example":    "corp.example",
		"münchen.example": "münchen.example",
		"пример.рф":       "пример.рф",
		"例え.テスト":          "例え.テスト",
		"東京tokyo.jp":      "東京tokyo.jp",
		"한국.kr":           "한국.kr",
		"exаmple.com":     "xn--exmple-4nf.com", // a Cyrillic letter among Latin ones
		"аррӏе.com":       "xn--80ak6aa92e.com", // Cyrillic from end to end, and looks Latin
		"сор.com":         "xn--n1aeb.com",
		"αβγδ.gr":         "αβγδ.gr",
		"αbc.gr":          "xn--bc-b9b.gr",
	} {
		name, err := Parse(typed)
		if err != nil {
			t.Errorf("Parse(%q): %v", typed, err)
		}
		if got := Display(name); got != want {
			t.Errorf("Display(%q) = %q, want %q", name, got, want)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"corp.example", "münchen.example"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
