package archtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"
)

// generated is the mark that the go command itself looks for (go help generate).
var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// maxText keeps recordings and pictures out of memory; no source is as large.
const maxText = 1 << 20

// readTexts reads every text file below root that belongs to the repository.
func readTexts(root string) ([]File, error) {
	var texts []File
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // another test's temporary file
		case err != nil:
			return err
		case entry.IsDir() && path != root && foreign(entry.Name()):
			return filepath.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		text, err := readText(path)
		if err != nil || text == "" {
			return err
		}
		name, err := filepath.Rel(root, path)
		texts = append(texts, File{Name: filepath.ToSlash(name), Text: text, Generated: generated.MatchString(text)})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read files: %w", err)
	}
	return texts, nil
}

// foreign tells folders that do not belong to the repository: hidden ones (tools, editors), except
// that of CI, and installed packages.
func foreign(folder string) bool {
	return strings.HasPrefix(folder, ".") && folder != ".ci" || folder == "node_modules"
}

// readText returns a file's text, or nothing for what is no text or is gone by now.
func readText(path string) (string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() > maxText {
		return "", nil
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !utf8.Valid(b) {
		return "", nil
	}
	return string(b), err
}
