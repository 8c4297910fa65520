package scim

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
)

func patchBody(operations string) []byte {
	return []byte(`{"schemas":["` + patchURN + `"],"Operations":[` + operations + `]}`)
}

// applyUser plays operations on a user with the given document and returns the change.
func applyUser(doc, operations string, q quirks) (roster.Change, error) {
	ops, err := parsePatch(patchBody(operations), q, Limits{})
	if err != nil {
		return roster.Change{}, err
	}
	m := roster.Member{Login: "ann@kv.example", ExternalID: "ext", DirectoryActive: true, Attributes: roster.Attributes(doc)}
	return patchUser(m, ops, q)
}

const ent = `"` + enterpriseURN + `"`

// TestPatchUserDocument holds the shapes of PATCH that directories send, and those of RFC 7644 §3.5.2, to
// what becomes of the document.
func TestPatchUserDocument(t *testing.T) {
	t.Parallel()
	const two = `{"emails":[{"primary":true,"type":"work","value":"w@kv.example"},{"type":"home","value":"h@kv.example"}]}`
	tests := []struct{ name, doc, operations, want string }{
		// Entra, without its flag
		{"Entra: add with a capital", ``, `{"op":"Add","path":"nickName","value":"Idy"}`, `{"nickName":"Idy"}`},
		{"Entra: replace", `{"displayName":"A"}`, `{"op":"Replace","path":"displayName","value":"B"}`, `{"displayName":"B"}`},
		{"Entra: part of the name", `{"name":{"familyName":"F","givenName":"A"}}`, `{"op":"Replace","path":"name.givenName","value":"B"}`, `{"name":{"familyName":"F","givenName":"B"}}`},
		{"Entra: work e-mail", two, `{"op":"Replace","path":"emails[type eq \"work\"].value","value":"n@kv.example"}`, `{"emails":[{"primary":true,"type":"work","value":"n@kv.example"},{"type":"home","value":"h@kv.example"}]}`},
		{"Entra: typed value that is not there", `{"phoneNumbers":[{"type":"work","value":"1"}]}`, `{"op":"Replace","path":"phoneNumbers[type eq \"mobile\"].value","value":"2"}`, `{"phoneNumbers":[{"type":"work","value":"1"},{"type":"mobile","value":"2"}]}`},
		{"Entra: primary of a typed value", ``, `{"op":"add","path":"emails[type eq \"work\"].value","value":"w@kv.example"},{"op":"add","path":"emails[type eq \"work\"].primary","value":"True"}`, `{"emails":[{"primary":true,"type":"work","value":"w@kv.example"}]}`},
		{"Entra: address in parts", ``, `{"op":"Add","path":"addresses[type eq \"work\"].locality","value":"Oslo"},{"op":"Add","path":"addresses[type eq \"work\"].country","value":"NO"}`, `{"addresses":[{"country":"NO","locality":"Oslo","type":"work"}]}`},
		{"Entra: role by primary", ``, `{"op":"Add","path":"roles[primary eq \"True\"].value","value":"r"},{"op":"Add","path":"roles[primary eq \"True\"].display","value":"R"},{"op":"Replace","path":"roles[primary eq \"True\"].type","value":"t"}`, `{"roles":[{"display":"R","primary":true,"type":"t","value":"r"}]}`},
		{"Entra: role as JSON in a text", ``, `{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"1\",\"value\":\"admin\",\"displayName\":\"A\"}"}]}`, `{"roles":[{"display":"A","primary":true,"type":"WindowsAzureActiveDirectoryRole","value":"admin"}]}`},
		{"Entra: the next role as JSON in a text", `{"roles":[{"primary":true,"value":"mate"},{"value":"cook"}]}`, `{"op":"Add","path":"roles","value":[{"value":"{\"value\":\"pilot\"}"}]}`, `{"roles":[{"value":"cook"},{"primary":true,"type":"WindowsAzureActiveDirectoryRole","value":"pilot"}]}`},
		{"Entra: roles replaced", `{"roles":[{"value":"a"}]}`, `{"op":"replace","path":"roles","value":[{"value":"b","primary":false}]}`, `{"roles":[{"primary":false,"value":"b"}]}`},
		{"Entra: attribute of the extension", ``, `{"op":"Add","path":"` + enterpriseURN + `:employeeNumber","value":"7"}`, `{` + ent + `:{"employeeNumber":"7"}}`},
		{"Entra: manager as text", ``, `{"op":"Add","path":"` + enterpriseURN + `:manager","value":"m"}`, `{` + ent + `:{"manager":{"value":"m"}}}`},
		{"Entra: manager in a list, short path", ``, `{"op":"Add","path":"manager","value":[{"$ref":"http://x/Users/m","value":"m"}]}`, `{` + ent + `:{"manager":{"$ref":"http://x/Users/m","value":"m"}}}`},
		{"Entra: manager cleared by an empty text", `{` + ent + `:{"manager":{"value":"m"}}}`, `{"op":"Replace","path":"` + enterpriseURN + `:manager","value":""}`, ``},
		{"Entra: manager removed", `{` + ent + `:{"department":"D","manager":{"value":"m"}}}`, `{"op":"Remove","path":"` + enterpriseURN + `:manager"}`, `{` + ent + `:{"department":"D"}}`},
		{"Entra: custom extension", ``, `{"op":"Add","path":"urn:acme:2.0:CustomExt:badge","value":"B7"}`, `{"urn:acme:2.0:CustomExt":{"badge":"B7"}}`},
		{"Entra: empty text reads back", `{"title":"T"}`, `{"op":"Replace","path":"title","value":""}`, `{"title":""}`},
		{"Entra: null clears", `{"title":"T","nickName":"N"}`, `{"op":"Replace","path":"title","value":null}`, `{"nickName":"N"}`},
		// Entra, with its flag
		{"Entra: dotted and colon keys", `{"name":{"familyName":"F"}}`, `{"op":"replace","value":{"name.givenName":"G","displayName":"D","` + enterpriseURN + `:employeeNumber":"7","` + enterpriseURN + `:manager":"m"}}`, `{"displayName":"D","name":{"familyName":"F","givenName":"G"},` + ent + `:{"employeeNumber":"7","manager":{"value":"m"}}}`},
		{"Entra: mistyped URN", ``, `{"op":"add","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0User":{"department":"D"}}}`, `{` + ent + `:{"department":"D"}}`},
		// Okta
		{"Okta: keys that are ignored", ``, `{"op":"replace","value":{"id":"x","password":"secret","groups":[],"meta":{},"schemas":["a"],"displayName":"D"}}`, `{"displayName":"D"}`},
		{"Okta: password alone", `{"title":"T"}`, `{"op":"replace","value":{"password":"secret"}}`, `{"title":"T"}`},
		{"Okta: password by path", `{"title":"T"}`, `{"op":"replace","path":"password","value":"secret"}`, `{"title":"T"}`},
		{"authentik: null path", ``, `{"op":"replace","path":null,"value":{"displayName":"D"}}`, `{"displayName":"D"}`},
		// RFC 7644 §3.5.2.1
		{"add: merge a complex attribute", `{"name":{"familyName":"F"}}`, `{"op":"add","path":"name","value":{"givenName":"G"}}`, `{"name":{"familyName":"F","givenName":"G"}}`},
		{"add: append to a list", two, `{"op":"add","path":"emails","value":[{"type":"other","value":"o@kv.example"}]}`, `{"emails":[{"primary":true,"type":"work","value":"w@kv.example"},{"type":"home","value":"h@kv.example"},{"type":"other","value":"o@kv.example"}]}`},
		{"add: one object to a list", ``, `{"op":"add","path":"emails","value":{"value":"o@kv.example"}}`, `{"emails":[{"value":"o@kv.example"}]}`},
		{"add: no duplicates", two, `{"op":"add","path":"emails","value":[{"type":"home","value":"H@kv.example"}]}`, `{"emails":[{"primary":true,"type":"work","value":"w@kv.example"},{"type":"home","value":"H@kv.example"}]}`},
		{"add: a new primary", two, `{"op":"add","value":{"emails":[{"value":"o@kv.example","primary":true}]}}`, `{"emails":[{"primary":false,"type":"work","value":"w@kv.example"},{"type":"home","value":"h@kv.example"},{"primary":true,"value":"o@kv.example"}]}`},
		{"add: null adds nothing", two, `{"op":"add","path":"emails","value":null}`, two},
		{"add: whole extension", `{` + ent + `:{"department":"D"}}`, `{"op":"add","path":"` + enterpriseURN + `","value":{"division":"V","unknown":1}}`, `{` + ent + `:{"department":"D","division":"V"}}`},
		{"add: core by URN", ``, `{"op":"add","path":"` + userURN + `:name.givenName","value":"G"}`, `{"name":{"givenName":"G"}}`},
		{"add: to selected elements", two, `{"op":"add","path":"emails[type eq \"home\"]","value":{"display":"H"}}`, `{"emails":[{"primary":true,"type":"work","value":"w@kv.example"},{"display":"H","type":"home","value":"h@kv.example"}]}`},
		// §3.5.2.2
		{"remove: attribute", `{"title":"T"}`, `{"op":"remove","path":"title"}`, ``},
		{"remove: what is not there", `{"title":"T"}`, `{"op":"remove","path":"nickName"}`, `{"title":"T"}`},
		{"remove: part", `{"name":{"familyName":"F","givenName":"G"}}`, `{"op":"remove","path":"name.givenName"}`, `{"name":{"familyName":"F"}}`},
		{"remove: list", two, `{"op":"remove","path":"emails"}`, ``},
		{"remove: selected", two, `{"op":"remove","path":"emails[type eq \"home\"]"}`, `{"emails":[{"primary":true,"type":"work","value":"w@kv.example"}]}`},
		{"remove: nested filter", two, `{"op":"remove","path":"emails[not (type eq \"work\") and (value co \"h@\" or primary eq true)]"}`, `{"emails":[{"primary":true,"type":"work","value":"w@kv.example"}]}`},
		{"remove: part of selected", two, `{"op":"remove","path":"emails[type eq \"work\"].primary"}`, `{"emails":[{"type":"work","value":"w@kv.example"},{"type":"home","value":"h@kv.example"}]}`},
		{"remove: none selected", two, `{"op":"remove","path":"emails[type eq \"other\"]"}`, two},
		{"remove: named by value", two, `{"op":"remove","path":"emails","value":[{"value":"H@kv.example"}]}`, `{"emails":[{"primary":true,"type":"work","value":"w@kv.example"}]}`},
		{"remove: an empty list names nobody", two, `{"op":"remove","path":"emails","value":[]}`, two},
		{"remove: extension", `{"title":"T",` + ent + `:{"department":"D"}}`, `{"op":"remove","path":"` + enterpriseURN + `"}`, `{"title":"T"}`},
		// §3.5.2.3
		{"replace: list", two, `{"op":"replace","path":"emails","value":[{"value":"n@kv.example"}]}`, `{"emails":[{"value":"n@kv.example"}]}`},
		{"replace: complex keeps the parts not named", `{"name":{"familyName":"F","givenName":"G"}}`, `{"op":"replace","path":"name","value":{"givenName":"H"}}`, `{"name":{"familyName":"F","givenName":"H"}}`},
		{"replace: complex part with null", `{"name":{"familyName":"F","givenName":"G"}}`, `{"op":"replace","value":{"name":{"givenName":null}}}`, `{"name":{"familyName":"F"}}`},
		{"replace: selected elements", two, `{"op":"replace","path":"emails[type eq \"home\"]","value":{"value":"n@kv.example"}}`, `{"emails":[{"primary":true,"type":"work","value":"w@kv.example"},{"type":"home","value":"n@kv.example"}]}`},
		{"replace: a new primary by path", two, `{"op":"replace","path":"emails[type eq \"home\"].primary","value":true}`, `{"emails":[{"primary":false,"type":"work","value":"w@kv.example"},{"primary":true,"type":"home","value":"h@kv.example"}]}`},
		{"replace: the only element's part", `{"emails":[{"value":"a@kv.example"}]}`, `{"op":"replace","path":"emails.value","value":"b@kv.example"}`, `{"emails":[{"value":"b@kv.example"}]}`},
		{"replace: unknown keys are passed over", ``, `{"op":"replace","value":{"favouriteColour":"red","name.shoeSize":4}}`, ``},
		{"empty text for what is not there", two, `{"op":"replace","path":"phoneNumbers[type eq \"fax\"].value","value":""}`, two},
		{"nothing changed", two, `{"op":"replace","path":"emails[type eq \"work\"].value","value":"w@kv.example"}`, two},
		{"members of users", `{"title":"T"}`, `{"op":"replace","value":{"schemas":["x"]}},{"op":"add","path":"schemas","value":["x"]}`, `{"title":"T"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := applyUser(tt.doc, tt.operations, quirks{})
			if err != nil {
				t.Fatalf("patchUser(%s): %v: %s", tt.operations, err, detailText(err))
			}
			if diff := cmp.Diff(tt.want, string(got.Attributes)); diff != "" {
				t.Errorf("patchUser(%s) mismatch (-want +got)\n%s", tt.operations, diff)
			}
			if len(got.Attributes) > 0 && !json.Valid(got.Attributes) {
				t.Errorf("patchUser wrote invalid JSON: %s", got.Attributes)
			}
		})
	}
}

// TestPatchUserFields is about what the roster keeps outside of the document.
func TestPatchUserFields(t *testing.T) {
	t.Parallel()
	const doc = `{"emails":[{"type":"work","value":"ann@kv.example"}]}`
	same := roster.Change{Login: "ann@kv.example", ExternalID: "ext", Addresses: []string{"ann@kv.example"}, Roles: []string{}, Attributes: roster.Attributes(doc)}
	with := func(f func(*roster.Change)) roster.Change { c := same; f(&c); return c }
	tests := []struct {
		name, operations string
		want             roster.Change
	}{
		{"Entra disables", `{"op":"Replace","path":"active","value":"False"}`, with(func(c *roster.Change) { c.Active = new(false) })},
		{"Entra enables", `{"op":"Replace","path":"active","value":"True"}`, with(func(c *roster.Change) { c.Active = new(true) })},
		{"Entra disables with its flag", `{"op":"replace","path":"active","value":false}`, with(func(c *roster.Change) { c.Active = new(false) })},
		{"Okta disables", `{"op":"replace","value":{"active":false}}`, with(func(c *roster.Change) { c.Active = new(false) })},
		{"null says nothing", `{"op":"replace","path":"active","value":null}`, same},
		{"remove of active says nothing", `{"op":"remove","path":"active"}`, same},
		{"renamed", `{"op":"Replace","path":"userName","value":"bea@kv.example"}`, with(func(c *roster.Change) { c.Login = "bea@kv.example" })},
		{"external id", `{"op":"Replace","path":"externalId","value":"x2"}`, with(func(c *roster.Change) { c.ExternalID = "x2" })},
		{"external id removed", `{"op":"remove","path":"externalId"}`, with(func(c *roster.Change) { c.ExternalID = "" })},
		{"another address", `{"op":"replace","path":"emails[type eq \"work\"].value","value":"new@kv.example"}`, with(func(c *roster.Change) {
			c.Email, c.Addresses, c.Attributes = "new@kv.example", []string{"new@kv.example"}, roster.Attributes(`{"emails":[{"type":"work","value":"new@kv.example"}]}`)
		})},
		{"roles, the primary one first", `{"op":"add","path":"roles","value":[{"value":"a"},{"value":"{\"value\":\"b\"}","primary":"True"}]}`, with(func(c *roster.Change) {
			c.Roles = []string{"b", "a"}
			c.Attributes = roster.Attributes(`{"emails":[{"type":"work","value":"ann@kv.example"}],"roles":[{"value":"a"},{"primary":true,"type":"WindowsAzureActiveDirectoryRole","value":"b"}]}`)
		})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := applyUser(doc, tt.operations, quirks{})
			if err != nil {
				t.Fatalf("patchUser(%s): %v: %s", tt.operations, err, detailText(err))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("patchUser(%s) mismatch (-want +got)\n%s", tt.operations, diff)
			}
		})
	}
}

func TestPatchUserTwiceFromTheSameOperations(t *testing.T) {
	t.Parallel()
	ops, err := parsePatch(patchBody(`{"op":"add","path":"emails","value":[{"value":"a@kv.example"}]},{"op":"add","path":"emails[value eq \"a@kv.example\"].type","value":"work"},`+
		`{"op":"add","path":"urn:acme:1.0:User:x","value":{"a":{"b":1}}},{"op":"add","path":"urn:acme:1.0:User:x.a","value":2}`), quirks{}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"emails":[{"type":"work","value":"a@kv.example"}],"urn:acme:1.0:User":{"x":{"a":2}}}`
	for range 2 {
		c, err := patchUser(roster.Member{Login: "a"}, ops, quirks{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(c.Attributes)); diff != "" {
			t.Errorf("patchUser mismatch (-want +got)\n%s", diff)
		}
	}
}

func TestPatchUserRefuses(t *testing.T) {
	t.Parallel()
	const doc = `{"emails":[{"type":"work","value":"w@kv.example"},{"type":"home","value":"h@kv.example"}]}`
	tests := []struct {
		name, operations string
		strict           bool
		want             roster.Kind
	}{
		{"unknown op", `{"op":"merge","path":"displayName","value":"q"}`, false, roster.BadSyntax},
		{"no op", `{"path":"displayName","value":"q"}`, false, roster.BadSyntax},
		{"op is no text", `{"op":1,"path":"displayName","value":"q"}`, false, roster.BadSyntax},
		{"no operations", ``, false, roster.BadSyntax},
		{"operation is no object", `7`, false, roster.BadSyntax},
		{"no value", `{"op":"replace","path":"title"}`, false, roster.BadSyntax},
		{"no path, value is no object", `{"op":"replace","value":"x"}`, false, roster.BadSyntax},
		{"no path, value is a list", `{"op":"replace","value":[{"title":"x"}]}`, false, roster.BadSyntax},
		{"path is no text", `{"op":"replace","path":7,"value":"x"}`, false, roster.BadPath},
		{"unknown path", `{"op":"replace","path":"shoeSize","value":"x"}`, false, roster.BadPath},
		{"unknown part", `{"op":"replace","path":"name.shoeSize","value":"x"}`, false, roster.BadPath},
		{"three levels", `{"op":"replace","path":"name.givenName.x","value":"x"}`, false, roster.BadPath},
		{"part of a list of an unknown extension", `{"op":"add","path":"urn:acme:1.0:User:list","value":[{"value":"a"}]},{"op":"replace","path":"urn:acme:1.0:User:list.value","value":"x"}`, false, roster.BadPath},
		{"unknown part of selected", `{"op":"replace","path":"emails[type eq \"work\"].size","value":"x"}`, false, roster.BadPath},
		{"filter of a simple attribute", `{"op":"replace","path":"title[value eq \"x\"]","value":"x"}`, false, roster.BadPath},
		{"unknown part in brackets", `{"op":"replace","path":"emails[size eq 1].value","value":"x"}`, false, roster.BadFilter},
		{"bracket not closed", `{"op":"replace","path":"emails[type eq \"work\"","value":"x"}`, false, roster.BadPath},
		{"path is a filter", `{"op":"replace","path":"emails[type eq \"work\"].value eq \"x\"","value":"x"}`, false, roster.BadPath},
		{"path with spaces", `{"op":"replace","path":"title eq","value":"x"}`, false, roster.BadPath},
		{"which element", `{"op":"replace","path":"emails.value","value":"x"}`, false, roster.BadPath},
		{"id", `{"op":"replace","path":"id","value":"x"}`, false, roster.Mutability},
		{"groups", `{"op":"add","path":"groups","value":[]}`, false, roster.Mutability},
		{"meta", `{"op":"replace","path":"meta.created","value":"x"}`, false, roster.Mutability},
		{"manager's name", `{"op":"replace","path":"` + enterpriseURN + `:manager.displayName","value":"x"}`, false, roster.Mutability},
		{"removed name", `{"op":"remove","path":"userName"}`, false, roster.Mutability},
		{"empty name", `{"op":"replace","path":"userName","value":" "}`, false, roster.Invalid},
		{"remove without path", `{"op":"remove"}`, false, roster.NoTarget},
		{"remove of the resource", `{"op":"remove","path":"` + userURN + `"}`, false, roster.NoTarget},
		{"active is no boolean", `{"op":"replace","path":"active","value":"maybe"}`, false, roster.Invalid},
		{"text is a number", `{"op":"replace","path":"title","value":5}`, false, roster.Invalid},
		{"text is a list", `{"op":"replace","path":"title","value":["x"]}`, false, roster.Invalid},
		{"name is a text", `{"op":"replace","path":"name","value":"x"}`, false, roster.Invalid},
		{"e-mails are a number", `{"op":"replace","path":"emails","value":5}`, false, roster.Invalid},
		{"extension is a text", `{"op":"replace","path":"` + enterpriseURN + `","value":"x"}`, false, roster.Invalid},
		{"remove names a number", `{"op":"remove","path":"emails","value":5}`, false, roster.Invalid},
		{"too long for an index", fmt.Sprintf(`{"op":"replace","path":"userName","value":"%01001d"}`, 1), false, roster.Invalid},
		{"no match that describes an element", `{"op":"replace","path":"emails[type ne \"work\" and type ne \"home\"].value","value":"x"}`, false, roster.NoTarget},
		{"strict: no match", `{"op":"replace","path":"emails[type eq \"other\"].value","value":"x"}`, true, roster.NoTarget},
		{"strict: boolean in quotes", `{"op":"replace","path":"active","value":"False"}`, true, roster.Invalid},
		{"the second fails", `{"op":"replace","path":"title","value":"x"},{"op":"replace","path":"active","value":"maybe"}`, false, roster.Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := applyUser(doc, tt.operations, quirks{strict: tt.strict})
			if !errors.Is(err, tt.want) {
				t.Errorf("patchUser(%s) = %+v, %v, want %v", tt.operations, got, err, tt.want)
			}
			if d := detailText(err); len(d) < 20 || d[len(d)-1] != '.' {
				t.Errorf("patchUser(%s) does not say what to change: %q", tt.operations, d)
			}
		})
	}
}

func TestParsePatchLimits(t *testing.T) {
	t.Parallel()
	one := `{"op":"remove","path":"title"}`
	if _, err := parsePatch(patchBody(one+","+one), quirks{}, Limits{PatchOperations: 1}); !errors.Is(err, roster.TooLarge) {
		t.Errorf("parsePatch with too many operations: %v, want %v", err, roster.TooLarge)
	}
	strict := quirks{strict: true}
	if _, err := parsePatch([]byte(`{"Operations":[`+one+`]}`), strict, Limits{}); !errors.Is(err, roster.BadSyntax) {
		t.Errorf("strict parsePatch without schemas: %v, want %v", err, roster.BadSyntax)
	}
	if _, err := parsePatch([]byte(`{"operations":[`+one+`]}`), quirks{}, Limits{}); err != nil {
		t.Errorf("parsePatch without schemas: %v", err)
	}
}
