package scim

import (
	"bytes"
	"iter"

	"rollcall/internal/roster"
)

// topLevel walks the fields of a stored document without decoding it: the names with
// their quotes and the values, both as they are written.
func topLevel(doc roster.Attributes) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, raw []byte) bool) {
		for i := 1; i < len(doc)-1; {
			name := doc[i:endOf(doc, i)]
			i += len(name) + 1 // the colon
			end := endOf(doc, i)
			if i > end || len(name) < len(`""`) || !yield(name, doc[i:end]) {
				return
			}
			i = end + 1 // the comma
		}
	}
}

// isExtension says whether a quoted name is the URN of an extension.
func isExtension(name []byte) bool {
	return len(name) > len(`"urn:`) && bytes.EqualFold(name[:len(`"urn:`)], []byte(`"urn:`))
}

// endOf finds the end of the compact JSON value that begins at i.
func endOf(doc []byte, i int) int {
	depth := 0
	for ; i < len(doc); i++ {
		switch doc[i] {
		case '"':
			i = closingQuote(doc, i)
			if depth == 0 {
				return min(i+1, len(doc))
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				return i + 1 + depth // of the value itself, or before what it stands in
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(doc)
}

// closingQuote finds the end of the string that begins at i.
func closingQuote(doc []byte, i int) int {
	for i++; i < len(doc) && doc[i] != '"'; i++ {
		if doc[i] == '\\' {
			i++
		}
	}
	return i
}
