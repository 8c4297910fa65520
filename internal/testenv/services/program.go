package services

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
)

// Program is a web server that a test process starts for itself. Unlike a database it runs as
// whoever starts it, since it may need packages in that user's cache.
type Program struct {
	// Name names its folder.
	Name string
	// Files are written into its folder before it starts, by their paths in it.
	Files map[string][]byte
	// Links are symbolic links in its folder, and what they point to.
	Links map[string]string
	// Command returns its command line. It shall listen on that port of 127.0.0.1, and end on TERM.
	Command func(dir, port string) []string
	// Env returns what it finds in its environment beside ours; may be nil.
	Env func(dir, port string) []string
	// Ready is the path that answers 200 once it is up.
	Ready string
}

// Start starts the program and waits until it answers. Service.URL is its address without a path,
// Service.Dir its folder. A port that somebody else takes meanwhile is tried again with another.
func (p Program) Start(ctx context.Context) (*Service, error) {
	return retry(ctx, p.start)
}

func (p Program) start(ctx context.Context) (*Service, error) {
	dir, err := os.MkdirTemp("", "rollcall-"+p.Name+"-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for %s: %w", p.Name, err)
	}
	port, err := freePort(ctx)
	if err == nil {
		err = p.furnish(dir)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	h := &home{dir: dir, attr: &syscall.SysProcAttr{Setpgid: true}, env: append(os.Environ(), "HOME="+dir, "TMPDIR="+dir)}
	if p.Env != nil {
		h.env = append(h.env, p.Env(dir, port)...)
	}
	k, err := h.keep("TERM", p.Command(dir, port)...)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s := &Service{URL: "http://127.0.0.1:" + port, Dir: dir, How: "private server " + p.Name, stop: k.stop, log: k.log}
	if err := waitReady(ctx, k.died, func(ctx context.Context) error { return answers(ctx, s.URL+p.Ready) }); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w\n%s", p.Name, err, k.log()), k.stop())
	}
	return s, nil
}

// furnish writes what the program finds in its folder.
func (p Program) furnish(dir string) error {
	for name, content := range p.Files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("furnish %s: %w", p.Name, err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return fmt.Errorf("furnish %s: %w", p.Name, err)
		}
	}
	for name, target := range p.Links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("furnish %s: %w", p.Name, err)
		}
	}
	return nil
}

// answers says whether a GET of url is answered with 200.
func answers(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	// A client of its own: a kept-alive connection would occupy PHP's server, which has one process.
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, response.Status)
	}
	return nil
}
