package storage

import "time"

// What the two databases write differently in predicates. A JSON value that is not there is NULL.

// position is the function that says where in a text another one is, from 1.
func (d dialect) position() string {
	if d == postgres {
		return "strpos"
	}
	return "instr"
}

// suffix is the end of a text of a given length; all of it when it is shorter.
func (d dialect) suffix() string {
	if d == postgres {
		return "right(?, ?)"
	}
	return "substr(?, -?)"
}

// byCodePoint is a text that is ordered by code point, as SQLite's are anyhow.
func (d dialect) byCodePoint(text string) string {
	if d == postgres {
		return `(` + text + ` COLLATE "C")`
	}
	return text
}

// uuidText is the canonical form of an id.
func (d dialect) uuidText(column string) string {
	if d == postgres {
		return d.byCodePoint(column + "::text")
	}
	return column
}

// time is a time as it is stored.
func (d dialect) time(t time.Time) any {
	if d == postgres {
		return t
	}
	return t.UnixMilli()
}

// millis is a time column as a text of milliseconds since 1970.
func (d dialect) millis(column string) string {
	if d == postgres {
		return "CAST(CAST(EXTRACT(EPOCH FROM " + column + ") * 1000 AS bigint) AS text)"
	}
	return "CAST(" + column + " AS text)"
}

// rawDocument is the document as it came; none is stored as "". PostgreSQL reads no JSON with half a
// surrogate pair or NUL in it, which encoding/json never writes: such a document counts as folded.
func (d dialect) rawDocument(alias string) condition {
	if d == postgres {
		return expr(`(CASE WHEN ` + alias + `.attributes = '' OR ` + alias + `.attributes ~* E'\\\\u(d[89a-f]|0000)' THEN ` +
			alias + `.search ELSE ` + alias + `.attributes::jsonb END)`)
	}
	return expr(`COALESCE(NULLIF(` + alias + `.attributes, ''), '{}')`)
}

func (d dialect) jsonAssigned(p place) condition {
	if d == postgres {
		return expr(`COALESCE(? NOT IN ('null'::jsonb, '""'::jsonb, '[]'::jsonb, '{}'::jsonb), FALSE)`, p.arrow())
	}
	return expr(`COALESCE((? -> ?) NOT IN ('null', '""', '[]', '{}'), FALSE)`, p.doc, p.path())
}

// jsonText is the text, NULL for all that is none.
func (d dialect) jsonText(p place) condition {
	if d == postgres {
		return expr(`(CASE WHEN jsonb_typeof(?) = 'string' THEN ? #>> '{}' END COLLATE "C")`, p.arrow(), p.arrow())
	}
	return expr(`(CASE json_type(?, ?) WHEN 'text' THEN json_extract(?, ?) END)`, p.doc, p.path(), p.doc, p.path())
}

func (d dialect) jsonBool(p place, want bool) condition {
	word := "false"
	if want {
		word = "true"
	}
	if d == postgres {
		return expr(`COALESCE(? = '`+word+`'::jsonb, FALSE)`, p.arrow())
	}
	return expr(`COALESCE(json_type(?, ?) = '`+word+`', FALSE)`, p.doc, p.path())
}

// jsonNumber is the number as 64-bit floating point, NULL for all that is none or too large for it.
// The bounds are those within which PostgreSQL's cast can't fail.
func (d dialect) jsonNumber(p place) condition {
	if d == postgres {
		v := p.arrow()
		return expr(`CASE WHEN jsonb_typeof(?) = 'number' THEN CASE WHEN abs(?::numeric) > 1.7976931348623158e308 THEN NULL`+
			` WHEN abs(?::numeric) < 2.4703282292062328e-324 THEN 0::float8 ELSE ?::numeric::float8 END END`, v, v, v, v)
	}
	// 9e999 is infinity.
	n := expr(`CAST(json_extract(?, ?) AS REAL)`, p.doc, p.path())
	return expr(`CASE WHEN json_type(?, ?) IN ('integer', 'real') AND ? > -9e999 AND ? < 9e999 THEN ? END`, p.doc, p.path(), n, n, n)
}

// jsonElements is a sub-select of the elements of a collection, null ones left out: columns folded
// and, where a second place is given, raw. What is no object becomes one with the key value.
func (d dialect) jsonElements(folded, raw place) condition {
	other := expr("NULL")
	if d == postgres {
		list := `jsonb_array_elements(CASE WHEN jsonb_typeof(?) = 'array' THEN ? ELSE jsonb_build_array(?) END)`
		v := folded.arrow()
		from := expr(list+" AS x(v)", v, v, v)
		if raw.keys != nil {
			r := raw.arrow()
			from = expr("ROWS FROM ("+list+", "+list+") AS x(v, w)", v, v, v, r, r, r) // side by side
			other = d.jsonObject(expr("x.w"))
		}
		return expr(`(SELECT ? AS folded, ? AS raw FROM ? WHERE jsonb_typeof(x.v) <> 'null')`, d.jsonObject(expr("x.v")), other, from)
	}
	doc, path := folded.doc, folded.path()
	if raw.keys != nil {
		r, at := raw.doc, raw.path()
		other = d.jsonObject(expr(`(CASE json_type(?, ?) WHEN 'array' THEN ? -> (? || '[' || x.key || ']') ELSE ? -> ? END)`, r, at, r, at, r, at))
	}
	each := `CASE x.type WHEN 'object' THEN x.value WHEN 'array' THEN json_object('value', json(x.value))` +
		` WHEN 'true' THEN '{"value":true}' WHEN 'false' THEN '{"value":false}' ELSE json_object('value', x.value) END`
	return expr(`(SELECT `+each+` AS folded, ? AS raw FROM json_each(CASE json_type(?, ?) WHEN 'array' THEN ? -> ?`+
		` ELSE json_array(json(COALESCE(? -> ?, 'null'))) END) AS x WHERE x.type <> 'null')`, other, doc, path, doc, path, doc, path)
}

// jsonObject makes an element of what is none yet.
func (d dialect) jsonObject(v condition) condition {
	if d == postgres {
		return expr(`CASE WHEN jsonb_typeof(?) = 'object' THEN ? ELSE jsonb_build_object('value', ?) END`, v, v, v)
	}
	return expr(`CASE json_type(?) WHEN 'object' THEN ? ELSE json_object('value', json(?)) END`, v, v, v)
}
