package services

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"time"
)

// ErrNotInstalled says that nothing on this machine can provide the service in the way asked for.
var ErrNotInstalled = errors.New("not installed")

// Service is one running server.
type Service struct {
	// URL names the server with everything a client needs, the password included.
	URL string
	// How says in a few words where it came from, for people.
	How string
	// Dir is the folder of a Program, for those that read files while they run.
	Dir  string
	stop func() error
	log  func() string
}

// Log returns the end of what a Program wrote; others keep theirs to themselves.
func (s *Service) Log() string {
	if s.log == nil {
		return ""
	}
	return s.log()
}

// Stop ends the server and removes what it left on disk. A second call does nothing.
func (s *Service) Stop() error {
	if s == nil || s.stop == nil {
		return nil
	}
	stop := s.stop
	s.stop = nil
	return stop()
}

// startTime bounds how long a started server may take to answer its first client.
const startTime = 60 * time.Second

// waitReady calls ping until it answers, the server has died, or time is up. The last error of
// ping is part of the answer, since it tells a wrong password from a dead server.
func waitReady(ctx context.Context, died <-chan struct{}, ping func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ping(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-died:
			return errors.New("the server ended at once")
		case <-ctx.Done():
			return fmt.Errorf("no answer in %v: %w", startTime, err)
		case <-tick.C:
		}
	}
}

// freePort asks the kernel for a port nobody listens on. Another process may take it before the
// server does, so callers try again.
func freePort(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return port, nil
}

// attempts is how often a server is started anew when it ended at once, most likely because
// somebody else took its port.
const attempts = 3

func retry(ctx context.Context, start func(context.Context) (*Service, error)) (*Service, error) {
	var errs []error
	for range attempts {
		s, err := start(ctx)
		if err == nil {
			return s, nil
		}
		if errors.Is(err, ErrNotInstalled) || ctx.Err() != nil {
			return nil, err
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

func password() string { return rand.Text() }
