package scim

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	referee "github.com/scim2/filter-parser/v2"

	"rollcall/internal/roster"
)

// FuzzFilter: no panic; what is accepted reads the same again when written out;
// what the library accepts, our parser reads likewise.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{
		`userName eq "a@kv.example"`, `emails[type eq "work"].value eq "a"`, `id eq "u" and manager eq "m"`,
		`not (title pr) or (active eq "True" and meta.created gt "2026-01-31T12:00:00Z")`,
		`urn:acme:2.0:User:badge.color co "\u00e9\n"`, enterpriseURN + `:manager.value eq "m"`, `emails[not (type eq "a") and value sw "b"]`,
		`schemas eq "urn:x:y"`, `a eq -1.5e3`, `members[value eq "u" or type eq "User"]`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []resourceKind{userKind, groupKind} {
			p, err := parseFilter(s, kind.schema(), Limits{})
			checkKind(t, err, roster.BadFilter)
			if err == nil && kind == userKind {
				roster.MatchMember(p, testMember())
			}
		}
		e, err := parseExpr(s, Limits{})
		if err == nil {
			again, err := parseExpr(show(e), Limits{FilterBytes: 1 << 20, FilterDepth: 1 << 10})
			if err != nil || show(again) != show(e) {
				t.Errorf("parseExpr(%q) writes %q, which reads as %v, %v", s, show(e), again, err)
			}
		}
		if len(s) > 100 { // the library takes its time
			return
		}
		if want, refereeErr := referee.ParseFilter([]byte(s)); refereeErr == nil && refereeReads(s) {
			if err != nil {
				t.Fatalf("the library accepts %q, we do not: %s", s, detailText(err))
			}
			if w, g := showReferee(want), show(e); w != g {
				t.Errorf("parseExpr(%q) = %s, the library has %s", s, g, w)
			}
		}
	})
}

// refereeReads leaves out what the library accepts and we refuse for good reason.
func refereeReads(s string) bool {
	for _, bad := range []string{`\`, "\x00", "\ufffd"} { // it does not look into escapes
		if strings.Contains(s, bad) {
			return false
		}
	}
	return !glued(s) && bytes.Equal(bytes.ToValidUTF8([]byte(s), nil), []byte(s))
}

var gluedWord = regexp.MustCompile(`(?i)(?:\d|true|false|null|pr)(?:and|or)\b`)

// glued says whether "and" or "or" follows a value without a space, which RFC
// 7644 §3.4.2.2 wants there and the library does not.
func glued(s string) bool {
	outside := gluedWord.MatchString(s)
	inside := false
	for i := range len(s) - 1 {
		if s[i] != '"' {
			continue
		}
		next := s[i+1] | 0x20
		outside = outside || inside && 'a' <= next && next <= 'z'
		inside = !inside
	}
	return outside
}

// FuzzPath: no panic; what is accepted can be applied or is refused in words.
func FuzzPath(f *testing.F) {
	for _, s := range []string{
		`name.givenName`, `emails[type eq "work"].value`, `members[value eq "u"]`, enterpriseURN, enterpriseURN + `:manager`,
		`urn:acme:1.0:User:a.b`, `roles[primary eq "True"].value`, `emails[not (type pr)]`, `id`, userURN + `:active`,
	} {
		f.Add(s, `"x"`)
		f.Add(s, `{"value":"x"}`)
	}
	f.Fuzz(func(t *testing.T, at, value string) {
		p, err := parsePath(at, Limits{})
		checkKind(t, err, roster.BadPath)
		v, valueErr := parseValue([]byte(value))
		if err != nil || valueErr != nil {
			return
		}
		for _, m := range []mode{addMode, replaceMode, removeMode} {
			ops := []operation{{mode: m, path: &p, value: v, given: true}}
			c, err := patchUser(testMember(), ops, quirks{})
			checkKind(t, err, roster.BadPath, roster.BadFilter, roster.Invalid, roster.NoTarget, roster.Mutability)
			checkDocument(t, c.Attributes)
			_, err = patchGroup(roster.Group{Name: "G"}, ops, quirks{})
			checkKind(t, err, roster.BadPath, roster.BadFilter, roster.Invalid, roster.NoTarget, roster.Mutability)
		}
	})
}

// FuzzPatchUser: no panic; the document stays one; operations are not changed by being
// applied.
func FuzzPatchUser(f *testing.F) {
	for _, s := range []string{
		`{"op":"Replace","path":"active","value":"False"}`, `{"op":"replace","value":{"name.givenName":"G","emails":[{"value":"a","primary":true}]}}`,
		`{"op":"add","path":"emails[type eq \"work\"].value","value":"w"},{"op":"remove","path":"emails","value":[{"value":"w"}]}`,
		`{"op":"add","path":"` + enterpriseURN + `:manager","value":"m"},{"op":"add","path":"urn:acme:1.0:User:x.a","value":{"b":[1]}}`,
		`{"op":"remove","path":"name.givenName"},{"op":"replace","path":"roles[primary eq \"True\"].value","value":"r"}`,
	} {
		f.Add([]byte(`{"Operations":[` + s + `]}`))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, q := range []quirks{{}, {strict: true}} {
			ops, err := parsePatch(body, q, Limits{})
			checkKind(t, err, roster.BadSyntax, roster.BadPath, roster.NoTarget, roster.TooLarge)
			if err != nil {
				continue
			}
			c, err := patchUser(testMember(), ops, q)
			checkKind(t, err, roster.BadPath, roster.BadFilter, roster.Invalid, roster.NoTarget, roster.Mutability)
			checkDocument(t, c.Attributes)
			again, err2 := patchUser(testMember(), ops, q)
			if diff := cmp.Diff(c, again); diff != "" || (err == nil) != (err2 == nil) {
				t.Errorf("the same operations give another result (-first +second), %v, %v\n%s", err, err2, diff)
			}
		}
	})
}

// FuzzPatchGroup: no panic; nothing but an explicit wish empties a group.
func FuzzPatchGroup(f *testing.F) {
	for _, s := range []string{
		`{"op":"Remove","path":"members","value":[{"$ref":null,"value":"` + uuid(1) + `"}]}`, `{"op":"remove","path":"members"}`,
		`{"op":"remove","path":"members[value eq \"` + uuid(1) + `\"]"}`, `{"op":"replace","value":{"displayName":"H","members":null}}`,
		`{"op":"add","path":"members","value":["` + uuid(1) + `"]},{"op":"replace","path":"members","value":[]}`,
	} {
		f.Add([]byte(`{"Operations":[` + s + `]}`))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		ops, err := parsePatch(body, quirks{}, Limits{})
		if err != nil {
			return
		}
		c, err := patchGroup(roster.Group{Name: "G", Attributes: roster.Attributes(`{"urn:acme:1.0:Group":{"a":[1]}}`)}, ops, quirks{})
		checkKind(t, err, roster.BadPath, roster.BadFilter, roster.Invalid, roster.NoTarget, roster.Mutability)
		if err != nil {
			return
		}
		checkDocument(t, *c.Attributes)
		for _, s := range c.Steps {
			if s.Op != roster.RemoveAll && len(s.Members) == 0 {
				t.Errorf("step %v names nobody", s)
			}
			if s.Op == roster.RemoveAll && !bytes.Contains(bytes.ToLower(body), []byte("members")) && !bytes.Contains(body, []byte(`\u`)) {
				t.Errorf("%s empties the group", body)
			}
		}
	})
}

// FuzzParseUser: no panic; the document is one, without what has no place in
// it; an answer read as a request means the same user.
func FuzzParseUser(f *testing.F) {
	for _, s := range []string{
		`{"userName":"u","password":"secret","groups":[],"id":null,"emails":[{"value":"a@kv.example","primary":"True"}]}`,
		`{"userName":"u","name":{"givenName":"\u00e9"},"urn:acme:1.0:User":{"a":[1,null,{"b":1e3}]},"` + enterpriseURN + `":{"manager":"m"}}`,
		`{"USERNAME":"u","` + enterpriseURN + `:department":"D","name.givenName":"G","active":"false","title":""}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := parseUser(body, quirks{})
		checkKind(t, err, roster.BadSyntax, roster.Invalid, roster.BadPath, roster.BadFilter, roster.NoTarget)
		if err != nil {
			return
		}
		checkDocument(t, c.Attributes)
		m := testMember()
		m.Login, m.ExternalID, m.Attributes, m.DirectoryActive = c.Login, c.ExternalID, c.Attributes, c.Active == nil || *c.Active
		again, err := parseUser(appendUser(nil, m, testBase, nil), quirks{})
		if err != nil {
			t.Fatalf("the answer for %s is no request: %v", body, err)
		}
		c.Active, again.Active = nil, nil
		if diff := cmp.Diff(c, again); diff != "" {
			t.Errorf("the answer for %s means another user (-want +got)\n%s", body, diff)
		}
	})
}

func checkKind(t *testing.T, err error, kinds ...roster.Kind) {
	t.Helper()
	for _, k := range kinds {
		if err == nil || errors.Is(err, k) {
			return
		}
	}
	if err != nil {
		t.Errorf("error %v (%s), want one of %v", err, detailText(err), kinds)
	}
}

// checkDocument holds a document to the contract of roster.Attributes.
func checkDocument(t *testing.T, a roster.Attributes) {
	t.Helper()
	if len(a) == 0 {
		return
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, a); err != nil || !bytes.Equal(compact.Bytes(), a) || a[0] != '{' {
		t.Fatalf("document %s is not a compact JSON object: %v", a, err)
	}
	o, err := a.Object()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"password", "groups", "members", "id", "meta", "schemas", "userName", "externalId", "active"} {
		if _, ok := o[name]; ok {
			t.Errorf("document %s holds %s", a, name)
		}
	}
}
