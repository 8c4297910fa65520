package tenant

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSchemaCheck(t *testing.T) {
	t.Parallel()
	const frame = `{"id":"urn:acme:scim:1.0:User","name":"Acme","attributes":[ATTR]}`
	tests := []struct{ name, text, field string }{
		{"no JSON", `nothing`, "schema"},
		{"misspelt key", strings.Replace(frame, "ATTR", `{"name":"a","mutabilty":"readOnly"}`, 1), "schema"},
		{"more behind", strings.Replace(frame, "ATTR", `{"name":"a"}`, 1) + `{}`, "schema"},
		{"no URN", `{"id":"acme:User","name":"A","attributes":[{"name":"a"}]}`, "id"},
		{"URN of nothing", `{"id":"urn:acme:scim:1.0","name":"A","attributes":[{"name":"a"}]}`, "id"},
		{"core URN", `{"id":"urn:ietf:params:scim:schemas:core:2.0:User","name":"A","attributes":[{"name":"a"}]}`, "id"},
		{"enterprise URN in capitals", `{"id":"URN:ietf:params:scim:schemas:EXTENSION:enterprise:2.0:User","name":"A","attributes":[{"name":"a"}]}`, "id"},
		{"no name", `{"id":"urn:acme:scim:1.0:User","attributes":[{"name":"a"}]}`, "name"},
		{"no attributes", `{"id":"urn:acme:scim:1.0:User","name":"A"}`, "attributes"},
		{"attribute name", strings.Replace(frame, "ATTR", `{"name":"1a"}`, 1), "attributes.1a"},
		{"common attribute", strings.Replace(frame, "ATTR", `{"name":"ID"}`, 1), "attributes.ID"},
		{"twice", strings.Replace(frame, "ATTR", `{"name":"a"},{"name":"A"}`, 1), "attributes.A"},
		{"type", strings.Replace(frame, "ATTR", `{"name":"a","type":"float"}`, 1), "attributes.a.type"},
		{"mutability", strings.Replace(frame, "ATTR", `{"name":"a","mutability":"never"}`, 1), "attributes.a.mutability"},
		{"write-only that is shown", strings.Replace(frame, "ATTR", `{"name":"a","mutability":"writeOnly","returned":"always"}`, 1), "attributes.a.returned"},
		{"required but read-only", strings.Replace(frame, "ATTR", `{"name":"a","mutability":"readOnly","required":true}`, 1), "attributes.a.required"},
		{"uniqueness global", strings.Replace(frame, "ATTR", `{"name":"a","uniqueness":"global"}`, 1), "attributes.a.uniqueness"},
		{"complex without parts", strings.Replace(frame, "ATTR", `{"name":"a","type":"complex"}`, 1), "attributes.a.subAttributes"},
		{"complex in complex", strings.Replace(frame, "ATTR", `{"name":"a","type":"complex","subAttributes":[{"name":"b","type":"complex"}]}`, 1), "attributes.a.b.type"},
		{"immutable part", strings.Replace(frame, "ATTR", `{"name":"a","type":"complex","subAttributes":[{"name":"b","mutability":"immutable"}]}`, 1), "attributes.a.b"},
		{"indexed complex", strings.Replace(frame, "ATTR", `{"name":"a","type":"complex","indexed":true,"subAttributes":[{"name":"b"}]}`, 1), "attributes.a.indexed"},
		{"indexed secret", strings.Replace(frame, "ATTR", `{"name":"a","returned":"never","indexed":true}`, 1), "attributes.a.indexed"},
		{"claim of a token", strings.Replace(frame, "ATTR", `{"name":"a","claim":"sub"}`, 1), "attributes.a.claim"},
		{"secret claim", strings.Replace(frame, "ATTR", `{"name":"a","claim":"x","returned":"never"}`, 1), "attributes.a.claim"},
		{"claim twice", strings.Replace(frame, "ATTR", `{"name":"a","claim":"x"},{"name":"b","claim":"x"}`, 1), "attributes.b.claim"},
		{"claim of a group", `{"id":"urn:acme:scim:1.0:Group","name":"A","attributes":[{"name":"a","claim":"x"}]}`, "attributes.a.claim"},
		{"too many", strings.Replace(frame, "ATTR", `{"name":"a`+strings.Join(make([]string, 102), `"},{"name":"a`)+`"}`, 1), "attributes.a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := ParseSchema([]byte(tt.text))
			if err == nil {
				err = s.Check()
			}
			wrong, ok := errors.AsType[*SchemaError](err)
			if !ok || wrong.Field != tt.field || !strings.HasSuffix(wrong.Detail, ".") {
				t.Errorf("%.120s: %v, want a SchemaError of %s that ends in a full stop", tt.text, err, tt.field)
			}
		})
	}
	for _, urn := range []string{"urn:acme:scim:1.0:User", "urn:ietf:params:scim:schemas:extension:acme:2.0:User", "urn:x-acme:a:group"} {
		s := Schema{URN: urn, Name: "A", Attributes: []Attribute{{Name: "a"}}}.WithDefaults()
		if err := s.Check(); err != nil {
			t.Errorf("Check(%s): %v", urn, err)
		}
	}
}

func TestReindex(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	s := Schema{URN: "urn:acme:scim:1.0:User", Attributes: []Attribute{{Name: "a", Indexed: true}, {Name: "b", Uniqueness: UniqueOnServer}, {Name: "c"}}}
	first := Extensions{}.Reindex(s, now)
	var names []string
	for _, i := range first {
		names = append(names, i.Attribute+" "+string(i.State))
	}
	if diff := cmp.Diff([]string{"a building", "b building"}, names); diff != "" {
		t.Errorf("Reindex mismatch (-want +got)\n%s", diff)
	}
	if again := (Extensions{Indexes: first}).Reindex(s, now); again != nil {
		t.Errorf("Reindex of what is there = %v, want nothing", again)
	}
	s.Attributes[0].CaseExact, s.Attributes[1].Uniqueness = true, UniqueNowhere
	names = nil
	for _, i := range (Extensions{Indexes: first}).Reindex(s, now) {
		names = append(names, i.Attribute+" "+string(i.State))
	}
	if diff := cmp.Diff([]string{"a retired", "b retired", "a building"}, names); diff != "" {
		t.Errorf("Reindex after a change mismatch (-want +got)\n%s", diff)
	}
}
