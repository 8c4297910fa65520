package archtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// generated is the mark that the go command itself looks for (go help generate).
var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// Load reads the module that the working directory belongs to: its packages, and as one more
// Package without a Path the other texts of the repository. root is its directory.
func Load(ctx context.Context) (packages []Package, root string, err error) {
	out, err := goList(ctx, "-m", "-json")
	if err != nil {
		return nil, "", err
	}
	var module struct{ Path, Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return nil, "", fmt.Errorf("read module: %w", err)
	}
	out, err = goList(ctx, "-e", "-json=ImportPath,Dir,Doc,Imports,TestImports,XTestImports", module.Path+"/...")
	if err != nil {
		return nil, "", err
	}
	texts, err := readTexts(module.Dir)
	if err != nil {
		return nil, "", err
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var l struct {
			ImportPath, Dir, Doc               string
			Imports, TestImports, XTestImports []string
		}
		if err := decoder.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, "", fmt.Errorf("read packages: %w", err)
		}
		dir, err := filepath.Rel(module.Dir, l.Dir)
		if err != nil {
			return nil, "", fmt.Errorf("place %s: %w", l.ImportPath, err)
		}
		dir = filepath.ToSlash(dir)
		p := Package{
			Path: dir, Documented: l.Doc != "", Imports: ours(module.Path, l.Imports),
			TestImports: ours(module.Path, slices.Concat(l.TestImports, l.XTestImports)),
		}
		p.Files = slices.Collect(func(yield func(File) bool) {
			for name, f := range texts {
				if strings.HasSuffix(name, ".go") && filepath.ToSlash(filepath.Dir(name)) == dir && !yield(f) {
					return
				}
			}
		})
		for _, f := range p.Files {
			delete(texts, f.Name)
		}
		packages = append(packages, p)
	}
	rest := Package{}
	for _, f := range texts {
		rest.Files = append(rest.Files, f)
	}
	return append(packages, rest), module.Dir, nil
}

// ours marks the module's own packages among imports.
func ours(module string, imports []string) []string {
	marked := slices.Clone(imports)
	for i, path := range marked {
		if rest, ok := strings.CutPrefix(path, module+"/"); ok {
			marked[i] = "./" + rest
		}
	}
	return marked
}

func goList(ctx context.Context, args ...string) ([]byte, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", append([]string{"list"}, args...)...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list %s: %w\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return out, nil
}

// maxText keeps recordings and pictures out of memory; no source is as large.
const maxText = 1 << 20

// readTexts reads every text file below root that belongs to the repository, by its name. Hidden
// folders (tools, editors) and installed packages do not belong to it.
func readTexts(root string) (map[string]File, error) {
	texts := map[string]File{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			hidden := strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".ci"
			if path != root && (hidden || entry.Name() == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && (!info.Mode().IsRegular() || info.Size() > maxText) {
			return nil
		}
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another test's temporary file
		}
		if err != nil || !utf8.Valid(b) {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		texts[name] = File{Name: name, Text: string(b), Generated: generated.Match(b)}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read files: %w", err)
	}
	return texts, nil
}
