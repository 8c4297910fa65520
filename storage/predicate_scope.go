package storage

import (
	"strconv"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// scope finds what a field names: in a row of a table or, inside Any, in an element.
type scope interface {
	value(f roster.Field) value
}

// value is what a field names. Its conditions are never NULL.
type value interface {
	// assigned says whether there is one.
	assigned() condition
	// holds compares it; false when it is unassigned or of another type. Never called with NotEqual.
	holds(op roster.Op, want roster.Value, exact bool) condition
	// any says whether an element of it satisfies p.Where.
	any(c *compiler, p roster.Any) condition
}

// nothing is the value of fields that do not exist.
type nothing struct{}

func (nothing) assigned() condition                           { return never }
func (nothing) holds(roster.Op, roster.Value, bool) condition { return never }
func (nothing) any(*compiler, roster.Any) condition           { return never }
func (nothing) value(roster.Field) value                      { return nothing{} }
func (c *compiler) alias() string                             { c.aliases++; return "e" + strconv.Itoa(c.aliases) }

func (c *compiler) root(of subjects) scope {
	return table{d: c.d, of: of, tenant: c.tenant, directory: c.directory}
}
func (d dialect) uuid(column string) value { return uuidColumn{d, column} }
func (d dialect) text(column string, fold bool) value {
	return textColumn{d: d, sql: column, fold: fold}
}

// table is a row of members or groups.
type table struct {
	d         dialect
	of        subjects
	tenant    tenant.ID
	directory tenant.DirectoryID // that asks; zero: none does
}

func (t table) value(f roster.Field) value {
	if f.Column == "" && !f.Index.IsZero() {
		return indexedValue{value: t.attribute(f), of: t.of, tenant: t.tenant, index: f.Index}
	}
	if f.Column == "" {
		return t.attribute(f)
	}
	if f.Sub != "" { // of a column, which has none
		return nothing{}
	}
	a := string(t.of) + "."
	switch f.Column {
	case roster.ColumnID:
		return t.d.uuid(a + "id")
	case roster.ColumnExternalID:
		return t.d.text(a+"external_id", false)
	case roster.ColumnCreated:
		return timeColumn{t.d, a + "created_at"}
	case roster.ColumnChanged:
		return timeColumn{t.d, a + "changed_at"}
	}
	if t.of == ofMembers {
		switch f.Column {
		case roster.ColumnLogin:
			return t.d.text(a+"login_fold", true)
		case roster.ColumnActive:
			return boolColumn(a + "directory_active")
		case roster.ColumnGroup:
			g := groupsOfMember
			g.seen = !t.directory.IsZero()
			return g
		case roster.ColumnState:
			return t.d.text(a+"state", false)
		case roster.ColumnRole:
			return t.d.text(a+"role", false)
		case roster.ColumnEmail:
			return t.d.text(a+"email", false)
		}
		return nothing{}
	}
	switch f.Column {
	case roster.ColumnName:
		return t.d.text(a+"name_fold", true)
	case roster.ColumnMember:
		return membersOfGroup
	}
	return nothing{}
}

func (t table) attribute(f roster.Field) value {
	var keys []string
	if f.Extension != "" {
		keys = append(keys, f.Extension)
	}
	keys = append(keys, f.Attribute)
	if f.Sub != "" {
		keys = append(keys, f.Sub)
	}
	v := at(t.d, expr(string(t.of)+".search"), t.d.rawDocument(string(t.of)), keys...)
	if j, ok := v.(jsonValue); ok && t.of == ofMembers {
		j.emails = f == roster.Field{Attribute: "emails", Exact: f.Exact}
		return j
	}
	return v
}

// single is the one element of a column that is no collection.
type single struct{ of value }

func (s single) value(f roster.Field) value {
	if f.Sub == "value" {
		return s.of
	}
	return nothing{}
}

// membership is one of the two collections that group_members holds.
type membership struct {
	subject string // the row that has the collection
	own     string // its column in group_members
	other   string // the column of the elements
	table   string // what has their names
	label   string // the column of the names
	user    bool   // elements have the type User
	seen    bool   // a directory asks: of the elements it sees its own only (R7)
}

var (
	groupsOfMember = membership{subject: "m", own: "member_id", other: "group_id", table: "groups", label: "name_fold"}
	membersOfGroup = membership{subject: "g", own: "group_id", other: "member_id", table: "members", label: "label_fold", user: true}
)

func (m membership) assigned() condition {
	from, own := "group_members AS gm", ""
	if m.seen {
		from += m.join("gm")
		own = " AND gmn.directory_id = " + m.subject + ".directory_id"
	}
	return expr("EXISTS (SELECT 1 FROM " + from + " WHERE gm.tenant_id = " + m.subject + ".tenant_id AND gm." +
		m.own + " = " + m.subject + ".id" + own + ")")
}

// join adds the elements themselves, as the alias with an n behind it.
func (m membership) join(alias string) string {
	return " JOIN " + m.table + " AS " + alias + "n ON " + alias + "n.tenant_id = " + alias + ".tenant_id AND " + alias + "n.id = " + alias + "." + m.other
}

func (m membership) holds(roster.Op, roster.Value, bool) condition { return never }

// any is a sub-select on its own where an index finds the elements, and else one for each row.
func (m membership) any(c *compiler, p roster.Any) condition {
	e := c.alias()
	s := &membershipRow{membership: m, d: c.d, alias: e}
	holds := c.predicate(p.Where, s)
	from := "group_members AS " + e
	if s.named || m.seen {
		from += m.join(e)
	}
	if m.seen {
		holds = expr("? AND "+e+"n.directory_id = ?", holds, c.directory.UUID)
	}
	_, byValue := required(p.Where, "value")
	_, byName := required(p.Where, "display")
	if byValue || byName {
		return expr(m.subject+".id IN (SELECT "+e+"."+m.own+" FROM "+from+" WHERE "+e+".tenant_id = ? AND ?)", c.tenant.UUID, holds)
	}
	return expr("EXISTS (SELECT 1 FROM "+from+" WHERE "+e+".tenant_id = "+m.subject+".tenant_id AND "+e+"."+m.own+" = "+
		m.subject+".id AND ?)", holds)
}

// membershipRow is an element of a membership.
type membershipRow struct {
	membership
	d     dialect
	alias string
	named bool // the name was asked for
}

func (r *membershipRow) value(f roster.Field) value {
	switch {
	case f.Sub == "value":
		return r.d.uuid(r.alias + "." + r.other)
	case f.Sub == "display":
		r.named = true
		return r.d.text(r.alias+"n."+r.label, true)
	case f.Sub == "type" && r.user:
		return textColumn{d: r.d, sql: r.d.byCodePoint("'user'"), fold: true}
	}
	return nothing{}
}
