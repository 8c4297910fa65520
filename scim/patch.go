package scim

import (
	"strings"

	"rollcall/internal/roster"
)

// operation is one operation of a PATCH. It is not changed when it is applied:
// a transaction may run twice.
type operation struct {
	mode mode
	path *path // nil: the resource itself
	// value is null when there is none. given tells the two apart.
	value value
	given bool
}

// parsePatch reads the body of a PATCH (RFC 7644 §3.5.2). Nothing is known yet
// of the resource, so paths are only checked for their grammar.
//
// Errors: BadSyntax for a body or an operation that can't be understood, BadPath
// for a path, NoTarget for a remove without one, TooLarge for too many operations.
func parsePatch(body []byte, q quirks, lim Limits) ([]operation, error) {
	v, err := parseValue(body)
	if err != nil {
		return nil, err
	}
	if v.shape != objectShape {
		return nil, badSyntax("The body must be a JSON object with Operations, not %s.", v.describe())
	}
	if err := q.checkSchemas(v, patchURN); err != nil {
		return nil, err
	}
	lim = lim.withDefaults()
	list := v.folded("Operations")
	switch {
	case list == nil || list.shape != listShape || len(list.items) == 0:
		return nil, badSyntax(`The body has no "Operations". It must be a list with at least one operation.`)
	case len(list.items) > lim.PatchOperations:
		return nil, refuse(roster.TooLarge, "Operations", "The request has more than %d operations. Send them in several requests.", lim.PatchOperations)
	}
	ops := make([]operation, len(list.items))
	for i, item := range list.items {
		if ops[i], err = parseOperation(item, i+1, lim); err != nil {
			return nil, err
		}
	}
	return ops, nil
}

func parseOperation(v value, number int, lim Limits) (operation, error) {
	var op operation
	if v.shape != objectShape {
		return op, badSyntax("Operation %d must be an object with op, path and value, not %s.", number, v.describe())
	}
	word := v.folded("op")
	switch {
	case word != nil && strings.EqualFold(word.text(), "add"):
		op.mode = addMode
	case word != nil && strings.EqualFold(word.text(), "replace"):
		op.mode = replaceMode
	case word != nil && strings.EqualFold(word.text(), "remove"):
		op.mode = removeMode
	case word == nil:
		return op, badSyntax(`Operation %d has no "op". Use add, replace or remove.`, number)
	default:
		return op, badSyntax("Operation %d has the unknown op %s. Use add, replace or remove.", number, word.describe())
	}
	if given := v.folded("value"); given != nil {
		op.value, op.given = *given, true
	}
	if at := v.folded("path"); at != nil && !authentikNullPath(*at) {
		if at.shape != textShape {
			return op, badPath("path", "The path of operation %d must be text, not %s.", number, at.describe())
		}
		p, err := parsePath(at.text(), lim)
		if err != nil {
			return op, err
		}
		op.path = &p
	}
	return op, op.check(number)
}

// check refuses operations that say too little to be carried out.
func (op operation) check(number int) error {
	switch {
	case op.path == nil && op.mode == removeMode:
		return refuse(roster.NoTarget, "path", "Operation %d removes but has no path. Name what to remove.", number)
	case op.mode != removeMode && !op.given:
		return badSyntax("Operation %d has no value. Send one, or use remove.", number)
	case op.path == nil && op.value.shape != objectShape:
		return badSyntax("Operation %d has no path, so its value must be an object with attributes, not %s.", number, op.value.describe())
	}
	return nil
}

// folded finds a field of an object regardless of case; nil when there is none.
func (v *value) folded(name string) *value {
	for i := range v.fields {
		if strings.EqualFold(v.fields[i].name, name) {
			return &v.fields[i].value
		}
	}
	return nil
}
