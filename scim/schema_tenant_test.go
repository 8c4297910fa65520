package scim

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// TestSchemaChangesAndValues is about changes of a schema that values which are there would not survive, or should not.
func TestSchemaChangesAndValues(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			c := w.customer(t, "acme", "kv.example", tenant.Generic, tenant.DirectorySettings{})
			operator := roster.Staff{Tenant: c.tenant, Actor: roster.Actor{Source: roster.SourceOperator}}
			put := func(attributes string) error {
				s, err := tenant.ParseSchema([]byte(`{"id":"urn:kv:1.0:User","name":"KV","attributes":[` + attributes + `]}`))
				if err == nil {
					_, err = w.roster.PutSchema(t.Context(), operator, s)
				}
				return err
			}
			if err := put(`{"name":"a"},{"name":"b"},{"name":"pin","returned":"never"}`); err != nil {
				t.Fatal(err)
			}
			if err := put(`{"name":"a","type":"integer"},{"name":"b"},{"name":"pin","mutability":"writeOnly"}`); err != nil {
				t.Errorf("a type changes without values: %v", err)
			}
			body := strings.TrimSuffix(userBody("ann@kv.example"), "}") + `,"urn:kv:1.0:User":{"a":1,"pin":"7"}}`
			if rec := w.as(t, c, "POST", "/Users", body); rec.Code != http.StatusCreated {
				t.Fatalf("POST: %d %s", rec.Code, rec.Body)
			}
			for name, attributes := range map[string]string{
				"another type":       `{"name":"a"},{"name":"b"},{"name":"pin","returned":"never"}`,
				"a list":             `{"name":"a","type":"integer","multiValued":true},{"name":"pin","returned":"never"}`,
				"another spelling":   `{"name":"A","type":"integer"},{"name":"pin","returned":"never"}`,
				"a hidden one shown": `{"name":"a","type":"integer"},{"name":"pin"}`,
				"a hidden one gone":  `{"name":"a","type":"integer"}`,
			} {
				if e, ok := errors.AsType[*roster.Error](put(attributes)); !ok || e.Code != roster.CodeSchemaHasValues {
					t.Errorf("%s: %v, want %s", name, e, roster.CodeSchemaHasValues)
				}
			}
			_, err := w.roster.RemoveSchema(t.Context(), operator, "urn:kv:1.0:User")
			if e, ok := errors.AsType[*roster.Error](err); !ok || e.Code != roster.CodeSchemaHasValues {
				t.Errorf("RemoveSchema with hidden values: %v, want %s", err, roster.CodeSchemaHasValues)
			}
			if err := put(`{"name":"a","type":"integer","required":true,"indexed":true},{"name":"pin","returned":"never"}`); err != nil {
				t.Errorf("an index, a requirement and one attribute less: %v", err)
			}
			if _, err := w.roster.RemoveSchema(t.Context(), operator, "urn:kv:2.0:User"); !errors.Is(err, roster.NotFound) {
				t.Errorf("RemoveSchema of an unknown one: %v, want %v", err, roster.NotFound)
			}
		})
	}
}

func TestManagerIsNamed(t *testing.T) {
	t.Parallel()
	doc := roster.Attributes(`{"a":"\"manager\":{","` + enterpriseURN + `":{"department":"x","manager":{"value":"00000000-0000-0000-0000-00000000000a"}},"z":1}`)
	id, ok := managerOf(doc)
	if !ok || id.UUID.UUID() != "00000000-0000-0000-0000-00000000000a" {
		t.Fatalf("managerOf = %v, %v", id, ok)
	}
	want := `{"a":"\"manager\":{","` + enterpriseURN + `":{"department":"x","manager":{"$ref":"u","displayName":"Bo \"B\"","value":"00000000-0000-0000-0000-00000000000a"}},"z":1}`
	if got := string(withManager(doc, `Bo "B"`, "u")); got != want {
		t.Errorf("withManager = %s, want %s", got, want)
	}
	for _, none := range []string{``, `{"manager":{"value":"00000000-0000-0000-0000-00000000000a"}}`, `{"` + enterpriseURN + `":{"manager":{"value":"Bo"}}}`} {
		if id, ok := managerOf(roster.Attributes(none)); ok {
			t.Errorf("managerOf(%s) = %v, want none", none, id)
		}
	}
}

// TestSecretsStayOutOfShownBodies: a log that shows values masks a body that may hold one that is never returned.
func TestSecretsStayOutOfShownBodies(t *testing.T) {
	t.Parallel()
	schema, err := tenant.ParseSchema([]byte(`{"id":"urn:kv:1.0:User","name":"KV","attributes":[{"name":"desk"},{"name":"doorPin","mutability":"writeOnly"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	set := newSchemaSet(tenant.Extensions{Schemas: []tenant.Schema{schema.WithDefaults()}})
	for body, want := range map[string]bool{
		``: false,
		`{"userName":"ann","urn:kv:1.0:User":{"desk":"4"}}`:                             false,
		`{"urn:kv:1.0:User":{"DOORPIN":"1234"}}`:                                        true,
		`{"Operations":[{"op":"add","path":"urn:kv:1.0:User:doorPin","value":"1234"}]}`: true,
		`{"urn:kv:1.0:User":{"door\u0050in":"1234"}}`:                                   true,
	} {
		if got := set.tellsSecret([]byte(body)); got != want {
			t.Errorf("tellsSecret(%s) = %t, want %t", body, got, want)
		}
	}
	if (*schemaSet)(nil).tellsSecret([]byte(`{"pin":1}`)) {
		t.Error("a tenant without schemas has secrets")
	}
}
