// Command maildomains turns npm packages that list e-mail domains into the compressed lists that
// package maildomain embeds:
//
//	maildomains OUT PACKAGE.tgz FILE.json… [PACKAGE.tgz FILE.json…]
//
// Each FILE.json holds an array of names. `go generate ./internal/tenant/maildomain` calls it.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"rollcall/internal/tenant/domainname"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "maildomains:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 3 {
		return errors.New("usage: maildomains OUT PACKAGE.tgz FILE.json… [PACKAGE.tgz FILE.json…]")
	}
	var names []string
	var pack string
	for _, a := range args[1:] {
		if path.Ext(a) == ".tgz" {
			pack = a
			continue
		}
		found, err := read(pack, a)
		if err != nil {
			return err
		}
		names = append(names, found...)
	}
	b, err := compress(clean(names))
	if err != nil {
		return err
	}
	return os.WriteFile(args[0], b, 0o644) //nolint:gosec // part of the source code, for all to read
}

// read returns the array in one file of an npm package.
func read(pack, file string) ([]string, error) {
	f, err := os.Open(pack) //nolint:gosec // whoever runs this names the file
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", pack, err)
	}
	t := tar.NewReader(z)
	for {
		h, err := t.Next()
		if err != nil {
			return nil, fmt.Errorf("look for %s in %s: %w", file, pack, err)
		}
		if h.Name != "package/"+file {
			continue
		}
		b, err := io.ReadAll(t)
		if err != nil {
			return nil, fmt.Errorf("read %s in %s: %w", file, pack, err)
		}
		var names []string
		if err := json.Unmarshal(b, &names); err != nil {
			return nil, fmt.Errorf("read %s in %s: %w", file, pack, err)
		}
		return names, nil
	}
}

// clean returns the names in canonical form, sorted, once each: without what is no domain, and without
// registries, because a name covers all below it.
func clean(names []string) []string {
	var out []string
	for _, n := range names {
		name, err := domainname.Parse(strings.TrimSpace(n))
		if err != nil {
			continue
		}
		if suffix, icann := publicsuffix.PublicSuffix(name); icann && suffix == name {
			continue
		}
		out = append(out, name)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	listed := map[string]bool{}
	for _, n := range out {
		listed[n] = true
	}
	// What stands below a listed name is covered by it.
	return slices.DeleteFunc(out, func(n string) bool {
		for _, rest, ok := strings.Cut(n, "."); ok; _, rest, ok = strings.Cut(rest, ".") {
			if listed[rest] {
				return true
			}
		}
		return false
	})
}

func compress(names []string) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(z, strings.Join(names, "\n")+"\n"); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
