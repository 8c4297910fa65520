package storagetest

import (
	"strings"
	"time"

	"rollcall/internal/roster"
)

// urn is an extension of the cast.
const urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// cast are members whose data is awkward for databases, each in its own way.
func cast(h *house) []roster.Member {
	roles := []struct{ login, externalID, doc string }{
		{"ada@example.com", "A1", `{"displayName":"Ada Lovelace","name":{"givenName":"Ada","familyName":"Lovelace"},"title":"Engineer","emails":[{"value":"Ada@Example.com","type":"work","primary":true},{"value":"ada@home.example","type":"home"}],"` + urn + `":{"department":"R&D","manager":{"value":"B2","displayName":"Boss"},"employeeNumber":"007"}}`},
		// Case beyond ASCII: sharp s, dotted I, Kelvin sign, final sigma, title case.
		{"ÅSA@Größe.example", "a1", `{"displayName":"ÅSA GRÖẞE","name":{"givenName":"İstanbul \u212a ΣΑΣ ǅ","familyName":"straße"},"title":"ENGINEER","emails":[{"value":"ÅSA@example.com","type":"WORK"}]}`},
		{"empty", "", ``},
		{"nulls", "NULL", `{"displayName":"","title":null,"name":{},"emails":[],"list":[null,null],"flag":null,"n":null,"` + urn + `":{}}`},
		{"numbers", "1", `{"n":1,"f":1.5,"e":15e-1,"neg":-3,"zero":0,"minus":-0.0,"big":9007199254740993,"huge":1e400,"neghuge":-1e400,"tiny":1e-400,"long":123456789012345678901234567890,"third":0.1,"list":[1,2.5,"2.5",-7,1e400]}`},
		{"number strings", "1.0", `{"n":"1","f":"1.5","flag":"true","displayName":7,"title":true,"name":"no object","emails":"alone@example.com","list":["1","true",true,false]}`},
		{"booleans", "true", `{"flag":true,"off":false,"list":[true],"emails":{"value":"Single@Example.com","type":"work","primary":true},"title":["Engineer"]}`},
		{"keys", "?", `{"a.b":"dot","a\"b":"quote","$":"dollar","":"none","a\\b":"backslash","it's":"apostrophe","?":"mark","?0":"mark0","[0]":"index","%":"percent","é":"accent","value":"top","x->y":{"$.z":"deep","[1]":["in"]},"urn:q'\"?":{"a.b":"ext","$":{"#-1":1}}}`},
		{"100% _sure_", `\'"%_?`, `{"displayName":"100% _sure_ \\ *?[a-z]","title":"50%","name":{"givenName":"_","familyName":"\\"},"emails":[{"value":"a_b%c@example.com","type":"%"}]}`},
		{"Robert'); DROP TABLE members;--", "'; --", `{"displayName":"Robert'); DROP TABLE members;--","title":"\"$1 ?0 ?TableAlias {}\"","name":{"givenName":"line\nbreak\ttab","familyName":"\u2028\u007f"},"emails":[{"value":"'||'@example.com"}]}`},
		// Code points and UTF-16 units order these two in opposite ways.
		{"\uff5ewide", "\uff5e", `{"displayName":"\uff5e","title":"😀","emails":[{"value":"😀@example.com","type":"work","tags":["a",["b"]]},{"type":"home"},"plain@example.com",[1],null,{}]}`},
		{"nested", "😀", `{"matrix":[[1,2],["a","B"],[],{}],"list":["x","X",null,1,true,{"value":"obj","type":"t"}],"tree":[{"value":"1","kids":[{"value":"1a"},{"value":"1B","kids":{"value":"deep"}}]},{"value":"2","kids":"leaf"}],"emails":[{"value":"ada@example.com","type":"other"}]}`},
	}
	var members []roster.Member
	for i, r := range roles {
		m := h.newMember(r.login)
		m.ExternalID = r.externalID
		if r.doc != "" {
			m.Attributes = roster.Attributes(r.doc)
		}
		m.Addresses = addresses(m.Attributes)
		m.DirectoryActive = i%3 != 0
		m.CreatedAt = epoch().Add(time.Duration(i) * time.Millisecond)
		m.ChangedAt = epoch().Add(time.Duration(i%4) * time.Second)
		members = append(members, m)
	}
	return members
}

// addresses are the values of the attribute emails, as a door collects them.
func addresses(a roster.Attributes) []string {
	doc, err := a.Object()
	if err != nil {
		return nil
	}
	list, ok := doc["emails"].([]any)
	if !ok {
		list = []any{doc["emails"]}
	}
	var out []string
	for _, e := range list {
		if o, ok := e.(map[string]any); ok {
			e = o["value"]
		}
		if s, ok := e.(string); ok && s != "" {
			out = append(out, roster.Fold(s))
		}
	}
	return out
}

// team is a group with its members.
type team struct {
	roster.Group
	members []roster.Member
}

func teams(h *house, people []roster.Member) []team {
	var list []team
	for i, r := range []struct {
		name, externalID, doc string
		members               []roster.Member
	}{
		{"Everybody", "G1", `{"description":"All"}`, people},
		{"nobody", "g1", ``, nil},
		{"ÅSA & Größe", "", `{"description":"","tags":["A","b"],"n":2}`, people[:2]},
		{"100% _sure_", "%", `{"description":7,"tags":[],"urn:x":{"a.b":{"c":"Deep"}}}`, people[8:10]},
		{"O'Brien \"x\" ?", "?0", `{"description":null,"tags":"single"}`, people[4:5]},
		{"everybody ", "G 1", `{"tags":[{"value":"A","type":"User"}]}`, people[3:9]},
	} {
		g := h.newGroup(r.name)
		g.ExternalID, g.NameUnique = r.externalID, i%2 == 0
		if r.doc != "" {
			g.Attributes = roster.Attributes(r.doc)
		}
		g.CreatedAt = epoch().Add(time.Duration(i%3) * time.Second)
		g.ChangedAt = epoch().Add(time.Duration(i) * time.Millisecond)
		list = append(list, team{g, r.members})
	}
	return list
}

func column(c roster.Column) roster.Field { return roster.Field{Column: c} }
func attr(path string) roster.Field {
	name, sub, _ := strings.Cut(path, "/")
	return roster.Field{Attribute: name, Sub: sub}
}

func ext(extension, path string) roster.Field {
	f := attr(path)
	f.Extension = extension
	return f
}

// commonValues are the literals of random predicates.
func commonValues() []roster.Value {
	var list []roster.Value
	for _, s := range []string{
		"", "a", "A", "ada@example.com", "ADA@example.COM", "Ada Lovelace", "work", "WORK", "home", "%", "_", "\\", "'", "\"", "?", "?0",
		"100% _sure_", "straße", "STRASSE", "ẞ", "å", "K", "\u212a", "i", "İ", "σας", "ǆ", "😀", "\uff5e", "\uffff", "a\x00b", "ada\x00", "bad\xff",
		"Engineer", "engineer", "A1", "a1", "G1", "1", "1.5", "true", "obj", "x", "b2", "User", "deep", "1b", "dot", "mark0",
		"line\nbreak", "Robert'); DROP TABLE members;--", "everybody", "alone@example.com", "single@example.com", "plain@example.com",
	} {
		list = append(list, roster.TextValue(s))
	}
	for _, f := range numbers() {
		list = append(list, roster.NumberValue(f))
	}
	for i := range 5 {
		list = append(list, roster.TimeValue(epoch().Add(time.Duration(i)*time.Millisecond)), roster.TimeValue(epoch().Add(time.Duration(i)*time.Second+999*time.Microsecond)))
	}
	return append(list, roster.BoolValue(true), roster.BoolValue(false), roster.Value{}, roster.Value{}, roster.TimeValue(time.Time{}))
}

func memberWords(s *stage) words {
	w := words{subs: []string{"value", "type", "primary", "display", "tags", "kids", "", "a.b", "a\x00", "$"}, values: commonValues()}
	for _, c := range []roster.Column{
		roster.ColumnID, roster.ColumnExternalID, roster.ColumnLogin, roster.ColumnActive, roster.ColumnCreated,
		roster.ColumnChanged, roster.ColumnName, roster.ColumnGroup, roster.ColumnMember, "no such",
	} {
		w.fields = append(w.fields, column(c), column(c))
	}
	w.fields = append(w.fields, roster.Field{Column: roster.ColumnLogin, Sub: "value"})
	for _, a := range []string{
		"displayName", "displayName", "title", "title", "name", "name/givenName", "name/familyName", "emails", "emails/value", "n", "f", "e", "neg", "zero", "minus",
		"big", "huge", "neghuge", "tiny", "long", "third", "flag", "off", "list", "matrix", "a.b", "a\"b", "$", "", "a\\b", "it's", "?", "?0", "[0]", "%", "é",
		"x->y/$.z", "x->y/[1]", "absent", "nul\x00", "value",
	} {
		w.fields = append(w.fields, attr(a))
	}
	w.fields = append(w.fields, ext(urn, "department"), ext(urn, "manager/value"), ext(urn, "employeeNumber"), ext("urn:q'\"?", "a.b"),
		ext("urn:q'\"?", "$/#-1"), ext("displayName", "x"), ext("absent", "x"))
	for _, a := range []string{"emails", "emails", "emails", "list", "matrix", "tree", "title", "name", "displayName", "flag", "huge", "absent", "a.b", "x->y/[1]", ""} {
		w.collections = append(w.collections, attr(a))
	}
	for _, c := range []roster.Column{roster.ColumnGroup, roster.ColumnGroup, roster.ColumnGroup, roster.ColumnLogin, roster.ColumnCreated, roster.ColumnActive, roster.ColumnExternalID, roster.ColumnID, roster.ColumnMember} {
		w.collections = append(w.collections, column(c))
	}
	w.values = append(w.values, roster.TextValue(s.people[0].ID.UUID.UUID()), roster.TextValue(strings.ToUpper(s.people[1].ID.UUID.UUID())))
	for _, g := range s.teams {
		w.values = append(w.values, roster.TextValue(g.ID.UUID.UUID()), roster.TextValue(g.Name))
	}
	return w
}

func groupWords(s *stage) words {
	w := words{subs: []string{"value", "display", "type", "", "c", "a\x00"}, values: commonValues()}
	for _, c := range []roster.Column{
		roster.ColumnID, roster.ColumnExternalID, roster.ColumnName, roster.ColumnName, roster.ColumnCreated, roster.ColumnChanged,
		roster.ColumnMember, roster.ColumnGroup, roster.ColumnLogin, roster.ColumnActive,
	} {
		w.fields = append(w.fields, column(c))
	}
	w.fields = append(w.fields, attr("description"), attr("tags"), attr("n"), attr("absent"), ext("urn:x", "a.b/c"), ext("urn:x", "a.b"))
	for _, c := range []roster.Column{roster.ColumnMember, roster.ColumnMember, roster.ColumnMember, roster.ColumnGroup, roster.ColumnName} {
		w.collections = append(w.collections, column(c))
	}
	w.collections = append(w.collections, attr("tags"), attr("description"), ext("urn:x", "a.b"))
	for _, g := range s.teams {
		w.values = append(w.values, roster.TextValue(g.ID.UUID.UUID()), roster.TextValue(g.Name))
	}
	for _, m := range s.people {
		w.values = append(w.values, roster.TextValue(m.ID.UUID.UUID()), roster.TextValue(m.Login))
	}
	return w
}
