package storage

import (
	"strconv"
	"strings"
)

// narrow is a statement that conditions are added to, one by one, with their arguments bound.
type narrow struct {
	sql  string
	args []any
}

// narrowed begins with a statement that ends in a condition.
func narrowed(sql string, args ...any) *narrow { return &narrow{sql, args} }

// argument binds a value and returns its name in the text.
func (n *narrow) argument(v any) string {
	n.args = append(n.args, v)
	return "$" + strconv.Itoa(len(n.args))
}

// escapeLike makes a text that LIKE takes for itself, with ESCAPE '\'.
func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// and adds a condition whose ? stands for the value.
func (n *narrow) and(condition string, v any) {
	n.sql += " AND " + strings.Replace(condition, "?", n.argument(v), 1)
}
