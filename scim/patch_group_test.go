package scim

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
)

func uuid(last byte) string { return memberID(last).UUID.UUID() }

func ids(last ...byte) []roster.MemberID {
	out := make([]roster.MemberID, len(last))
	for i, b := range last {
		out[i] = memberID(b)
	}
	return out
}

func applyGroup(operations string, q quirks) (roster.GroupChange, error) {
	ops, err := parsePatch(patchBody(operations), q, Limits{})
	if err != nil {
		return roster.GroupChange{}, err
	}
	return patchGroup(roster.Group{Name: "G", ExternalID: "x", Attributes: roster.Attributes(`{"urn:acme:1.0:Group":{"a":1}}`)}, ops, q)
}

// TestPatchGroupMembers holds the shapes in which directories change members to the
// steps that come of them.
func TestPatchGroupMembers(t *testing.T) {
	t.Parallel()
	add, remove, replace := roster.AddMembers, roster.RemoveMembers, roster.ReplaceMembers
	tests := []struct {
		name, operations string // %s is the first member's id, %[2]s the second's
		want             []roster.MemberStep
	}{
		{"Entra adds", `{"op":"Add","path":"members","value":[{"$ref":null,"value":"%s"}]}`, []roster.MemberStep{{Op: add, Members: ids(1)}}},
		{"Entra removes by value", `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"%s"}]}`, []roster.MemberStep{{Op: remove, Members: ids(1)}}},
		{"Entra removes several", `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"%s"},{"$ref":null,"value":"%[2]s"}]}`, []roster.MemberStep{{Op: remove, Members: ids(1, 2)}}},
		{"Entra with its flag", `{"op":"remove","path":"members[value eq \"%s\"]"}`, []roster.MemberStep{{Op: remove, Members: ids(1)}}},
		{"Okta removes and adds", `{"op":"remove","path":"members[value eq \"%s\"]"},{"op":"add","path":"members","value":[{"value":"%[2]s","display":"q@kv.example"}]}`, []roster.MemberStep{{Op: remove, Members: ids(1)}, {Op: add, Members: ids(2)}}},
		{"Okta pushes all", `{"op":"replace","path":"members","value":[{"value":"%s"},{"value":"%[2]s"}]}`, []roster.MemberStep{{Op: replace, Members: ids(1, 2)}}},
		{"Okta renames with members untouched", `{"op":"replace","value":{"id":"x","displayName":"G"}}`, nil},
		{"path-less replace of members", `{"op":"replace","value":{"displayName":"G","members":[{"value":"%s"}]}}`, []roster.MemberStep{{Op: replace, Members: ids(1)}}},
		{"path-less add of members", `{"op":"add","value":{"members":[{"value":"%s"}]}}`, []roster.MemberStep{{Op: add, Members: ids(1)}}},
		{"path-less null leaves members", `{"op":"replace","value":{"displayName":"G","members":null}}`, nil},
		{"authentik sends one operation each", `{"op":"add","path":"members","value":[{"value":"%s"}]},{"op":"add","path":"members","value":[{"value":"%[2]s"}]}`, []roster.MemberStep{{Op: add, Members: ids(1, 2)}}},
		{"one object", `{"op":"add","path":"members","value":{"value":"%s"}}`, []roster.MemberStep{{Op: add, Members: ids(1)}}},
		{"bare ids", `{"op":"add","path":"members","value":["%s","%[2]s"]}`, []roster.MemberStep{{Op: add, Members: ids(1, 2)}}},
		{"URN of the core", `{"op":"add","path":"` + groupURN + `:members","value":[{"value":"%s"}]}`, []roster.MemberStep{{Op: add, Members: ids(1)}}},
		{"remove all", `{"op":"remove","path":"members"}`, []roster.MemberStep{{Op: roster.RemoveAll}}},
		{"remove all, null from a serializer", `{"op":"remove","path":"members","value":null}`, []roster.MemberStep{{Op: roster.RemoveAll}}},
		{"replace by nobody", `{"op":"replace","path":"members","value":[]}`, []roster.MemberStep{{Op: roster.RemoveAll}}},
		{"remove of nobody", `{"op":"remove","path":"members","value":[]}`, nil},
		{"remove of ids that are none", `{"op":"remove","path":"members","value":[{"value":"gone"}]},{"op":"remove","path":"members[value eq \"gone\"]"}`, nil},
		{"remove of one of several", `{"op":"remove","path":"members[value eq \"%s\" or value eq \"%[2]s\"]"}`, []roster.MemberStep{{Op: remove, Members: ids(1, 2)}}},
		{"remove with type", `{"op":"remove","path":"members[type eq \"User\" and value eq \"%s\"]"}`, []roster.MemberStep{{Op: remove, Members: ids(1)}}},
		{"add of nobody", `{"op":"add","path":"members","value":[]}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			operations := strings.NewReplacer("%s", uuid(1), "%[2]s", uuid(2)).Replace(tt.operations)
			got, err := applyGroup(operations, quirks{})
			if err != nil {
				t.Fatalf("patchGroup(%s): %v: %s", operations, err, detailText(err))
			}
			if diff := cmp.Diff(tt.want, got.Steps); diff != "" {
				t.Errorf("patchGroup(%s) mismatch (-want +got)\n%s", operations, diff)
			}
		})
	}
}

func TestPatchGroupFields(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, operations, wantName, wantExternalID, wantDoc string }{
		{"Entra renames", `{"op":"Replace","path":"displayName","value":"H"}`, "H", "x", `{"urn:acme:1.0:Group":{"a":1}}`},
		{"Entra's external id", `{"op":"Replace","path":"externalId","value":"y"}`, "G", "y", `{"urn:acme:1.0:Group":{"a":1}}`},
		{"authentik sends the whole", `{"op":"replace","value":{"schemas":["` + groupURN + `"],"id":"i","externalId":"y","displayName":"H"}}`, "H", "y", `{"urn:acme:1.0:Group":{"a":1}}`},
		{"external id removed", `{"op":"remove","path":"externalId"}`, "G", "", `{"urn:acme:1.0:Group":{"a":1}}`},
		{"extension", `{"op":"add","path":"urn:acme:1.0:Group:b","value":[1,2]}`, "G", "x", `{"urn:acme:1.0:Group":{"a":1,"b":[1,2]}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := applyGroup(tt.operations, quirks{})
			if err != nil {
				t.Fatalf("patchGroup(%s): %v: %s", tt.operations, err, detailText(err))
			}
			doc := roster.Attributes(tt.wantDoc)
			want := roster.GroupChange{Name: &tt.wantName, ExternalID: &tt.wantExternalID, Attributes: &doc}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("patchGroup(%s) mismatch (-want +got)\n%s", tt.operations, diff)
			}
		})
	}
}

// TestPatchGroupRefuses is about requests that must not end as a change of all members.
func TestPatchGroupRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, operations string
		want             roster.Kind
	}{
		{"unknown op", `{"op":"set","path":"members","value":[]}`, roster.BadSyntax},
		{"null", `{"op":"replace","path":"members","value":null}`, roster.Invalid},
		{"null added", `{"op":"add","path":"members","value":null}`, roster.Invalid},
		{"a number", `{"op":"replace","path":"members","value":5}`, roster.Invalid},
		{"objects without value", `{"op":"replace","path":"members","value":[{"display":"A"}]}`, roster.Invalid},
		{"removed objects without value", `{"op":"remove","path":"members","value":[{"display":"A"}]}`, roster.Invalid},
		{"removed number", `{"op":"remove","path":"members","value":[5]}`, roster.Invalid},
		{"an id that is none", `{"op":"add","path":"members","value":[{"value":"ann@kv.example"}]}`, roster.Invalid},
		{"a nested group", `{"op":"add","path":"members","value":[{"type":"Group","value":"` + uuid(1) + `"}]}`, roster.Invalid},
		{"a part", `{"op":"replace","path":"members.value","value":"` + uuid(1) + `"}`, roster.BadPath},
		{"a part as key", `{"op":"replace","value":{"members.value":"` + uuid(1) + `"}}`, roster.BadPath},
		{"removed part", `{"op":"remove","path":"members.display"}`, roster.BadPath},
		{"selected by display", `{"op":"remove","path":"members[display eq \"A\"]"}`, roster.BadPath},
		{"selected by not", `{"op":"remove","path":"members[not (value eq \"A\")]"}`, roster.BadPath},
		{"selected by an unknown part", `{"op":"remove","path":"members[size eq 1]"}`, roster.BadFilter},
		{"selected and replaced", `{"op":"replace","path":"members[value eq \"A\"].display","value":"B"}`, roster.Mutability},
		{"removed name", `{"op":"remove","path":"displayName"}`, roster.Invalid},
		{"id", `{"op":"replace","path":"id","value":"B"}`, roster.Mutability},
		{"unknown path", `{"op":"replace","path":"userName","value":"B"}`, roster.BadPath},
		{"remove without path", `{"op":"remove","value":{"members":[]}}`, roster.NoTarget},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := applyGroup(tt.operations, quirks{})
			if !errors.Is(err, tt.want) {
				t.Errorf("patchGroup(%s) = %+v, %v, want %v", tt.operations, got, err, tt.want)
			}
		})
	}
}

func TestParseGroup(t *testing.T) {
	t.Parallel()
	name, external := "G", "x"
	var none roster.Attributes
	tests := []struct {
		name, body string
		want       roster.GroupChange
	}{
		{"Entra", `{"schemas":["` + groupURN + `","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],"externalId":"x","displayName":"G","meta":{"resourceType":"Group"}}`, roster.GroupChange{Name: &name, ExternalID: &external, Attributes: &none}},
		{"without schemas", `{"displayName":"G"}`, roster.GroupChange{Name: &name, Attributes: &none}},
		{"Okta, nobody", `{"displayName":"G","members":[]}`, roster.GroupChange{Name: &name, Attributes: &none, Steps: []roster.MemberStep{{Op: roster.RemoveAll}}}},
		{"null members", `{"displayName":"G","members":null}`, roster.GroupChange{Name: &name, Attributes: &none}},
		{"Okta's PUT", `{"id":"i","DISPLAYNAME":"G","members":[{"value":"` + uuid(1) + `","display":"x"}]}`, roster.GroupChange{Name: &name, Attributes: &none, Steps: []roster.MemberStep{{Op: roster.ReplaceMembers, Members: ids(1)}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseGroup([]byte(tt.body), quirks{})
			if err != nil {
				t.Fatal(err, detailText(err))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("parseGroup(%s) mismatch (-want +got)\n%s", tt.body, diff)
			}
		})
	}
	for _, body := range []string{`{}`, `{"displayName":" "}`, `{"displayName":5}`, fmt.Sprintf(`{"displayName":"%01001d"}`, 1)} {
		if c, err := parseGroup([]byte(body), quirks{}); !errors.Is(err, roster.Invalid) {
			t.Errorf("parseGroup(%.40s) = %v, %v, want %v", body, c, err, roster.Invalid)
		}
	}
}
