package archtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Package is what the rules know of a package.
type Package struct {
	// Path is the import path without the module's name: "storage/storagetest".
	Path string
	// Imports are those of the code, TestImports those of its tests alone. Packages of the module
	// are written like Path with "./" before it, so that they can't be taken for others.
	Imports, TestImports []string
	// Documented says whether there is a package comment.
	Documented bool
	Files      []File
}

// File is a text file: of a package, or, in a Package without a Path, of the repository.
type File struct {
	Name      string // relative to the repository
	Text      string
	Generated bool
}

// Test says whether the file belongs to tests only.
func (f File) Test() bool { return strings.HasSuffix(f.Name, "_test.go") }

// Lines counts lines as wc does.
func (f File) Lines() int { return strings.Count(f.Text, "\n") }

// Finding is one breach of one rule.
type Finding struct {
	Where, What, Why string
}

func (f Finding) String() string { return fmt.Sprintf("%s: %s\n\t%s", f.Where, f.What, f.Why) }

// Rules are all rules, as data.
type Rules struct {
	Imports []ImportRule
	Sizes   SizeRule
	Words   []WordRule
	// BadNames may be no element of a package's path.
	BadNames []string
}

// Check returns what breaks the rules, sorted by place.
func (r Rules) Check(packages []Package) []Finding {
	var found []Finding
	for _, p := range packages {
		for _, rule := range r.Imports {
			found = append(found, rule.check(p)...)
		}
		for _, rule := range r.Words {
			found = append(found, rule.check(p)...)
		}
		if p.Path != "" {
			found = append(found, r.checkNames(p)...)
		}
	}
	found = append(found, r.Sizes.check(packages)...)
	slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(a.Where, b.Where) })
	return found
}

func (r Rules) checkNames(p Package) []Finding {
	var found []Finding
	for element := range strings.SplitSeq(p.Path, "/") {
		if slices.Contains(r.BadNames, element) {
			found = append(found, Finding{
				Where: p.Path, What: fmt.Sprintf("%q names no subject", element),
				Why: "a package is called after what it holds; everything fits into a drawer called " + element,
			})
		}
	}
	if !p.Documented {
		found = append(found, Finding{
			Where: p.Path, What: "no package comment",
			Why: "the first question a reader has is what this package is for",
		})
	}
	return found
}
