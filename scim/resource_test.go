package scim

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/internal/roster"
)

func TestParseUser(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		want       roster.Change
	}{
		{"Entra", `{"schemas":["` + userURN + `","` + enterpriseURN + `"],"externalId":"x","userName":"u@kv.example","active":true,"displayName":"D",
			"emails":[{"primary":true,"type":"work","value":"w@kv.example"}],"meta":{"resourceType":"User"},"name":{"formatted":"F","familyName":"B","givenName":"A"},"roles":[],
			"` + enterpriseURN + `":{"department":"O","manager":null}}`, roster.Change{
			Login: "u@kv.example", ExternalID: "x", Email: "w@kv.example", Addresses: []string{"w@kv.example"}, Active: new(true),
			Attributes: roster.Attributes(`{"displayName":"D","emails":[{"primary":true,"type":"work","value":"w@kv.example"}],"name":{"familyName":"B","formatted":"F","givenName":"A"},` + ent + `:{"department":"O"}}`),
		}},
		{"Entra, older samples", `{"userName":"u","department":"O","manager":"m","title":null,"urn:ietf:params:scim:schemas:extension:enterprise:2.0User":{"division":"V"},"roles":[{"primary":"True","value":"r"}]}`, roster.Change{
			Login: "u", Roles: []string{"r"}, Attributes: roster.Attributes(`{"roles":[{"primary":true,"value":"r"}],` + ent + `:{"department":"O","division":"V","manager":{"value":"m"}}}`),
		}},
		{"Entra, custom extension not in schemas", `{"userName":"u","urn:acme:2.0:CustomExt:User":{"badge":{"n":1.50,"l":[null,{}]},"gone":null}}`, roster.Change{
			Login: "u", Attributes: roster.Attributes(`{"urn:acme:2.0:CustomExt:User":{"badge":{"l":[null,{}],"n":1.50}}}`),
		}},
		{"Okta", `{"schemas":["` + userURN + `"],"userName":"u@kv.example","name":{"givenName":"A","familyName":"B"},"emails":[{"primary":true,"value":"u@kv.example","type":"work"}],"displayName":"A B","locale":"en-US","externalId":"00u","groups":[],"password":"1mz050nq","active":true}`, roster.Change{
			Login: "u@kv.example", ExternalID: "00u", Email: "u@kv.example", Addresses: []string{"u@kv.example"}, Active: new(true),
			Attributes: roster.Attributes(`{"displayName":"A B","emails":[{"primary":true,"type":"work","value":"u@kv.example"}],"locale":"en-US","name":{"familyName":"B","givenName":"A"}}`),
		}},
		{"Okta, empty text", `{"userName":"u","nickName":"","title":"T"}`, roster.Change{Login: "u", Attributes: roster.Attributes(`{"nickName":"","title":"T"}`)}},
		{"OneLogin", `{"id":null,"userName":"u","active":"true","emails":[{"value":"a@kv.example","type":"work","primary":""}],"` + enterpriseURN + `":{"department":"Ops","manager":{"managerId":"m-9","displayName":"Bo"}}}`, roster.Change{
			Login: "u", Email: "a@kv.example", Addresses: []string{"a@kv.example"}, Active: new(true),
			Attributes: roster.Attributes(`{"emails":[{"type":"work","value":"a@kv.example"}],` + ent + `:{"department":"Ops"}}`),
		}},
		{"Google, suspended", `{"userName":"u@kv.example","active":false,"name":{"givenName":"G"}}`, roster.Change{
			Login: "u@kv.example", Email: "u@kv.example", Active: new(false), Attributes: roster.Attributes(`{"name":{"givenName":"G"}}`),
		}},
		{"any case of names", `{"USERNAME":"u","Name":{"GIVENNAME":"G"},"` + strings.ToUpper(enterpriseURN) + `":{"DEPARTMENT":"D"}}`, roster.Change{
			Login: "u", Attributes: roster.Attributes(`{"name":{"givenName":"G"},` + ent + `:{"department":"D"}}`),
		}},
		{"work before first", `{"userName":"u","emails":[{"value":"a@kv.example"},{"value":"b@kv.example","type":"Work"},{"value":"c@kv.example","type":"work"}]}`, roster.Change{
			Login: "u", Email: "b@kv.example", Addresses: []string{"a@kv.example", "b@kv.example", "c@kv.example"},
			Attributes: roster.Attributes(`{"emails":[{"value":"a@kv.example"},{"type":"Work","value":"b@kv.example"},{"type":"work","value":"c@kv.example"}]}`),
		}},
		{"two primary", `{"userName":"u","emails":[{"value":"a@kv.example","primary":true},{"value":"b@kv.example","primary":true}]}`, roster.Change{
			Login: "u", Email: "a@kv.example", Addresses: []string{"a@kv.example", "b@kv.example"},
			Attributes: roster.Attributes(`{"emails":[{"primary":true,"value":"a@kv.example"},{"primary":false,"value":"b@kv.example"}]}`),
		}},
		{"unassigned and unknown", `{"userName":"u","name":{},"emails":[],"phoneNumbers":null,"photos":[{}],"favouriteColour":"red"}`, roster.Change{Login: "u"}},
		{"escapes in one form", `{"userName":"u","title":"\u00e9\/\ud83d\ude00\"\\\n"}`, roster.Change{Login: "u", Attributes: roster.Attributes(`{"title":"é/😀\"\\\n"}`)}},
		{"core by URN", `{"` + userURN + `":{"userName":"u","title":"T"}}`, roster.Change{Login: "u", Attributes: roster.Attributes(`{"title":"T"}`)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseUser([]byte(tt.body), quirks{})
			if err != nil {
				t.Fatal(err, detailText(err))
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("parseUser(%s) mismatch (-want +got)\n%s", tt.body, diff)
			}
			if diff := cmp.Diff(string(tt.want.Attributes), string(got.Attributes)); diff != "" {
				t.Errorf("parseUser(%s) attributes mismatch (-want +got)\n%s", tt.body, diff)
			}
		})
	}
}

func TestParseUserRefuses(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`[`, 40) + strings.Repeat(`]`, 40)
	tests := []struct {
		name, body string
		strict     bool
		want       roster.Kind
	}{
		{"empty", ``, false, roster.BadSyntax},
		{"no JSON", `{"userName"`, false, roster.BadSyntax},
		{"two values", `{} {}`, false, roster.BadSyntax},
		{"a list", `[]`, false, roster.BadSyntax},
		{"no UTF-8", "{\"userName\":\"\xff\"}", false, roster.BadSyntax},
		{"NUL", `{"userName":"\u0000"}`, false, roster.BadSyntax},
		{"half a surrogate pair", `{"userName":"\ud800"}`, false, roster.BadSyntax},
		{"too deep", `{"userName":"u","urn:acme:1.0:User":{"a":` + deep + `}}`, false, roster.BadSyntax},
		{"twice", `{"userName":"u","username":"v"}`, false, roster.BadSyntax},
		{"twice inside", `{"userName":"u","name":{"givenName":"a","GivenName":"b"}}`, false, roster.BadSyntax},
		{"a number no database takes", `{"userName":"u","urn:acme:1.0:User":{"a":1e999}}`, false, roster.BadSyntax},
		{"no userName", `{"displayName":"D"}`, false, roster.Invalid},
		{"empty userName", `{"userName":""}`, false, roster.Invalid},
		{"userName is a number", `{"userName":5}`, false, roster.Invalid},
		{"active is a word", `{"userName":"u","active":"maybe"}`, false, roster.Invalid},
		{"active is a number", `{"userName":"u","active":1}`, false, roster.Invalid},
		{"extension is a text", `{"userName":"u","` + enterpriseURN + `":"x"}`, false, roster.Invalid},
		{"strict: no schemas", `{"userName":"u"}`, true, roster.BadSyntax},
		{"strict: boolean in quotes", `{"schemas":["` + userURN + `"],"userName":"u","active":"true"}`, true, roster.Invalid},
		{"strict: two primary", `{"schemas":["` + userURN + `"],"userName":"u","emails":[{"value":"a","primary":true},{"value":"b","primary":true}]}`, true, roster.Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseUser([]byte(tt.body), quirks{strict: tt.strict})
			if !errors.Is(err, tt.want) {
				t.Errorf("parseUser(%s) = %+v, %v, want %v", tt.body, got, err, tt.want)
			}
			if d := detailText(err); len(d) < 20 || d[len(d)-1] != '.' {
				t.Errorf("parseUser(%s) does not say what to change: %q", tt.body, d)
			}
		})
	}
}

func TestInvalidNamesTheAttribute(t *testing.T) {
	t.Parallel()
	_, err := parseUser([]byte(`{"userName":"u","active":"maybe"}`), quirks{})
	want := &roster.Error{Kind: roster.Invalid, Field: "active", Detail: `Attribute "active" must be true or false, not "maybe".`}
	if diff := cmp.Diff(want, err); diff != "" {
		t.Errorf("parseUser mismatch (-want +got)\n%s", diff)
	}
}

func TestParseUserRepeats(t *testing.T) {
	t.Parallel()
	a, err1 := parseUser([]byte(`{"userName":"u","title":"T","name":{"givenName":"G","familyName":"F"}}`), quirks{})
	b, err2 := parseUser([]byte(`{ "name":{"familyName":"F","givenName":"G"}, "title" : "T", "userName":"u"}`), quirks{})
	if diff := cmp.Diff(a, b); diff != "" || err1 != nil || err2 != nil {
		t.Errorf("the same user in another order mismatch (-first +second), %v, %v\n%s", err1, err2, diff)
	}
}
