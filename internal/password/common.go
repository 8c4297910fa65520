package password

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"sort"
	"strings"
	"sync"
)

//go:embed common.txt.gz
var packed []byte

// list is the text of common passwords, one a line, sorted by bytes. It stays one text: a map of it would cost megabytes.
var list = sync.OnceValue(func() []string {
	in, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("password: " + err.Error()) // it is in the program
	}
	raw, err := io.ReadAll(in)
	if err != nil {
		panic("password: " + err.Error())
	}
	return strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
})

// common says whether a text in lower case is on the list.
func common(folded string) bool {
	all := list()
	i := sort.SearchStrings(all, folded)
	return i < len(all) && all[i] == folded
}
