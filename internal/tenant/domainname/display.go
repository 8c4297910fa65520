package domainname

import (
	"strings"
	"unicode"
)

// Display returns a canonical name as people read it: international labels decoded, unless one could be
// taken for another name. Labels that mix scripts, and Cyrillic or Greek ones in which every letter has a
// Latin twin, stay in their xn-- form (UTS #39 §5.2, "highly restrictive").
func Display(name string) string {
	if !strings.Contains(name, "xn--") {
		return name
	}
	labels := strings.Split(name, ".")
	for i, l := range labels {
		decoded, err := profile.ToUnicode(l)
		if err == nil && plain(decoded) {
			labels[i] = decoded
		}
	}
	return strings.Join(labels, ".")
}

// together are the scripts that one label may mix: those of Japanese, Korean and Bopomofo. Latin may stand
// beside each.
var together = [][]string{{"Han", "Hiragana", "Katakana"}, {"Han", "Hangul"}, {"Han", "Bopomofo"}}

// twins are the letters of other scripts that look like Latin ones.
const twins = "аеорсухіјѕԁɡһԛԝӏкмтвнгьѵ" + "αορνικτυχγη"

// plain says whether a decoded label shows what it is.
func plain(label string) bool {
	scripts := map[string]bool{}
	alike := true
	for _, r := range label {
		if r < unicode.MaxASCII && (r == '-' || r >= '0' && r <= '9') {
			continue
		}
		if name := scriptOf(r); name != "" {
			scripts[name] = true
		}
		alike = alike && (unicode.Is(unicode.Latin, r) || strings.ContainsRune(twins, r))
	}
	switch {
	case len(scripts) <= 1:
		return scripts["Latin"] || !alike
	case !mixes(scripts):
		return false
	}
	return true
}

func mixes(scripts map[string]bool) bool {
	for _, set := range together {
		rest := len(scripts)
		if scripts["Latin"] {
			rest--
		}
		for _, s := range set {
			if scripts[s] {
				rest--
			}
		}
		if rest == 0 {
			return true
		}
	}
	return false
}

// scriptOf names the script of a letter; "" for what belongs to several, such as combining marks.
func scriptOf(r rune) string {
	if unicode.In(r, unicode.Common, unicode.Inherited) {
		return ""
	}
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return name
		}
	}
	return "unknown"
}
