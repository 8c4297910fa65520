package storagetest

import (
	"math"
	"strings"
	"time"

	"rollcall/internal/roster"
)

// named is a predicate with the claim it stands for.
type named struct {
	name string
	p    roster.Predicate
}

func numbers() []float64 {
	return []float64{
		0, math.Copysign(0, -1), 1, 1.5, -3, 2.5, 0.1, 9007199254740992, 9007199254740993, 123456789012345678901234567890, 1e300, -1e300,
		5e-324, math.MaxFloat64, -math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(),
	}
}

func cmpText(f roster.Field, op roster.Op, s string) roster.Predicate {
	return roster.Compare{Field: f, Op: op, Value: roster.TextValue(s)}
}

func cmpNumber(f roster.Field, op roster.Op, n float64) roster.Predicate {
	return roster.Compare{Field: f, Op: op, Value: roster.NumberValue(n)}
}

func cmpTime(f roster.Field, op roster.Op, t time.Time) roster.Predicate {
	return roster.Compare{Field: f, Op: op, Value: roster.TimeValue(t)}
}

func present(f roster.Field) roster.Predicate { return roster.Compare{Field: f, Op: roster.Present} }
func isNull(f roster.Field) roster.Predicate  { return roster.Compare{Field: f, Op: roster.Equal} }
func notNull(f roster.Field) roster.Predicate { return roster.Compare{Field: f, Op: roster.NotEqual} }

func isBool(f roster.Field, op roster.Op, b bool) roster.Predicate {
	return roster.Compare{Field: f, Op: op, Value: roster.BoolValue(b)}
}

func exact(f roster.Field) roster.Field {
	f.Exact = true
	return f
}

func anyOf(f roster.Field, where roster.Predicate) roster.Predicate {
	return roster.Any{Field: f, Where: where}
}

func exactSub(name string, op roster.Op, s string) roster.Predicate {
	return cmpText(roster.Field{Sub: name, Exact: true}, op, s)
}

func memberPredicates(s *stage) []named {
	login, display, emails, list := column(roster.ColumnLogin), attr("displayName"), attr("emails"), attr("list")
	work := sub("type", roster.Equal, "work")
	ada := s.people[0].ID.UUID.UUID()
	var all []named
	add := func(name string, p roster.Predicate) { all = append(all, named{name, p}) }

	add("nil is all", nil)
	add("empty and is all", roster.And{})
	add("empty or is none", roster.Or{})
	add("not nil is none", roster.Not{})
	add("not not", roster.Not{Of: roster.Not{Of: loginIs("empty")}})
	add("id", idIs(ada))
	add("id in upper case is another", idIs(strings.ToUpper(ada)))
	add("id that is none", idIs("7"))
	add("id ne", cmpText(column(roster.ColumnID), roster.NotEqual, ada))
	add("id contains", cmpText(column(roster.ColumnID), roster.Contains, ada[4:20]))
	add("id order", cmpText(column(roster.ColumnID), roster.GreaterEqual, ada))
	add("id order by what is none", cmpText(column(roster.ColumnID), roster.Less, "zz"))
	add("login folded", loginIs("ADA@EXAMPLE.COM"))
	add("login folded beyond ASCII", loginIs("åsa@GRÖSSE.example"))
	add("login folded sharp s", loginIs("åsa@größe.EXAMPLE"))
	add("login though exact", cmpText(exact(login), roster.Equal, "ADA@EXAMPLE.COM"))
	add("login injected", loginIs("' OR 1=1 --"))
	add("login of a quote", loginIs("Robert'); DROP TABLE members;--"))
	add("login percent is no wildcard", cmpText(login, roster.Contains, "%"))
	add("login underscore is no wildcard", cmpText(login, roster.HasPrefix, "100% _"))
	add("login suffix longer than it", cmpText(login, roster.HasSuffix, strings.Repeat("x", 100)+"empty"))
	add("login with NUL", loginIs("empty\x00"))
	add("login less than one with NUL", cmpText(login, roster.LessEqual, "empty\x00"))
	add("login greater than one with NUL", cmpText(login, roster.Greater, "empty\x00"))
	add("login that is no UTF-8", loginIs("empty\xff"))
	add("external id is exact", externalIDIs("A1"))
	add("external id though folded", cmpText(column(roster.ColumnExternalID), roster.Equal, "a1"))
	add("external id present", present(column(roster.ColumnExternalID)))
	add("external id ne of none", cmpText(column(roster.ColumnExternalID), roster.NotEqual, "A1"))
	add("external id of none is not less", cmpText(column(roster.ColumnExternalID), roster.Less, "B"))
	add("external id by code point", cmpText(column(roster.ColumnExternalID), roster.GreaterEqual, "\uff5e"))
	add("state", cmpText(column(roster.ColumnState), roster.Equal, string(roster.StateActive)))
	add("state ne", cmpText(column(roster.ColumnState), roster.NotEqual, string(roster.StateActive)))
	add("role", cmpText(column(roster.ColumnRole), roster.Equal, "user"))
	add("role is exact", cmpText(column(roster.ColumnRole), roster.Equal, "User"))
	add("email contains", cmpText(column(roster.ColumnEmail), roster.Contains, "ada"))
	add("email present", present(column(roster.ColumnEmail)))
	add("active", isBool(column(roster.ColumnActive), roster.Equal, true))
	add("active ne", isBool(column(roster.ColumnActive), roster.NotEqual, true))
	add("active greater never holds", isBool(column(roster.ColumnActive), roster.Greater, false))
	add("active as text never holds", cmpText(column(roster.ColumnActive), roster.Equal, "true"))
	for _, op := range []roster.Op{roster.Equal, roster.NotEqual, roster.Less, roster.LessEqual, roster.Greater, roster.GreaterEqual} {
		add("created "+string(op), cmpTime(column(roster.ColumnCreated), op, epoch().Add(3*time.Millisecond+999*time.Microsecond)))
		add("changed before all years "+string(op), cmpTime(column(roster.ColumnChanged), op, time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)))
		add("changed after all years "+string(op), cmpTime(column(roster.ColumnChanged), op, time.Date(300000, 1, 1, 0, 0, 0, 0, time.UTC)))
		add("text "+string(op), cmpText(display, op, "m"))
		add("text by code point "+string(op), cmpText(display, op, "\uff5e"))
		add("text and the empty one "+string(op), cmpText(display, op, ""))
		add("text of another type "+string(op), cmpText(attr("n"), op, "1"))
		add("null "+string(op), roster.Compare{Field: display, Op: op})
		for _, n := range numbers() {
			for _, f := range []string{"n", "big", "huge", "neghuge", "tiny", "minus", "third", "long", "displayName"} {
				add("number "+f+" "+string(op), cmpNumber(attr(f), op, n))
			}
		}
	}
	add("folded text", cmpText(display, roster.Equal, "åsa grösse"))
	add("folded sharp s", cmpText(display, roster.Equal, "åsa größe"))
	add("exact text", cmpText(exact(display), roster.Equal, "Ada Lovelace"))
	add("exact text in another case", cmpText(exact(display), roster.Equal, "ada lovelace"))
	add("exact suffix", cmpText(exact(display), roster.HasSuffix, "lace"))
	add("backslash", cmpText(display, roster.Contains, `\`))
	add("brackets", cmpText(display, roster.Contains, "*?[a-z]"))
	add("line break", cmpText(attr("name/givenName"), roster.Contains, "\nBREAK\t"))
	add("emoji", cmpText(attr("title"), roster.HasPrefix, "😀"))
	add("present of null, empty text, list and object", roster.Or{present(display), present(attr("title")), present(emails), present(attr("name"))})
	add("null of them", roster.And{isNull(display), isNull(attr("title"))})
	add("not null", notNull(attr("list")))
	add("present of a list of nulls", present(list))
	add("list is not equal to its element", cmpText(attr("title"), roster.Equal, "Engineer"))
	add("true", isBool(attr("flag"), roster.Equal, true))
	add("false is no absence", isBool(attr("off"), roster.Equal, false))
	add("ne true", isBool(attr("flag"), roster.NotEqual, true))
	for _, key := range []string{"a.b", "a\"b", "$", "", "a\\b", "it's", "?", "?0", "[0]", "%", "é", "nul\x00"} {
		add("key "+key, present(attr(key)))
	}
	add("keys one below the other", cmpText(attr("x->y/$.z"), roster.Equal, "DEEP"))
	add("extension", cmpText(ext(urn, "department"), roster.Equal, "r&d"))
	add("extension's object", cmpText(ext(urn, "manager/value"), roster.Equal, "b2"))
	add("extension with a wild name", cmpText(ext("urn:q'\"?", "a.b"), roster.Equal, "ext"))
	add("extension that is no object", present(ext("displayName", "x")))
	add("e-mail", emailIs("ADA@example.com"))
	add("e-mail exact", anyOf(emails, exactSub("value", roster.Equal, "Ada@Example.com")))
	add("e-mail and type in one element", anyOf(emails, roster.And{work, sub("value", roster.Equal, "ada@example.com")}))
	add("e-mail and type of two elements", anyOf(emails, roster.And{work, sub("value", roster.Equal, "ada@home.example")}))
	add("e-mail exact beside type folded", anyOf(emails, roster.And{work, exactSub("value", roster.HasPrefix, "Ada@")}))
	add("e-mail or type", anyOf(emails, roster.Or{work, sub("value", roster.Equal, "ada@home.example")}))
	add("no e-mail of a type", roster.Not{Of: anyOf(emails, work)})
	add("an e-mail that is not of a type", anyOf(emails, roster.Not{Of: work}))
	add("an e-mail without a value", anyOf(emails, isNull(roster.Field{Sub: "value"})))
	add("e-mail of a single object", emailIs("single@example.com"))
	add("e-mail of a single text", emailIs("ALONE@example.com"))
	add("e-mail that is a text among objects", emailIs("plain@example.com"))
	add("e-mail with wildcards", anyOf(emails, sub("value", roster.HasPrefix, "a_b%")))
	add("any e-mail at all", anyOf(emails, nil))
	add("nested", anyOf(emails, anyOf(roster.Field{Sub: "tags"}, sub("value", roster.Equal, "A"))))
	add("nested twice", anyOf(attr("tree"), anyOf(roster.Field{Sub: "kids"}, anyOf(roster.Field{Sub: "kids"}, exactSub("value", roster.Equal, "deep")))))
	add("nested with not", anyOf(attr("tree"), roster.Not{Of: anyOf(roster.Field{Sub: "kids"}, exactSub("value", roster.Equal, "1B"))}))
	add("lists in a list", anyOf(attr("matrix"), anyOf(roster.Field{Sub: "value"}, sub("value", roster.Equal, "b"))))
	add("numbers in a list", anyOf(list, cmpNumber(roster.Field{Sub: "value"}, roster.Greater, 2)))
	add("truth in a list", anyOf(list, isBool(roster.Field{Sub: "value"}, roster.Equal, true)))
	add("elements of a column", anyOf(login, sub("value", roster.Equal, "EMPTY")))
	add("elements of a time", anyOf(column(roster.ColumnCreated), cmpTime(roster.Field{Sub: "value"}, roster.Greater, epoch())))
	add("in a group", inGroup(s.teams[2].ID))
	add("in no group", roster.Not{Of: anyOf(column(roster.ColumnGroup), nil)})
	add("in a group by name", anyOf(column(roster.ColumnGroup), sub("display", roster.Equal, "åsa & GRÖßE")))
	add("in a group by both", anyOf(column(roster.ColumnGroup), roster.And{sub("value", roster.Equal, s.teams[0].ID.UUID.UUID()), sub("display", roster.HasPrefix, "every")}))
	add("in a group by a part of the name", anyOf(column(roster.ColumnGroup), sub("display", roster.Contains, "% _")))
	add("groups present", present(column(roster.ColumnGroup)))
	add("groups have no type", anyOf(column(roster.ColumnGroup), present(roster.Field{Sub: "type"})))
	add("a column of groups", nameIs("ada"))
	add("a column that is none", present(column("no such")))
	add("a hundred alternatives", alternatives(100))
	add("three thousand alternatives", alternatives(3000))
	add("nested forty times", nest(40, loginIs("empty")))
	add("any nested twelve times", nestAny(12))
	return all
}

func groupPredicates(s *stage) []named {
	members := column(roster.ColumnMember)
	ada := s.people[0].ID
	return []named{
		{"name folded", nameIs("EVERYBODY")},
		{"name with a space", nameIs("everybody ")},
		{"name of quotes", nameIs("o'brien \"X\" ?")},
		{"name suffix", cmpText(column(roster.ColumnName), roster.HasSuffix, "_")},
		{"external id", externalIDIs("G1")},
		{"external id of a mark", externalIDIs("?0")},
		{"member", hasMember(ada)},
		{"member of two", roster.And{hasMember(ada), hasMember(s.people[4].ID)}},
		{"id and member", roster.And{idIs(s.teams[0].ID.UUID.UUID()), hasMember(ada)}},
		{"no member", roster.Not{Of: present(members)}},
		{"null members", isNull(members)},
		{"members equal to a text", cmpText(members, roster.Equal, ada.UUID.UUID())},
		{"members ne a text", cmpText(members, roster.NotEqual, ada.UUID.UUID())},
		{"member by name", anyOf(members, sub("display", roster.Equal, "ADA lovelace"))},
		{"member by name and not by id", anyOf(members, roster.And{sub("display", roster.Contains, "a"), roster.Not{Of: sub("value", roster.Equal, ada.UUID.UUID())}})},
		{"member of a type", anyOf(members, sub("type", roster.Equal, "user"))},
		{"member not of a type", anyOf(members, sub("type", roster.NotEqual, "User"))},
		{"member by an id that is none", anyOf(members, sub("value", roster.Equal, "x' OR 1=1"))},
		{"member by part of an id", anyOf(members, sub("value", roster.HasPrefix, ada.UUID.UUID()[:35]))},
		{"member's element in an element", anyOf(members, anyOf(roster.Field{Sub: "value"}, sub("value", roster.Equal, ada.UUID.UUID())))},
		{"tags", anyOf(attr("tags"), sub("value", roster.Equal, "a"))},
		{"description of another type", cmpNumber(attr("description"), roster.Equal, 7)},
		{"extension", cmpText(ext("urn:x", "a.b/c"), roster.Equal, "deep")},
		{"columns of members", roster.Or{loginIs("ada"), present(column(roster.ColumnActive)), present(column(roster.ColumnGroup))}},
	}
}

func alternatives(n int) roster.Predicate {
	or := make(roster.Or, n)
	for i := range or {
		or[i] = loginIs(strings.Repeat("x", i%7) + "@example.com")
	}
	or[n/2] = loginIs("EMPTY")
	return or
}

func nest(n int, p roster.Predicate) roster.Predicate {
	for i := range n {
		if i%2 == 0 {
			p = roster.Not{Of: p}
		} else {
			p = roster.And{p, roster.Or{}}
		}
	}
	return p
}

// nestAny asks a text for its elements, again and again: it is its own only one.
func nestAny(n int) roster.Predicate {
	p := sub("value", roster.Equal, "leaf")
	for range n {
		p = anyOf(roster.Field{Sub: "value"}, p)
	}
	return anyOf(attr("tree"), anyOf(roster.Field{Sub: "kids"}, p))
}
