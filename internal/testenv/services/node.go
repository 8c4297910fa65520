package services

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// NodeDebianPackages are Debian's names for Node.js and its package manager.
var NodeDebianPackages = []string{"nodejs", "npm"}

// npm holds the list of packages and their lock, which names no registry: the machine's own is used.
//
//go:embed npm/package.json npm/package-lock.json
var npm embed.FS

// oldestNode is the first release that has what the packages use (URL.parse, Web Crypto). Debian 12
// has an older one.
const oldestNode = 20

// Node finds Node.js: the installed one, else the one among the npm packages. It is ErrNotInstalled
// when there is none, or only one that is too old.
func Node(ctx context.Context) (string, error) {
	program, err := installedNode(ctx)
	if err == nil {
		return program, nil
	}
	modules, modulesErr := NodeModules()
	if modulesErr != nil {
		return "", errors.Join(err, modulesErr)
	}
	arch := strings.NewReplacer("amd64", "x64").Replace(runtime.GOARCH)
	program = filepath.Join(modules, "node-"+runtime.GOOS+"-"+arch, "bin", "node")
	if present(program) == nil {
		return program, nil
	}
	return "", err
}

func installedNode(ctx context.Context) (string, error) {
	program, err := exec.LookPath("node")
	if err != nil {
		return "", fmt.Errorf("node: %w", ErrNotInstalled)
	}
	out, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask node for its version: %w", err)
	}
	major, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(string(out)), "v"), ".")
	if n, err := strconv.Atoi(major); err != nil || n < oldestNode {
		return "", fmt.Errorf("node %s is older than %d: %w", bytes.TrimSpace(out), oldestNode, ErrNotInstalled)
	}
	return program, nil
}

// NodeModules finds the folder node_modules with what npm/package.json lists, as InstallNodeModules
// left it in the user's cache. It is ErrNotInstalled before that.
func NodeModules() (string, error) {
	dir, err := nodeCache()
	if err != nil {
		return "", err
	}
	modules := filepath.Join(dir, "node_modules")
	if _, err := os.Stat(modules); err != nil {
		return "", fmt.Errorf("npm packages of the tests: %w", ErrNotInstalled)
	}
	return modules, nil
}

// InstallNodeModules installs them, each as the lock has it and without running any of their
// scripts. It is for the machine, not for the checkout: a second checkout finds them there.
func InstallNodeModules(ctx context.Context) (string, error) {
	if modules, err := NodeModules(); err == nil {
		if _, err := Node(ctx); err == nil {
			return modules, nil
		}
	}
	program, err := exec.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("npm: %w", ErrNotInstalled)
	}
	dir, err := nodeCache()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", fmt.Errorf("install npm packages: %w", err)
	}
	// Under another name until it is complete, because others may look at the same time.
	half, err := os.MkdirTemp(filepath.Dir(dir), "half-")
	if err != nil {
		return "", fmt.Errorf("install npm packages: %w", err)
	}
	defer os.RemoveAll(half)
	listed, err := fs.Sub(npm, "npm")
	if err == nil {
		err = os.CopyFS(half, listed)
	}
	if err != nil {
		return "", fmt.Errorf("install npm packages: %w", err)
	}
	args := []string{"ci", "--ignore-scripts", "--no-audit", "--no-fund"}
	if _, err := installedNode(ctx); err == nil {
		args = append(args, "--omit=optional") // which is Node.js itself
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = half
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w\n%s", err, bytes.TrimSpace(out))
	}
	// Somebody else may have been first: theirs is as good, unless it came without the Node.js that we need.
	if _, err := Node(ctx); err != nil {
		if err := os.RemoveAll(dir); err != nil {
			return "", fmt.Errorf("install npm packages: %w", err)
		}
	}
	if err := os.Rename(half, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("install npm packages: %w", err)
	}
	return NodeModules()
}

// nodeCache is where these packages live: by the lock's content, so that two checkouts with
// different locks don't disturb each other.
func nodeCache() (string, error) {
	lock, err := npm.ReadFile("npm/package-lock.json")
	if err != nil {
		return "", fmt.Errorf("read npm's lock: %w", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir() // no home, as in many a container
	}
	sum := sha256.Sum256(lock)
	return filepath.Join(cache, "rollcall-testenv", "npm-"+hex.EncodeToString(sum[:8])), nil
}
