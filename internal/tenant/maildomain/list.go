package maildomain

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"io"
	"strings"
	"sync"
)

//go:embed lists/free.txt.gz
var freePacked []byte

//go:embed lists/disposable.txt.gz
var disposablePacked []byte

// The lists, unpacked when first asked for.
var (
	free       = sync.OnceValue(func() list { return unpack(freePacked) })
	disposable = sync.OnceValue(func() list { return unpack(disposablePacked) })
)

// list is sorted names, each followed by a line feed, in one text: two pointers for the garbage collector
// to follow instead of a hundred thousand.
type list string

// unpack reads an embedded list. A test reads both, so that neither can be broken.
func unpack(packed []byte) list {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return ""
	}
	var b strings.Builder
	b.Grow(int(binary.LittleEndian.Uint32(packed[len(packed)-4:]))) // the size when unpacked (RFC 1952 §2.3.1)
	if _, err := io.Copy(&b, z); err != nil {                       //nolint:gosec // our own, of a known size
		return ""
	}
	return list(b.String())
}

// has looks a name up by halving the text, going back from the middle to where a line begins.
func (l list) has(name string) bool {
	low, high := 0, len(l)
	for low < high {
		mid := low + (high-low)/2
		begin := strings.LastIndexByte(string(l[low:mid]), '\n') + 1 + low
		end := begin + strings.IndexByte(string(l[begin:]), '\n')
		switch line := string(l[begin:end]); {
		case line == name:
			return true
		case line < name:
			low = end + 1
		default:
			high = begin
		}
	}
	return false
}

// names is how many names the list has.
func (l list) names() int { return strings.Count(string(l), "\n") }
