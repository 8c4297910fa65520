package storage

import (
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// subjects says which table a predicate is about; a query must give it this alias.
type subjects string

const (
	ofMembers subjects = "m"
	ofGroups  subjects = "g"
)

// Bounds of a predicate: beyond them databases refuse a statement, or take their time to plan it.
const (
	maxPredicateDepth = 60
	maxPredicateTerms = 5000
)

// condition is a piece of SQL with its arguments.
type condition = schema.QueryWithArgs

// where adds the predicate of what was asked to a query of the tenant's members (alias m) or groups (alias g).
//
// Its meaning is that of roster.MatchMember and roster.MatchGroup; storagetest holds it to them.
// Three things are kept to throughout: no condition is ever NULL, so that NOT means not; nothing
// that users can choose, keys of documents included, is part of the text; and a cast is only made
// behind a CASE that has asked for the type. Conditions that an index answers are left as the bare
// comparison of a column, because PostgreSQL uses no index for others under row-level security.
//
// A predicate that is too deep or too long is a BadFilter.
func where(q *bun.SelectQuery, d dialect, id tenant.ID, of subjects, asked roster.Query) (*bun.SelectQuery, error) {
	p := asked.Where
	if p == nil {
		return q, nil
	}
	if !bounded(p) {
		return nil, &roster.Error{Kind: roster.BadFilter, Detail: "The filter has too many terms or is nested too deeply. Ask with several shorter filters."}
	}
	c := compiler{d: d, tenant: id, directory: asked.Scope.Directory}
	// Parts that all must hold are added one by one, which reads better in a query log.
	parts, ok := p.(roster.And)
	if !ok {
		parts = roster.And{p}
	}
	for _, part := range parts {
		q = q.Where("?", c.predicate(part, c.root(of)))
	}
	return q, nil
}

// bounded says whether a predicate keeps to the bounds.
func bounded(p roster.Predicate) bool {
	terms := 0
	var walk func(p roster.Predicate, depth int) bool
	walk = func(p roster.Predicate, depth int) bool {
		terms++
		if depth > maxPredicateDepth || terms > maxPredicateTerms {
			return false
		}
		switch p := p.(type) {
		case roster.And:
			return all(p, func(q roster.Predicate) bool { return walk(q, depth+1) })
		case roster.Or:
			return all(p, func(q roster.Predicate) bool { return walk(q, depth+1) })
		case roster.Not:
			return walk(p.Of, depth+1)
		case roster.Any:
			return walk(p.Where, depth+1)
		}
		return true
	}
	return walk(p, 1)
}

func all(list []roster.Predicate, ok func(roster.Predicate) bool) bool {
	for _, p := range list {
		if !ok(p) {
			return false
		}
	}
	return true
}

// compiler turns predicates into conditions.
type compiler struct {
	d         dialect
	tenant    tenant.ID
	directory tenant.DirectoryID // that asks; zero: none does
	aliases   int                // given out so far
}

func expr(text string, args ...any) condition { return bun.SafeQuery(text, args...) }

var (
	always = expr("TRUE")
	never  = expr("FALSE")
)

func not(c condition) condition { return expr("NOT (?)", c) }

func (c *compiler) predicate(p roster.Predicate, s scope) condition {
	switch p := p.(type) {
	case nil:
		return always
	case roster.And:
		return c.join(p, s, "(? AND ?)", always)
	case roster.Or:
		return c.join(p, s, "(? OR ?)", never)
	case roster.Not:
		return not(c.predicate(p.Of, s))
	case roster.Compare:
		return compare(p, s.value(p.Field))
	case roster.Any:
		return s.value(p.Field).any(c, p)
	}
	return never
}

// join combines parts in halves: SQLite bounds how deep an expression is, and a OR b OR c is as deep
// as it is long.
func (c *compiler) join(parts []roster.Predicate, s scope, both string, none condition) condition {
	switch len(parts) {
	case 0:
		return none
	case 1:
		return c.predicate(parts[0], s)
	}
	half := len(parts) / 2
	return expr(both, c.join(parts[:half], s, both, none), c.join(parts[half:], s, both, none))
}

func compare(p roster.Compare, v value) condition {
	null := p.Value.Kind == roster.Null
	switch {
	case p.Op == roster.Present, p.Op == roster.NotEqual && null:
		return v.assigned()
	case p.Op == roster.Equal && null:
		return not(v.assigned())
	case null:
		return never
	case p.Op == roster.NotEqual:
		return not(v.holds(roster.Equal, p.Value, p.Field.Exact))
	}
	return v.holds(p.Op, p.Value, p.Field.Exact)
}

// required returns what an element must be equal to in the named sub-attribute for the predicate to
// hold, where that can be seen without further thought.
func required(p roster.Predicate, sub string) (roster.Compare, bool) {
	switch p := p.(type) {
	case roster.Compare:
		return p, p.Field.Sub == sub && p.Op == roster.Equal && p.Value.Kind == roster.Text
	case roster.And:
		for _, part := range p {
			if c, ok := required(part, sub); ok {
				return c, true
			}
		}
	}
	return roster.Compare{}, false
}
