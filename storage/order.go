package storage

import (
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"rollcall/internal/roster"
)

// orderBy is what a page is sorted by. Unassigned values are NULL, so that they can come last
// (RFC 7644 §3.4.2.3). Invalid for what can't be sorted by.
func orderBy(f roster.Field, alias string, d dialect) (schema.QueryWithArgs, error) {
	column := func(format string) (schema.QueryWithArgs, error) { return bun.SafeQuery(format, bun.Ident(alias)), nil }
	switch f.Column {
	case roster.ColumnID:
		return column("?.id")
	case roster.ColumnExternalID:
		return column("nullif(?.external_id, '')")
	case roster.ColumnLogin:
		return column("?.login_fold")
	case roster.ColumnName:
		return column("?.name_fold")
	case roster.ColumnActive:
		return column("?.directory_active")
	case roster.ColumnCreated:
		return column("?.created_at")
	case roster.ColumnChanged:
		return column("?.changed_at")
	case "":
		return orderByAttribute(f, alias, d)
	}
	return cannotSort()
}

func cannotSort() (schema.QueryWithArgs, error) {
	return schema.QueryWithArgs{}, &roster.Error{Kind: roster.Invalid, Field: "order", Detail: "Lists can't be sorted by this attribute."}
}

// orderByAttribute sorts by the folded document, and by the first value where there are several.
func orderByAttribute(f roster.Field, alias string, d dialect) (schema.QueryWithArgs, error) {
	for _, key := range []string{f.Extension, f.Attribute, f.Sub} {
		if strings.ContainsAny(key, `"\\`) { // SQLite's paths have no way to write these
			return cannotSort()
		}
	}
	if d == postgres {
		// Paths are lax: they look into arrays by themselves.
		return bun.SafeQuery(`nullif(jsonb_path_query_first(?.search, ?::jsonpath) #>> '{}', '') COLLATE "C"`,
			bun.Ident(alias), jsonPath(f, "")), nil
	}
	return bun.SafeQuery(`nullif(coalesce(json_extract(?0.search, ?1), json_extract(?0.search, ?2)), '')`,
		bun.Ident(alias), jsonPath(f, "[0]"), jsonPath(f, "")), nil
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
