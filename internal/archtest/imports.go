package archtest

import (
	"slices"
	"strings"
)

// ImportRule says what some packages may not import. Patterns are import paths as in
// Package.Imports; "/..." at the end takes in everything below, "std" is the standard library.
type ImportRule struct {
	// From names the packages the rule binds, Except those among them it does not.
	From, Except []string
	// Only, if not empty, lists all that may be imported. Deny lists what may not.
	Only, Deny []string
	// Sisters forbids the packages of From to import each other.
	Sisters bool
	// Tests says that the rule binds test code too.
	Tests bool
	Why   string
}

func (r ImportRule) check(p Package) []Finding {
	self := "./" + p.Path
	if p.Path == "" || !matchAny(r.From, self) || matchAny(r.Except, self) {
		return nil
	}
	imports := p.Imports
	if r.Tests {
		imports = slices.Concat(p.Imports, p.TestImports)
	}
	var found []Finding
	for _, path := range imports {
		if r.forbids(self, path) {
			found = append(found, Finding{Where: p.Path, What: "imports " + path, Why: r.Why})
		}
	}
	return found
}

func (r ImportRule) forbids(self, path string) bool {
	switch {
	case matchAny(r.Deny, path):
		return true
	case len(r.Only) > 0 && !matchAny(r.Only, path):
		return true
	case r.Sisters:
		return matchAny(r.From, path) && !sameTree(r.From, self, path)
	}
	return false
}

// sameTree says whether two packages fall under the same pattern: a door and its own parts.
func sameTree(patterns []string, a, b string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, a) && match(p, b) })
}

func matchAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, path) })
}

func match(pattern, path string) bool {
	if pattern == "std" {
		return standard(path)
	}
	if tree, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == tree || strings.HasPrefix(path, tree+"/")
	}
	return path == pattern
}

// standard tells the standard library by the rule of the go command: no dot in the first element.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}
