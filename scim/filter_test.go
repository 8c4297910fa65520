package scim

import (
	"errors"
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
			got, err := parseFilter(tt.filter, tt.kind, Limits{})
			if err != nil {
				t.Fatalf("parseFilter(%s): %v, %s", tt.filter, err, detail(err))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("parseFilter(%s) mismatch (-want +got)\n%s", tt.filter, diff)
			}
		})
	}
}

// detail is what the admin of the directory reads.
func detail(err error) string {
	var e *roster.Error
	if errors.As(err, &e) {
		return e.Detail
	}
	return ""
}
