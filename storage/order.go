package storage

import (
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"rollcall/internal/roster"
)

// maxSortText is how many characters of a text in a document are sorted by, so that a place in a
// sorted list stays short enough for a cursor. Columns are bounded by their indexes.
const maxSortText = 256

// ordering is what the rows of a page are sorted by; ties are broken by id, which is all there is in the zero one.
type ordering struct {
	by       condition
	text     condition // by as a text, from which value makes it again
	nullable bool      // NULL is what has no value
	unique   bool      // no two rows of the list share a value: ids need not be compared
	value    func(text string) (any, error)
}

func (o ordering) byID() bool { return o.value == nil }

// key is the value as a text, which is the last column of a page's rows.
func (o ordering) key() condition {
	if o.byID() {
		return expr("NULL")
	}
	return o.text
}

// orderBy finds the ordering of a query. Invalid for what can't be sorted by.
func orderBy(q roster.Query, of subjects, d dialect) (ordering, error) {
	column := func(format string) condition { return bun.SafeQuery(format, bun.Ident(of)) }
	text := func(format string) ordering {
		return ordering{by: column(format), text: column(format), value: sameText}
	}
	switch q.Order.Column {
	case roster.ColumnID, roster.ColumnCreated: // ids are made of the time
		return ordering{}, nil
	case roster.ColumnExternalID:
		o := text("nullif(?.external_id, '')")
		o.nullable = true
		return o, nil
	case roster.ColumnLogin:
		o := text("?.login_fold")
		o.unique = !q.Scope.Directory.IsZero()
		return o, nil
	case roster.ColumnName:
		return text("?.name_fold"), nil
	case roster.ColumnActive:
		return ordering{by: column("?.directory_active"), text: column("CAST(?.directory_active AS text)"), value: sameBool}, nil
	case roster.ColumnChanged:
		return ordering{by: column("?.changed_at"), text: column(d.millis("?.changed_at")), value: d.sameTime}, nil
	case "":
		if q.Order == (roster.Field{}) {
			return ordering{}, nil
		}
		return orderByAttribute(q.Order, of, d)
	}
	return ordering{}, cannotSort()
}

func cannotSort() error {
	return &roster.Error{Kind: roster.Invalid, Field: "order", Detail: "Lists can't be sorted by this attribute."}
}

func badKey() error {
	return &roster.Error{Kind: roster.BadCursor, Detail: "The place in the list was not given by a list of this order. Begin anew without one."}
}

func sameText(text string) (any, error) {
	if storableText("", text) != nil {
		return nil, badKey()
	}
	return text, nil
}

func sameBool(text string) (any, error) {
	b, err := strconv.ParseBool(text)
	if err != nil {
		return nil, badKey()
	}
	return b, nil
}

func (d dialect) sameTime(text string) (any, error) {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, badKey()
	}
	return d.time(time.UnixMilli(ms).UTC()), nil
}

// orderByAttribute sorts by the folded document: where there are several values by the primary one,
// or else the first (RFC 7644 §3.4.2.3), numbers as such and before texts.
func orderByAttribute(f roster.Field, of subjects, d dialect) (ordering, error) {
	for _, key := range []string{f.Extension, f.Attribute, f.Sub} {
		if strings.ContainsAny(key, `"\\`) { // SQLite's paths have no way to write these
			return ordering{}, cannotSort()
		}
	}
	if d == postgres {
		by := sortPostgres(f, bun.Ident(of))
		return ordering{by: by, text: by, nullable: true, value: sameText}, nil
	}
	by := sortSQLite(f, bun.Ident(of))
	return ordering{by: by, text: expr(
		`CASE typeof(?0) WHEN 'text' THEN 't' || ?0 WHEN 'integer' THEN 'i' || ?0 WHEN 'real' THEN 'r' || printf('%!.17g', ?0) END`, by,
	), nullable: true, value: sameTyped}, nil
}

// sortPostgres makes one text of all values. The bytes of a floating point number sort as the number
// does, once those of negative ones are turned around.
func sortPostgres(f roster.Field, alias bun.Ident) condition {
	v := expr(`jsonb_path_query_first(?.search, ?::jsonpath)`, alias, jsonPath(f, "[0]"))
	if f.Sub != "" {
		v = expr(`coalesce(jsonb_path_query_first(?.search, ?::jsonpath), ?)`, alias, jsonPath(f, `[*] ? (@."primary" == true)`), v)
	}
	// The bounds are those within which the cast can't fail.
	number := expr(`least(greatest(round((?)::numeric, 300), -1e308), 1e308)::float8`, v)
	return expr(`(CASE WHEN jsonb_typeof(?0) = 'number' THEN CASE WHEN ?1 < 0`+
		` THEN chr(1) || 'a' || translate(encode(float8send(?1), 'hex'), '0123456789abcdef', 'fedcba9876543210')`+
		` ELSE chr(1) || 'b' || encode(float8send(?1), 'hex') END`+
		` ELSE left(nullif(?0 #>> '{}', ''), ?2) END COLLATE "C")`, v, number, maxSortText)
}

// sortSQLite leaves values their type: SQLite orders numbers before texts.
func sortSQLite(f roster.Field, alias bun.Ident) condition {
	v := expr(`coalesce(json_extract(?0.search, ?1), json_extract(?0.search, ?2))`, alias, jsonPath(f, "[0]"), jsonPath(f, ""))
	if f.Sub != "" {
		list, sub := f, `$."`+f.Sub+`"`
		list.Sub = ""
		v = expr(`coalesce((SELECT json_extract(x.value, ?) FROM json_each(?.search, ?) AS x`+
			` WHERE CASE x.type WHEN 'object' THEN json_type(x.value, '$.primary') = 'true' END LIMIT 1), ?)`, sub, alias, jsonPath(list, ""), v)
	}
	return expr(`(CASE typeof(?0) WHEN 'text' THEN nullif(substr(?0, 1, ?1), '') WHEN 'real' THEN min(max(?0, -1e308), 1e308) ELSE ?0 END)`,
		v, maxSortText)
}

// sameTyped reads what orderByAttribute writes for SQLite.
func sameTyped(text string) (any, error) {
	if text == "" {
		return nil, badKey()
	}
	var v any
	var err error
	switch rest := text[1:]; text[0] {
	case 't':
		return sameText(rest)
	case 'i':
		v, err = strconv.ParseInt(rest, 10, 64)
	case 'r':
		v, err = strconv.ParseFloat(rest, 64)
	default:
		return nil, badKey()
	}
	if err != nil {
		return nil, badKey()
	}
	return v, nil
}

// jsonPath is the way to an attribute in a document; index stands behind the attribute's name.
func jsonPath(f roster.Field, index string) string {
	path := "$"
	if f.Extension != "" {
		path += `."` + f.Extension + `"`
	}
	path += `."` + f.Attribute + `"` + index
	if f.Sub != "" {
		path += `."` + f.Sub + `"`
	}
	return path
}

// ordered adds the order of the rows.
func (o ordering) ordered(q *bun.SelectQuery, of subjects, desc bool) *bun.SelectQuery {
	direction, nulls := bun.Safe("ASC"), bun.Safe(" NULLS LAST")
	if desc {
		direction, nulls = "DESC", " NULLS FIRST"
	}
	if !o.nullable {
		nulls = ""
	}
	if !o.byID() {
		q = q.OrderExpr("? ??", o.by, direction, nulls)
	}
	if o.unique {
		return q
	}
	return q.OrderExpr("?.id ?", bun.Ident(of), direction)
}

// after is the condition of the rows behind a place. Comparisons of an indexed column stand alone,
// so that the scan of its index begins there.
func (o ordering) after(q roster.Query, of subjects) (condition, error) {
	op := bun.Safe(">")
	if q.Desc {
		op = "<"
	}
	behind := bun.SafeQuery("?.id ? ?", bun.Ident(of), op, ident(q.After))
	if o.byID() {
		return behind, nil
	}
	if q.AfterKey == nil {
		switch {
		case !o.nullable:
			return behind, badKey()
		case q.Desc:
			return expr("(? IS NOT NULL OR ?)", o.by, behind), nil
		}
		return expr("(? IS NULL AND ?)", o.by, behind), nil
	}
	value, err := o.value(*q.AfterKey)
	if err != nil {
		return behind, err
	}
	var c condition
	switch {
	case o.unique:
		c = expr("? ? ?", o.by, op, value)
	default:
		c = expr("?0 ?1= ?2 AND (?0 ?1 ?2 OR ?3)", o.by, op, value, behind)
	}
	if o.nullable && !q.Desc {
		return expr("(? OR ? IS NULL)", c, o.by), nil
	}
	return c, nil
}
