package storage

// dialect says which of the two databases a statement is for. It holds all there is of differences
// between their SQL: keep it small.
type dialect int

const (
	postgres dialect = iota + 1
	sqlite
)

// String names the dialect; it is also the folder of its migrations.
func (d dialect) String() string {
	if d == postgres {
		return "postgres"
	}
	return "sqlite"
}

// in compares a column with a list that is bound as one argument (see list).
func (d dialect) in(column, argument string) string {
	if d == postgres {
		return column + " = ANY(" + argument + "::uuid[])"
	}
	return column + " IN (SELECT value FROM json_each(" + argument + "))"
}

// amongGroup is the condition that a column of a group's rows is in a long list. All rows of the group
// are read, and compared by hash: the list as an array, and the list joined, are compared one by one
// when PostgreSQL takes the group for small, as it does until it has looked. IS TRUE keeps it from joining.
func (d dialect) amongGroup(column, argument string) string {
	if d == postgres {
		return " AND (" + column + " IN (SELECT unnest(" + argument + "::uuid[]))) IS TRUE"
	}
	return " AND " + d.in(column, argument)
}

// asUUID says what an argument is where PostgreSQL can't tell by itself.
func (d dialect) asUUID(argument string) string {
	if d == postgres {
		return argument + "::uuid"
	}
	return argument
}

// forUpdate keeps rows from others until the end of a transaction. SQLite has one writer at a time.
func (d dialect) forUpdate(table string) string {
	if d == postgres {
		return " FOR UPDATE OF " + table
	}
	return ""
}

// forShare keeps writers of rows waiting until the end of a transaction, but not others who do the same.
func (d dialect) forShare(table string) string {
	if d == sqlite {
		return ""
	}
	return " FOR SHARE OF " + table
}

// jsonArray is the aggregate that makes a JSON array of its argument.
func (d dialect) jsonArray(of string) string {
	if d == postgres {
		return "json_agg(" + of + ")"
	}
	return "json_group_array(" + of + ")"
}

// horizon hides the events before which others may still appear: see feed.go. SQLite commits one
// transaction at a time, in the order of their numbers.
func (d dialect) horizon() string {
	if d == postgres {
		return " AND epoch < current_setting('rollcall.horizon')::bigint"
	}
	return ""
}

// holds is the condition that a text contains another, byte for byte. The part is an expression.
func (d dialect) holds(text, part string) string {
	if d == postgres {
		return "strpos(" + text + ", " + part + ") > 0"
	}
	return "instr(" + text + ", " + part + ") > 0"
}

// indexed has SQLite read a table by an index, or refuse the statement. PostgreSQL decides for itself.
func (d dialect) indexed(name string) string {
	if d == postgres {
		return ""
	}
	return " INDEXED BY " + name
}
