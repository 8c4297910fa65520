package roster

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseEmail_J5_J6_J8(t *testing.T) {
	t.Parallel()
	label := strings.Repeat("a", 63)
	for _, c := range []struct {
		name, in string
		want     Email // empty: refused
	}{
		{"plain", "ada@example.com", "ada@example.com"},
		{"case", "Ada.LOVELACE@Example.COM", "ada.lovelace@example.com"},
		{"plus and dots are kept", "a.d.a+x@example.com", "a.d.a+x@example.com"},
		{"all signs of an atom", "!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"},
		{"international domain in ASCII", "ada@xn--gre-6ka8i.example", "ada@xn--gre-6ka8i.example"},
		{"long local part", strings.Repeat("a", 64) + "@example.com", Email(strings.Repeat("a", 64) + "@example.com")},
		{"long labels", "a@" + label + "." + label + ".com", Email("a@" + label + "." + label + ".com")},
		{"digits in the domain", "a@1.2.3x", ""},
		{"a domain that begins with a digit", "a@1password.com", "a@1password.com"},
		{"empty", "", ""},
		{"no at", "ada", ""},
		{"no local part", "@example.com", ""},
		{"no domain", "ada@", ""},
		{"two ats", "ada@evil.example@example.com", ""},
		{"no dot", "ada@localhost", ""},
		{"trailing dot", "ada@example.com.", ""},
		{"leading dot", ".ada@example.com", ""},
		{"dot before the at", "ada.@example.com", ""},
		{"two dots", "a..da@example.com", ""},
		{"two dots in the domain", "ada@example..com", ""},
		{"space", "ada @example.com", ""},
		{"space at the end", "ada@example.com ", ""},
		{"line break", "ada@example.com\r\nBcc: x@example.com", ""},
		{"NUL", "ada\x00@example.com", ""},
		{"quoted local part", `"ada"@example.com`, ""},
		{"comment", "ada(x)@example.com", ""},
		{"display name", "Ada <ada@example.com>", ""},
		{"several", "ada@example.com,bob@example.com", ""},
		{"address literal", "ada@[127.0.0.1]", ""},
		{"IP address", "ada@127.0.0.1", ""},
		{"hyphen first", "ada@-example.com", ""},
		{"hyphen last", "ada@example-.com", ""},
		{"underscore in the domain", "ada@ex_ample.com", ""},
		{"letters beyond ASCII", "ådá@example.com", ""},
		{"domain beyond ASCII", "ada@größe.example", ""},
		{"Kelvin sign, whose lower case is k", "\u212a@example.com", ""},
		{"no UTF-8", "a\xff@example.com", ""},
		{"local part too long", strings.Repeat("a", 65) + "@example.com", ""},
		{"label too long", "a@" + label + "a.com", ""},
		{"a label that decodes to nothing", "ada@xn--0.example", ""},
		{"254 characters", strings.Repeat("a", 62) + "@" + strings.Repeat(label+".", 2) + label, Email(strings.Repeat("a", 62) + "@" + strings.Repeat(label+".", 2) + label)},
		{"255 characters", strings.Repeat("a", 63) + "@" + strings.Repeat(label+".", 2) + label, ""},
		{"group syntax", "team: ada@example.com;", ""},
		{"quoted local part with an at", `"a@evil.example"@corp.example`, ""},
		{"domain too long", "a@" + strings.Repeat("abc.", 63) + "com", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseEmail(c.in)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("ParseEmail(%q) mismatch (-want +got)\n%s", c.in, diff)
			}
			if refused := errors.Is(err, Invalid); refused != (c.want == "") {
				t.Errorf("ParseEmail(%q) = %v", c.in, err)
			}
		})
	}
}

func TestEmailHidesFromLogs(t *testing.T) {
	t.Parallel()
	if got := Email("ada@example.com").LogValue().String(); got != "…@example.com" {
		t.Errorf("LogValue() = %q", got)
	}
}

// FuzzParseEmail checks that what is accepted is canonical: it is accepted again, unchanged, is one
// mailbox of one domain in ASCII, and differs from what came in by case only.
func FuzzParseEmail(f *testing.F) {
	for _, s := range []string{"ada@example.com", "Ada+x@EXAMPLE.com", "a@b@c.d", `"a b"@c.d`, "a@[::1]", "\u212a@k.example", "a@1.2.3.4", "a@b.c\n", "a@xn--a.b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := ParseEmail(s)
		if err != nil {
			if e != "" || !errors.Is(err, Invalid) {
				t.Fatalf("ParseEmail(%q) = %q, %v", s, e, err)
			}
			return
		}
		again, err := ParseEmail(string(e))
		if err != nil || again != e {
			t.Errorf("ParseEmail(%q) = %q, %v: not canonical", e, again, err)
		}
		if !strings.EqualFold(string(e), s) || Fold(string(e)) != string(e) || strings.Count(string(e), "@") != 1 {
			t.Errorf("ParseEmail(%q) = %q", s, e)
		}
		if d, err := ParseDomain(e.Domain()); err != nil || d != e.Domain() {
			t.Errorf("ParseDomain(%q) = %q, %v", e.Domain(), d, err)
		}
		for _, r := range string(e) {
			if r <= ' ' || r > '~' {
				t.Errorf("ParseEmail(%q) = %q has the character %q", s, e, r)
			}
		}
	})
}
