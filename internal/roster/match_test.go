package roster

import (
	"math"
	"strings"
	"testing"
	"time"

	"rollcall/internal/tenant"
)

func at() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.UTC) }

func matched() Member {
	return Member{
		ID: MemberID{tenant.UUID{15: 0xab}}, Login: "Ada@Example.com", ExternalID: "Ext", DirectoryActive: true, CreatedAt: at(), ChangedAt: at(),
		Groups: []GroupRef{{ID: GroupID{tenant.UUID{15: 1}}, Name: "Staff"}},
		Attributes: Attributes(`{"displayName":"Ada","empty":"","null":null,"none":[],"bare":{},"n":1.5,"huge":1e400,"flag":false,
			"name":{"givenName":"ADA"},"titles":["One","two",null,3,{"value":"Four","type":"x"},["five"]],
			"emails":[{"value":"Ada@Example.com","type":"work"},{"value":"ada@home.example","type":"home","tags":["A"]}],
			"single":{"value":"S","type":"t"},"word":"W","a.b":"dot","urn:x":{"dept":{"code":"D1"}}}`),
	}
}

func a(path string) Field {
	name, sub, _ := strings.Cut(path, "/")
	return Field{Attribute: name, Sub: sub}
}

func is(f Field, op Op, v Value) Compare         { return Compare{Field: f, Op: op, Value: v} }
func text1(f Field, op Op, s string) Compare     { return is(f, op, TextValue(s)) }
func inner(name string, op Op, s string) Compare { return text1(Field{Sub: name}, op, s) }

type matchCase struct {
	name string
	p    Predicate
	want bool
}

func runMatches(t *testing.T, cases []matchCase, match func(Predicate) bool) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := match(c.p); got != c.want {
				t.Errorf("match(%#v) = %v, want %v", c.p, got, c.want)
			}
		})
	}
}

func TestMatchMember(t *testing.T) {
	t.Parallel()
	display := a("displayName")
	exact := Field{Attribute: "displayName", Exact: true}
	login, id, created := Field{Column: ColumnLogin}, Field{Column: ColumnID}, Field{Column: ColumnCreated}
	uuid := "00000000-0000-0000-0000-0000000000ab"
	runMatches(t, []matchCase{
		{"nil", nil, true},
		{"and of none", And{}, true},
		{"or of none", Or{}, false},
		{"not of nil", Not{}, false},
		{"and", And{text1(display, Equal, "ada"), text1(display, Equal, "bob")}, false},
		{"or", Or{text1(display, Equal, "bob"), text1(display, Equal, "ada")}, true},
		{"not", Not{text1(display, Equal, "bob")}, true},

		{"folded text", text1(display, Equal, "aDA"), true},
		{"exact text", text1(exact, Equal, "aDA"), false},
		{"contains", text1(display, Contains, "D"), true},
		{"prefix", text1(display, HasPrefix, "da"), false},
		{"suffix", text1(display, HasSuffix, "DA"), true},
		{"less", text1(display, Less, "adb"), true},
		{"less by code point, exactly", text1(exact, Less, "a"), true},
		{"greater or equal", text1(display, GreaterEqual, "ADA"), true},
		{"unknown operation", text1(display, "xx", "ada"), false},

		{"empty text is unassigned", is(a("empty"), Present, Value{}), false},
		{"null is unassigned", is(a("null"), Equal, Value{}), true},
		{"empty list is unassigned", is(a("none"), NotEqual, Value{}), false},
		{"empty object is unassigned", is(a("bare"), Present, Value{}), false},
		{"false is assigned", is(a("flag"), Present, Value{}), true},
		{"absent is unequal to all", text1(a("absent"), NotEqual, "x"), true},
		{"absent is not less", text1(a("absent"), Less, "x"), false},
		{"absent does not equal the empty text", text1(a("absent"), Equal, ""), false},
		{"empty text does not equal itself", text1(a("empty"), Equal, ""), false},
		{"all that is assigned is greater than the empty text", text1(display, Greater, ""), true},
		{"null is neither less nor greater", is(display, Less, Value{}), false},

		{"number", is(a("n"), Equal, NumberValue(1.5)), true},
		{"number less", is(a("n"), Less, NumberValue(2)), true},
		{"number as text is unequal", text1(a("n"), NotEqual, "1.5"), true},
		{"text as number is unequal", is(display, Equal, NumberValue(1)), false},
		{"number too large equals none", is(a("huge"), Equal, NumberValue(math.Inf(1))), false},
		{"number too large is assigned", is(a("huge"), Present, Value{}), true},
		{"NaN never holds", is(a("n"), Equal, NumberValue(math.NaN())), false},
		{"NaN is unequal", is(a("n"), NotEqual, NumberValue(math.NaN())), true},
		{"less than infinite", is(a("n"), Less, NumberValue(math.Inf(1))), true},
		{"truth", is(a("flag"), Equal, BoolValue(false)), true},
		{"truth has no order", is(a("flag"), GreaterEqual, BoolValue(false)), false},

		{"sub-attribute", text1(a("name/givenName"), Equal, "ada"), true},
		{"sub-attribute of what has none", is(a("displayName/x"), Present, Value{}), false},
		{"object equals no text", text1(a("name"), Equal, "ada"), false},
		{"key with a dot", text1(a("a.b"), Equal, "DOT"), true},
		{"keys keep their case", is(a("DisplayName"), Present, Value{}), false},
		{"extension", text1(Field{Extension: "urn:x", Attribute: "dept", Sub: "code"}, Equal, "d1"), true},
		{"another extension", is(Field{Extension: "urn:y", Attribute: "dept"}, Present, Value{}), false},

		{"id", text1(id, Equal, uuid), true},
		{"id is exact, flag or not", text1(id, Equal, strings.ToUpper(uuid)), false},
		{"login is folded, flag or not", text1(Field{Column: ColumnLogin, Exact: true}, Equal, "ADA@example.com"), true},
		{"external id is exact", text1(Field{Column: ColumnExternalID}, Equal, "ext"), false},
		{"column without subs", is(Field{Column: ColumnLogin, Sub: "x"}, Present, Value{}), false},
		{"column of groups", is(Field{Column: ColumnName}, Present, Value{}), false},
		{"active", is(Field{Column: ColumnActive}, Equal, BoolValue(true)), true},
		{"time to the millisecond", is(created, Equal, TimeValue(at().Add(50*time.Microsecond))), true},
		{"time in another zone", is(created, GreaterEqual, TimeValue(at().In(time.FixedZone("", 3600)))), true},
		{"time is no text", text1(created, Equal, "2026-01-02T03:04:05Z"), false},
		{"login is no time", is(login, Less, TimeValue(at())), false},
		{"groups are assigned", is(Field{Column: ColumnGroup}, Present, Value{}), true},
	}, func(p Predicate) bool { return MatchMember(p, matched()) })
}

func TestMatchAny(t *testing.T) {
	t.Parallel()
	emails, titles, groups := a("emails"), a("titles"), Field{Column: ColumnGroup}
	runMatches(t, []matchCase{
		{"one element satisfies all", Any{emails, And{inner("type", Equal, "home"), inner("value", HasSuffix, ".example")}}, true},
		{"two elements do not", Any{emails, And{inner("type", Equal, "work"), inner("value", HasSuffix, ".example")}}, false},
		{"any at all", Any{Field: emails}, true},
		{"none of an empty list", Any{Field: a("none")}, false},
		{"none of null", Any{Field: a("null")}, false},
		{"an empty object is an element", Any{Field: a("bare")}, true},
		{"simple values", Any{titles, inner("value", Equal, "TWO")}, true},
		{"simple values beside objects", Any{titles, inner("value", Equal, "four")}, true},
		{"exact", Any{titles, text1(Field{Sub: "value", Exact: true}, Equal, "four")}, false},
		{"null is no element", Any{titles, is(Field{Sub: "value"}, Equal, Value{})}, false},
		{"number among texts", Any{titles, is(Field{Sub: "value"}, Equal, NumberValue(3))}, true},
		{"list in a list", Any{titles, Any{Field{Sub: "value"}, inner("value", Equal, "five")}}, true},
		{"single object", Any{a("single"), inner("type", Equal, "T")}, true},
		{"single text", Any{a("word"), inner("value", Equal, "w")}, true},
		{"nested", Any{emails, Any{Field{Sub: "tags"}, inner("value", Equal, "a")}}, true},
		{"not inside", Any{emails, Not{inner("type", Equal, "work")}}, true},
		{"not outside", Not{Any{emails, inner("type", Equal, "work")}}, false},
		{"only Sub is looked at", Any{emails, text1(Field{Column: ColumnLogin, Attribute: "x", Sub: "type"}, Equal, "work")}, true},
		{"group by id", Any{groups, inner("value", Equal, "00000000-0000-0000-0000-000000000001")}, true},
		{"group by name", Any{groups, text1(Field{Sub: "display", Exact: true}, Equal, "STAFF")}, true},
		{"groups have no type", Any{groups, is(Field{Sub: "type"}, Present, Value{})}, false},
		{"text of a column", Any{Field{Column: ColumnLogin}, inner("value", Equal, "ADA@EXAMPLE.COM")}, true},
	}, func(p Predicate) bool { return MatchMember(p, matched()) })
}

func TestMatchGroup(t *testing.T) {
	t.Parallel()
	g := Group{ID: GroupID{tenant.UUID{15: 1}}, Name: "Staff", CreatedAt: at(), Attributes: Attributes(`{"description":"All"}`)}
	members := []GroupMember{{ID: MemberID{tenant.UUID{15: 0xab}}, Label: "Ada"}, {ID: MemberID{tenant.UUID{15: 0xcd}}, Label: "Bob"}}
	in := Field{Column: ColumnMember}
	runMatches(t, []matchCase{
		{"name", text1(Field{Column: ColumnName}, Equal, "STAFF"), true},
		{"attribute", text1(a("description"), Equal, "all"), true},
		{"member", Any{in, inner("value", Equal, "00000000-0000-0000-0000-0000000000ab")}, true},
		{"member's id is exact", Any{in, inner("value", Equal, "00000000-0000-0000-0000-0000000000AB")}, false},
		{"member by name", Any{in, inner("display", Equal, "bob")}, true},
		{"one member for both", Any{in, And{inner("display", Equal, "bob"), inner("value", HasSuffix, "ab")}}, false},
		{"type", Any{in, inner("type", Equal, "user")}, true},
		{"columns of members", is(Field{Column: ColumnLogin}, Present, Value{}), false},
		{"members as a value", text1(in, NotEqual, "x"), true},
	}, func(p Predicate) bool { return MatchGroup(p, g, members) })
	if MatchGroup(is(in, Present, Value{}), g, nil) {
		t.Error("a group without members has some")
	}
}

func TestMatchNothingInABrokenDocument(t *testing.T) {
	t.Parallel()
	if MatchMember(nil, Member{Attributes: Attributes("{")}) || MatchGroup(nil, Group{Attributes: Attributes("[]")}, nil) {
		t.Error("a document that is none matched")
	}
}
