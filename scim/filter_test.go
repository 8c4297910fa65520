package scim

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
)

func text(f roster.Field, op roster.Op, v string) roster.Predicate {
	return roster.Compare{Field: f, Op: op, Value: roster.TextValue(v)}
}

func attr(name, sub string) roster.Field { return roster.Field{Attribute: name, Sub: sub} }

var (
	idField       = roster.Field{Column: roster.ColumnID}
	externalField = roster.Field{Column: roster.ColumnExternalID}
	loginField    = roster.Field{Column: roster.ColumnLogin}
	activeField   = roster.Field{Column: roster.ColumnActive}
	nameField     = roster.Field{Column: roster.ColumnName}
	createdField  = roster.Field{Column: roster.ColumnCreated}
	changedField  = roster.Field{Column: roster.ColumnChanged}
	managerField  = roster.Field{Extension: enterpriseURN, Attribute: "manager", Sub: "value"}
)

func anyOf(f roster.Field, sub string, op roster.Op, v string) roster.Predicate {
	return roster.Any{Field: f, Where: text(roster.Field{Sub: sub}, op, v)}
}

func TestParseFilter(t *testing.T) {
	t.Parallel()
	emails := attr("emails", "")
	workEmail := roster.Any{Field: emails, Where: roster.And{
		text(attr("", "type"), roster.Equal, "work"), text(attr("", "value"), roster.Equal, "a@kv.example"),
	}}
	groups, members := roster.Field{Column: roster.ColumnGroup}, roster.Field{Column: roster.ColumnMember}
	exactValue := roster.Field{Sub: "value"}
	at := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	badge := roster.Field{Extension: "urn:acme:2.0:Person", Attribute: "badge"}
	tests := []struct {
		name, filter string
		kind         resourceKind
		want         roster.Predicate
	}{
		{"user name", `userName eq "Ann"`, userKind, text(loginField, roster.Equal, "Ann")},
		{"any case", `USERNAME EQ "Ann"`, userKind, text(loginField, roster.Equal, "Ann")},
		{"spaces", `  userName   eq   "Ann"  `, userKind, text(loginField, roster.Equal, "Ann")},
		{"URN of the core", `urn:ietf:params:scim:schemas:core:2.0:user:userName eq "Ann"`, userKind, text(loginField, roster.Equal, "Ann")},
		{"external id", `externalId eq "x"`, userKind, text(externalField, roster.Equal, "x")},
		{"id", `id eq "x"`, userKind, text(idField, roster.Equal, "x")},
		{"Entra's e-mail", `emails[type eq "work"].value eq "a@kv.example"`, userKind, workEmail},
		{"RFC's e-mail", `emails[type eq "work" and value eq "a@kv.example"]`, userKind, workEmail},
		{"e-mail", `emails.value co "kv"`, userKind, anyOf(emails, "value", roster.Contains, "kv")},
		{"e-mail for short", `emails co "kv"`, userKind, anyOf(emails, "value", roster.Contains, "kv")},
		{"any e-mail", `emails pr`, userKind, roster.Any{Field: emails}},
		{"no e-mail", `emails eq null`, userKind, roster.Not{Of: roster.Any{Field: emails}}},
		{"reference check of a manager", `id eq "u" and manager eq "m"`, userKind, roster.And{text(idField, roster.Equal, "u"), text(managerField, roster.Equal, "m")}},
		{"manager by URN", enterpriseURN + `:manager.value eq "m"`, userKind, text(managerField, roster.Equal, "m")},
		{"department by URN", enterpriseURN + `:DEPARTMENT sw "O"`, userKind, text(roster.Field{Extension: enterpriseURN, Attribute: "department"}, roster.HasPrefix, "O")},
		{"department for short", `department pr`, userKind, roster.Compare{Field: roster.Field{Extension: enterpriseURN, Attribute: "department"}, Op: roster.Present}},
		{"reference check of a member", `id eq "g" and members eq "U-1"`, groupKind, roster.And{text(idField, roster.Equal, "g"), roster.Any{Field: members, Where: text(exactValue, roster.Equal, "u-1")}}},
		{"member by value", `members.value eq "u"`, groupKind, roster.Any{Field: members, Where: text(exactValue, roster.Equal, "u")}},
		{"member in brackets", `members[value eq "u" and type eq "User"]`, groupKind, roster.Any{Field: members, Where: roster.And{text(exactValue, roster.Equal, "u"), text(attr("", "type"), roster.Equal, "User")}}},
		{"member by display", `members.display ew "n"`, groupKind, anyOf(members, "display", roster.HasSuffix, "n")},
		{"groups", `groups eq "g"`, userKind, roster.Any{Field: groups, Where: text(exactValue, roster.Equal, "g")}},
		{"groups by display", `groups.display eq "g"`, userKind, anyOf(groups, "display", roster.Equal, "g")},
		{"group type", `groups[type eq "direct"]`, userKind, roster.Any{Field: groups, Where: roster.And{}}},
		{"group name", `displayName eq "G"`, groupKind, text(nameField, roster.Equal, "G")},
		{"display name of a user", `displayName eq "G"`, userKind, text(attr("displayName", ""), roster.Equal, "G")},
		{"part of the name", `name.givenName ne "A"`, userKind, text(attr("name", "givenName"), roster.NotEqual, "A")},
		{"name present", `name pr`, userKind, roster.Compare{Field: attr("name", ""), Op: roster.Present}},
		{"active", `active eq true`, userKind, roster.Compare{Field: activeField, Op: roster.Equal, Value: roster.BoolValue(true)}},
		{"active as text", `active eq "False"`, userKind, roster.Compare{Field: activeField, Op: roster.Equal, Value: roster.BoolValue(false)}},
		{"Entra's primary", `roles[primary eq "True"]`, userKind, roster.Any{Field: attr("roles", ""), Where: roster.Compare{Field: attr("", "primary"), Op: roster.Equal, Value: roster.BoolValue(true)}}},
		{"created", `meta.created gt "2026-01-31T12:00:00Z"`, userKind, roster.Compare{Field: createdField, Op: roster.Greater, Value: roster.TimeValue(at)}},
		{"changed elsewhere", `meta.lastModified le "2026-01-31T13:00:00.000+01:00"`, groupKind, roster.Compare{Field: changedField, Op: roster.LessEqual, Value: roster.TimeValue(at)}},
		{"resource type", `meta.resourceType eq "User"`, userKind, roster.And{}},
		{"other resource type", `meta.resourceType eq "Group"`, userKind, roster.Or{}},
		{"schemas", `schemas eq "` + userURN + `"`, userKind, roster.And{}},
		{"schemas of an extension", `schemas eq "` + enterpriseURN + `"`, userKind, roster.Compare{Field: attr(enterpriseURN, ""), Op: roster.Present}},
		{"extension present", enterpriseURN + ` pr`, userKind, roster.Compare{Field: attr(enterpriseURN, ""), Op: roster.Present}},
		{"unknown extension", `urn:acme:2.0:Person:badge eq 5`, userKind, roster.Any{Field: badge, Where: roster.Compare{Field: attr("", "value"), Op: roster.Equal, Value: roster.NumberValue(5)}}},
		{"unknown extension's part", `urn:acme:2.0:Person:badge.color eq "red"`, userKind, anyOf(badge, "color", roster.Equal, "red")},
		{"unknown extension's presence", `urn:acme:2.0:Person:badge pr`, userKind, roster.Compare{Field: badge, Op: roster.Present}},
		{"unknown extension in brackets", `urn:acme:2.0:Person:badge[color eq "red"]`, userKind, anyOf(badge, "color", roster.Equal, "red")},
		{"case matters", `photos.value eq "https://x/A"`, userKind, roster.Any{Field: attr("photos", ""), Where: text(roster.Field{Sub: "value", Exact: true}, roster.Equal, "https://x/A")}},
		{"escapes", `title eq "a\"b\\c\u00e9\ud83d\ude00\n"`, userKind, text(attr("title", ""), roster.Equal, "a\"b\\cé😀\n")},
		{"null", `title eq null`, userKind, roster.Compare{Field: attr("title", ""), Op: roster.Equal}},
		{"and binds tighter", `title eq "a" or title eq "b" and title eq "c"`, userKind, roster.Or{text(attr("title", ""), roster.Equal, "a"), roster.And{text(attr("title", ""), roster.Equal, "b"), text(attr("title", ""), roster.Equal, "c")}}},
		{"groups of terms", `(title eq "a" or title eq "b") and not (title eq "c")`, userKind, roster.And{roster.Or{text(attr("title", ""), roster.Equal, "a"), text(attr("title", ""), roster.Equal, "b")}, roster.Not{Of: text(attr("title", ""), roster.Equal, "c")}}},
		{"not without a space", `NOT(title eq "c")`, userKind, roster.Not{Of: text(attr("title", ""), roster.Equal, "c")}},
		{"three in brackets", `emails[type eq "a" and (value co "b" or not (display eq "c"))]`, userKind, roster.Any{Field: emails, Where: roster.And{text(attr("", "type"), roster.Equal, "a"), roster.Or{text(attr("", "value"), roster.Contains, "b"), roster.Not{Of: text(attr("", "display"), roster.Equal, "c")}}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseFilter(tt.filter, tt.kind.schema(), Limits{})
			if err != nil {
				t.Fatalf("parseFilter(%s): %v, %s", tt.filter, err, detailText(err))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("parseFilter(%s) mismatch (-want +got)\n%s", tt.filter, diff)
			}
		})
	}
}

func TestParseFilterRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, filter, want string }{
		{"empty", ``, `The filter ends where the name of an attribute should follow.`},
		{"unknown operator", `userName zz "x"`, `"zz" is not an operator. Use eq, ne, co, sw, ew, gt, ge, lt, le or pr.`},
		{"no operator", `userName`, `The filter ends where an operator should follow.`},
		{"no value", `userName eq`, `The filter ends where a value should follow.`},
		{"no quotes", `userName eq ann`, `The value ann is not understood. Put text in double quotes.`},
		{"single quotes", `userName eq 'ann'`, `The value 'ann' is not understood. Put text in double quotes.`},
		{"open quote", `userName eq "ann`, `The text that begins at character 13 has no closing quote.`},
		{"bad escape", `userName eq "a\x"`, `The text "a\x" has an unknown escape; write \" for a quote and \\ for a backslash.`},
		{"NUL", `userName eq "a\u0000"`, `The text "a\u0000" has a \u escape that is no character.`},
		{"half a surrogate pair", `userName eq "\ud800"`, `The text "\ud800" has a \u escape that is no character.`},
		{"not UTF-8", "userName eq \"\xff\"", `The filter is not UTF-8 text, or holds a NUL character.`},
		{"open bracket", `(userName pr`, `The filter ends where ")" should follow.`},
		{"more behind it", `userName pr userName`, `The filter has "userName" at character 13, where "and", "or" or the end should be.`},
		{"unknown attribute", `shoeSize eq "4"`, `There is no attribute "shoeSize" to filter users by. /Schemas lists them; an attribute of an extension is written urn:…:name.`},
		{"unknown part", `name.shoeSize eq "4"`, `There is no attribute "name.shoeSize" to filter users by. /Schemas lists them; an attribute of an extension is written urn:…:name.`},
		{"unknown part in brackets", `emails[size eq 4]`, `"emails" has no sub-attribute "size". It has display, primary, type, value.`},
		{"three levels", `name.givenName.x eq "4"`, `There is no attribute "name.givenName.x" to filter users by. /Schemas lists them; an attribute of an extension is written urn:…:name.`},
		{"password", `password eq "x"`, `A filter can't ask for password.`},
		{"order of booleans", `active gt true`, `active is true or false. Compare it with eq, ne or pr.`},
		{"boolean as word", `active eq "maybe"`, `active is true or false. Compare it with one of these.`},
		{"text as number", `userName eq 5`, `userName is text. Put the value in double quotes.`},
		{"complex", `name eq "x"`, `"name" has parts and can't be compared as a whole. Name one of them, such as name.familyName.`},
		{"null has no order", `title gt null`, `null can be compared with eq and ne only.`},
		{"time as text", `meta.created gt "yesterday"`, `meta.created is a time. Compare it with one such as "2026-01-31T12:00:00Z".`},
		{"part of a time", `meta.created sw "2026"`, `meta.created is a time. Compare it with eq, ne, gt, ge, lt or le.`},
		{"location", `meta.location eq "x"`, `Of meta, users can be filtered by meta.created, meta.lastModified and meta.resourceType.`},
		{"brackets of a simple attribute", `userName[value eq "x"]`, `"userName" has no elements to put a filter in brackets behind it. Compare it directly.`},
		{"brackets in brackets", `emails[type[value eq "x"]]`, `Brackets can't stand inside of brackets.`},
		{"path without comparison", `emails[type eq "work"].value`, `The filter ends where an operator should follow.`},
		{"reference", `groups.$ref eq "x"`, `Nothing can be found by groups.$ref. Use groups.value.`},
		{"long", `title eq "` + strings.Repeat("a", 4096) + `"`, `The filter is longer than 4096 bytes. Ask for fewer things at once.`},
		{"deep", strings.Repeat("(", 17) + `title pr` + strings.Repeat(")", 17), `The filter nests more than 16 levels deep. Ask for fewer things at once.`},
		{"many", strings.Repeat("title pr or ", 64) + "title pr", `The filter has more than 64 comparisons. Ask for fewer things at once.`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseFilter(tt.filter, userKind.schema(), Limits{})
			if !errors.Is(err, roster.BadFilter) {
				t.Errorf("parseFilter(%.80s) = %v, %v, want %v", tt.filter, got, err, roster.BadFilter)
			}
			if diff := cmp.Diff(tt.want, detailText(err)); diff != "" {
				t.Errorf("parseFilter(%.80s) detail mismatch (-want +got)\n%s", tt.filter, diff)
			}
		})
	}
}

func TestParseSort(t *testing.T) {
	t.Parallel()
	tests := []struct {
		attr string
		kind resourceKind
		want roster.Field
	}{
		{"username", userKind, loginField},
		{"name.familyName", userKind, attr("name", "familyName")},
		{"meta.lastModified", groupKind, changedField},
		{"displayName", groupKind, nameField},
		{"emails", userKind, attr("emails", "value")},
		{enterpriseURN + ":department", userKind, roster.Field{Extension: enterpriseURN, Attribute: "department"}},
		{"urn:acme:1.0:User:badge", userKind, roster.Field{Extension: "urn:acme:1.0:User", Attribute: "badge"}},
	}
	for _, tt := range tests {
		got, err := parseSort(tt.attr, tt.kind.schema())
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("parseSort(%s) mismatch (-want +got), %v\n%s", tt.attr, err, diff)
		}
	}
	for _, bad := range []string{"", "nope", "name", "meta", "meta.version", "groups", "password", "schemas", userURN, enterpriseURN} {
		if got, err := parseSort(bad, userKind.schema()); !errors.Is(err, roster.BadPath) {
			t.Errorf("parseSort(%q) = %v, %v, want %v", bad, got, err, roster.BadPath)
		}
	}
}
