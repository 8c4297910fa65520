package scim

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rollcall/internal/roster"
)

// The properties below hold for whatever comes as PATCH: a request that is not understood changes
// nothing that it does not name. Two products have had the incident that they are about, a
// PATCH that fell through to "replace everything". The oracles read the body by themselves, with
// encoding/json and by the letter of the text.

var (
	opWords    = []string{"add", "Add", "replace", "Replace", "REPLACE", "remove", "Remove", "delete", "", "set"}
	groupPaths = []string{
		"members", "Members", " members ", groupURN + ":members", groupURN, "members.value", "members.display", "members[]",
		`members[value eq "` + uuid(1) + `"]`, `members[value eq "` + uuid(2) + `" or value eq "` + uuid(3) + `"]`, `members[value ne "` + uuid(1) + `"]`,
		`members[value pr]`, `members[display eq "x"]`, `members[value eq "` + uuid(1) + `"].display`, `members[type eq "User" and value eq "` + uuid(2) + `"]`,
		`members[value eq ""]`, `members[not (value eq "` + uuid(1) + `")]`, "member", "membersX", "displayName", "externalId", "", "  ", "$", "*", "/", "members/0",
		"urn:acme:1.0:Group", "urn:acme:1.0:Group:members", "urn:acme:1.0:Group:members.value", "id", "schemas", "meta",
	}
	groupKeys = []string{
		"members", "MEMBERS", groupURN + ":members", groupURN, "members.value", `members[value eq "` + uuid(1) + `"]`, `members[value eq "` + uuid(1) + `"].value`,
		"displayName", "externalId", "schemas", "id", "meta", "urn:acme:1.0:Group", "value", "members[", "member", "$ref", "op", "path",
	}
	userPaths = []string{
		"emails", "Emails", `emails[type eq "work"]`, `emails[type eq "work"].value`, `emails[value pr]`, `emails[type ne "x"].value`, "emails.value", "emails[]",
		"phoneNumbers", `phoneNumbers[type eq "fax"].value`, "name", "name.givenName", "nickName", "title", "active", "userName", "externalId", userURN, userURN + ":title",
		enterpriseURN, enterpriseURN + ":department", enterpriseURN + ":manager", "manager", "manager.value", "urn:acme:1.0:User", "urn:acme:1.0:User:badge", "urn:acme:1.0:User:badge.no",
		"", "  ", "*", "$", "/", "emails/0", "department", "roles", "password", "id", "meta", "groups", "schemas", "everything",
	}
	userKeys = append(slices.Clone(userPaths), "value", "type", "primary", `emails[`, "no.such")
)

// anyValue draws JSON of any shape, with the names and ids that mean something more often than by chance.
func anyValue(keys []string, depth int) *rapid.Generator[any] {
	texts := rapid.SampledFrom([]string{"", "True", "false", uuid(1), uuid(2), uuid(9), "x", "members", "null", "[]", "a@kv.example", "{}"})
	scalar := rapid.OneOf(
		rapid.Map(texts, func(s string) any { return s }), rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.IntRange(-2, 1000), func(n int) any { return n }))
	if depth == 0 {
		return scalar
	}
	inner := anyValue(keys, depth-1)
	return rapid.OneOf(scalar,
		rapid.Map(rapid.SliceOfN(inner, 0, 3), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(rapid.SampledFrom(keys), inner, 0, 3), func(m map[string]any) any { return m }),
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{uuid(1), uuid(2), uuid(3), "nobody"}), 0, 3), func(ids []string) any {
			list := []any{}
			for _, id := range ids {
				list = append(list, map[string]any{"value": id, "$ref": nil})
			}
			return list
		}))
}

// anyPatch draws the body of a PATCH.
func anyPatch(paths, keys []string) *rapid.Generator[[]byte] {
	op := rapid.Custom(func(t *rapid.T) map[string]any {
		o := map[string]any{"op": rapid.SampledFrom(opWords).Draw(t, "op")}
		if rapid.Bool().Draw(t, "has path") {
			o[rapid.SampledFrom([]string{"path", "Path"}).Draw(t, "path's name")] = rapid.OneOf(
				rapid.Map(rapid.SampledFrom(paths), func(s string) any { return s }), rapid.Map(rapid.String(), func(s string) any { return s }), rapid.Just[any](nil)).Draw(t, "path")
		}
		if rapid.IntRange(0, 3).Draw(t, "has value") > 0 {
			o["value"] = anyValue(keys, 2).Draw(t, "value")
		}
		return o
	})
	return rapid.Custom(func(t *rapid.T) []byte {
		b, err := json.Marshal(map[string]any{"Operations": rapid.SliceOfN(op, 1, 4).Draw(t, "operations")})
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
}

// manyBodies checks a property of a few bodies at a time: most are refused at once.
func manyBodies(paths, keys []string, check func(t *rapid.T, body []byte)) func(*rapid.T) {
	bodies := rapid.SliceOfN(anyPatch(paths, keys), 1, 40)
	return func(t *rapid.T) {
		for _, body := range bodies.Draw(t, "bodies") {
			check(t, body)
		}
	}
}

// TestPatchNeverEmptiesAGroup: members vanish only when the request names them, or says in a form that the
// RFC knows (§3.5.2.2, §3.5.2.3) that all go or that others take their place.
func TestPatchNeverEmptiesAGroup(t *testing.T) {
	t.Parallel()
	rapid.Check(t, manyBodies(groupPaths, groupKeys, func(t *rapid.T, body []byte) {
		ops, err := parsePatch(body, quirks{}, Limits{})
		if err != nil {
			return
		}
		c, err := patchGroup(roster.Group{Name: "Crew", ExternalID: "x", Attributes: roster.Attributes(`{"urn:acme:1.0:Group":{"deck":7}}`)}, ops, quirks{})
		if err != nil {
			return
		}
		left := ids(1, 2, 3)
		for _, s := range c.Steps {
			switch s.Op {
			case roster.RemoveAll:
				left = nil
			case roster.ReplaceMembers:
				left = slices.Clone(s.Members)
			case roster.AddMembers:
				left = append(left, s.Members...)
			case roster.RemoveMembers:
				left = slices.DeleteFunc(left, func(id roster.MemberID) bool { return slices.Contains(s.Members, id) })
			}
		}
		if saysAllMembers(t, body) {
			return
		}
		for _, id := range ids(1, 2, 3) {
			if !slices.Contains(left, id) && !strings.Contains(string(body), id.UUID.UUID()) {
				t.Fatalf("%s loses %v, whom it does not name", body, id)
			}
		}
		if *c.Name != "Crew" && !speaksOf(body, "displayName") {
			t.Fatalf("%s renames the group to %q", body, *c.Name)
		}
		if !strings.Contains(string(*c.Attributes), `"deck":7`) && !speaksOf(body, "urn:acme:1.0:Group") {
			t.Fatalf("%s drops an extension that it does not name", body)
		}
	}))
}

// speaksOf says whether a body has a name in it anywhere, in whatever case.
func speaksOf(body []byte, name string) bool {
	return strings.Contains(strings.ToLower(string(body)), strings.ToLower(name))
}

// saysAllMembers says whether an operation removes members by their path and no value, or replaces them, by
// their path or among the keys of a value.
func saysAllMembers(t *rapid.T, body []byte) bool {
	var patch struct {
		Operations []struct {
			Op    string
			Path  *string
			Value any
		}
	}
	if err := json.Unmarshal(body, &patch); err != nil {
		t.Fatalf("%s was taken, though it is no PATCH: %v", body, err)
	}
	isMembers := func(s string) bool {
		return strings.EqualFold(s, "members") || strings.EqualFold(s, groupURN+":members")
	}
	for _, op := range patch.Operations {
		path := ""
		if op.Path != nil {
			path = strings.TrimSpace(*op.Path)
		}
		switch {
		case strings.EqualFold(op.Op, "remove") && isMembers(path) && op.Value == nil:
			return true
		case strings.EqualFold(op.Op, "replace") && isMembers(path) && op.Value != nil:
			return true
		case strings.EqualFold(op.Op, "replace") && (path == "" || strings.EqualFold(path, groupURN)) && hasMembers(op.Value, isMembers):
			return true
		}
	}
	return false
}

func hasMembers(v any, isMembers func(string) bool) bool {
	o, _ := v.(map[string]any)
	for k, v := range o {
		if isMembers(k) && v != nil || strings.EqualFold(k, groupURN) && hasMembers(v, isMembers) {
			return true
		}
	}
	return false
}

// TestPatchNeverEmptiesAUser: an attribute changes only when its name, or that of the extension it is in,
// stands in the request.
func TestPatchNeverEmptiesAUser(t *testing.T) {
	t.Parallel()
	document := `{"` + enterpriseURN + `":{"department":"Deck","employeeNumber":"7","manager":{"value":"m"}},` +
		`"emails":[{"primary":true,"type":"work","value":"mara@kv.example"},{"type":"home","value":"m@home.example"}],` +
		`"name":{"familyName":"Holm","givenName":"Mara"},"nickName":"Mar","phoneNumbers":[{"type":"fax","value":"1"}],"roles":[{"value":"mate"}],` +
		`"title":"Skipper","urn:acme:1.0:User":{"badge":{"no":7},"floor":"3"}}`
	rapid.Check(t, manyBodies(userPaths, userKeys, func(t *rapid.T, body []byte) {
		ops, err := parsePatch(body, quirks{}, Limits{})
		if err != nil {
			return
		}
		m := testMember()
		m.Attributes = roster.Attributes(document)
		c, err := patchUser(m, ops, quirks{})
		if err != nil {
			return
		}
		was, _ := parseStored(m.Attributes)
		now, err := parseStored(c.Attributes)
		if err != nil && len(c.Attributes) > 0 {
			t.Fatal(err)
		}
		for _, f := range was.fields {
			urn := strings.HasPrefix(f.name, "urn:")
			if have := now.get(f.name); !urn && !speaksOf(body, f.name) && (have == nil || !have.equal(f.value)) {
				t.Fatalf("%s changes %s, which it does not name", body, f.name)
			} else if urn {
				checkExtension(t, body, f, have)
			}
		}
		if c.Login != m.Login && !speaksOf(body, "userName") || c.ExternalID != m.ExternalID && !speaksOf(body, "externalId") {
			t.Fatalf("%s changes the name or the key, which it does not name", body)
		}
		if c.Active != nil && !speaksOf(body, "active") {
			t.Fatalf("%s speaks of active to us", body)
		}
	}))
}

func checkExtension(t *rapid.T, body []byte, was field, now *value) {
	for _, g := range was.value.fields {
		if speaksOf(body, g.name) || speaksOf(body, `"`+was.name+`"`) {
			continue
		}
		if now == nil || now.get(g.name) == nil || !now.get(g.name).equal(g.value) {
			t.Fatalf("%s changes %s:%s, which it does not name", body, was.name, g.name)
		}
	}
}
