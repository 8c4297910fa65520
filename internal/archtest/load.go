package archtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// listed is what we ask go list for.
type listed struct {
	ImportPath   string   `json:"ImportPath"`
	Dir          string   `json:"Dir"`
	Doc          string   `json:"Doc"`
	Imports      []string `json:"Imports"`
	TestImports  []string `json:"TestImports"`
	XTestImports []string `json:"XTestImports"`
}

// Load reads the module that the working directory belongs to: its packages, and as one more
// Package without a Path the other texts of the repository. root is its directory.
func Load(ctx context.Context) (packages []Package, root string, err error) {
	out, err := goList(ctx, "-m", "-f", "{{.Path}} {{.Dir}}")
	if err != nil {
		return nil, "", err
	}
	module, root, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	all, err := list(ctx, module+"/...")
	if err != nil {
		return nil, "", err
	}
	texts, err := readTexts(root)
	if err != nil {
		return nil, "", err
	}
	byDir := map[string][]File{}
	var rest Package
	for _, f := range texts {
		if path.Ext(f.Name) == ".go" {
			byDir[path.Dir(f.Name)] = append(byDir[path.Dir(f.Name)], f)
		} else {
			rest.Files = append(rest.Files, f)
		}
	}
	for _, l := range all {
		dir, err := filepath.Rel(root, l.Dir)
		if err != nil {
			return nil, "", fmt.Errorf("place %s: %w", l.ImportPath, err)
		}
		dir = filepath.ToSlash(dir)
		packages = append(packages, Package{
			Path: dir, Documented: l.Doc != "", Imports: ours(module, l.Imports),
			TestImports: ours(module, slices.Concat(l.TestImports, l.XTestImports)), Files: byDir[dir],
		})
	}
	return append(packages, rest), root, nil
}

// list asks for packages. What they do not compile with is no concern of ours (-e).
func list(ctx context.Context, pattern string) ([]listed, error) {
	out, err := goList(ctx, "-e", "-json=ImportPath,Dir,Doc,Imports,TestImports,XTestImports", pattern)
	if err != nil {
		return nil, err
	}
	var all []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		err := decoder.Decode(&l)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read packages: %w", err)
		}
		all = append(all, l)
	}
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
