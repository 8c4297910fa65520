package scim

// Limits bound what a request may ask for before it is parsed. The zero value
// of a field stands for its default.
type Limits struct {
	// FilterBytes is the longest filter, in bytes; 4,096 by default.
	FilterBytes int
	// FilterDepth is how deep parentheses and brackets may nest; 16 by default.
	FilterDepth int
	// FilterTerms is how many comparisons a filter may have; 64 by default.
	FilterTerms int
	// PatchOperations is how many operations one PATCH may have; 1,000 by default.
	PatchOperations int
	// BulkOperations is how many operations one bulk request may have; 1,000 by default, and never more
	// than PatchOperations: authentik takes the number for that of a PATCH.
	BulkOperations int
	// BulkBytes is the largest bulk request; 5 MiB by default, as much as the largest single one.
	BulkBytes int64
}

// maxJSONDepth is how deep arrays and objects of a body may nest. RFC 7643
// needs five; the rest is for extensions.
const maxJSONDepth = 32

// Bounds on what one body can make us compare. Directories stay far below them.
const (
	maxFields   = 1000    // of one object
	maxElements = 1000    // of a list that is searched
	maxNames    = 200     // in attributes or excludedAttributes
	maxCompared = 20000   // elements that the filters of one PATCH look at, large ones counted more than once
	maxValues   = 250000  // of one body together: 50,000 members with their names fit
	maxDocument = 1 << 20 // bytes of all attributes of a resource together
)

func (l Limits) withDefaults() Limits {
	l.FilterBytes = positive(l.FilterBytes, 4096)
	l.FilterDepth = positive(l.FilterDepth, 16)
	l.FilterTerms = positive(l.FilterTerms, 64)
	l.PatchOperations = positive(l.PatchOperations, 1000)
	l.BulkOperations = min(positive(l.BulkOperations, 1000), l.PatchOperations)
	if l.BulkBytes <= 0 {
		l.BulkBytes = maxGroupBody
	}
	return l
}

func positive(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}
