package archtest

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// SizeRule bounds the length of Go files, generated ones apart.
type SizeRule struct {
	Median int // of all files
	Split  int // longer files need a reason
	Max    int // no file is longer
	// Long holds the reasons, by the file's name.
	Long map[string]string
}

func (r SizeRule) check(packages []Package) []Finding {
	var found []Finding
	var sizes []int
	long := map[string]bool{}
	for _, p := range packages {
		for _, f := range p.Files {
			if f.Generated || path.Ext(f.Name) != ".go" {
				continue
			}
			n := f.Lines()
			sizes = append(sizes, n)
			if n > r.Split {
				long[f.Name] = true
			}
			switch {
			case n > r.Max:
				found = append(found, Finding{
					Where: f.Name, What: fmt.Sprintf("%d lines, more than %d", n, r.Max),
					Why: "nobody reads it in one go; split it by subject",
				})
			case n > r.Split && r.Long[f.Name] == "":
				found = append(found, Finding{
					Where: f.Name, What: fmt.Sprintf("%d lines, more than %d", n, r.Split),
					Why: "split it by subject, or give the reason in archtest's list of long files",
				})
			}
		}
	}
	for name := range r.Long {
		if !long[name] {
			found = append(found, Finding{
				Where: name, What: "is excused for its length and is not long",
				Why: "take it out of archtest's list, lest the excuse is used later",
			})
		}
	}
	if slices.Sort(sizes); len(sizes) > 0 && sizes[len(sizes)/2] > r.Median {
		found = append(found, Finding{
			Where: "all files", What: fmt.Sprintf("median of %d lines, more than %d", sizes[len(sizes)/2], r.Median),
			Why: "one subject per file keeps files short",
		})
	}
	return found
}

// WordRule says what the text of files may not contain.
type WordRule struct {
	// Files says which files the rule binds.
	Files func(File) bool
	Bad   *regexp.Regexp
	// Good excuses a match it matches as well.
	Good *regexp.Regexp
	Why  string
}

func (r WordRule) check(p Package) []Finding {
	var found []Finding
	for _, f := range p.Files {
		if r.Files != nil && !r.Files(f) {
			continue
		}
		number := 0
		for line := range strings.Lines(f.Text) {
			number++
			match := r.Bad.FindString(line)
			if match == "" || r.Good != nil && r.Good.MatchString(line) {
				continue
			}
			found = append(found, Finding{
				Where: fmt.Sprintf("%s:%d", f.Name, number), What: fmt.Sprintf("has %q", strings.TrimSpace(match)), Why: r.Why,
			})
		}
	}
	return found
}
