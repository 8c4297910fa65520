package services_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"testing"
	"time"

	"rollcall/internal/testenv"
	"rollcall/internal/testenv/services"
)

func TestServiceEndsWithStop(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		start func(context.Context) (*services.Service, error)
	}{
		{name: "postgres", start: services.InstalledPostgres},
		{name: "redis", start: services.InstalledRedis},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := tt.start(t.Context())
			if errors.Is(err, services.ErrNotInstalled) {
				return // the server that tests use is elsewhere, and there is no binary to try
			}
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := s.Stop(); err != nil {
					t.Errorf("Stop() = %v", err)
				}
			}
			if listens(t, s.URL) {
				t.Errorf("%s still answers after Stop", tt.name)
			}
		})
	}
}

// The owner of a server is killed with -9: the keeper stops the server all the same.
func TestServiceEndsWithItsOwner(t *testing.T) {
	t.Parallel()
	owner := exec.Command(os.Args[0], "-test.run=^TestOwner$")
	owner.Env = append(os.Environ(), ownerVariable+"=1", testenv.PostgresVariable+"=", testenv.RedisVariable+"=")
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("the owner printed nothing: %v", lines.Err())
	}
	address := lines.Text()
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = owner.Wait()
	if address == notInstalled {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for listens(t, address) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the server outlived its owner")
		}
	}
}

const (
	ownerVariable = "ROLLCALL_TEST_OWNER"
	notInstalled  = "not installed"
)

// TestOwner is the process that TestServiceEndsWithItsOwner kills; on its own it does nothing.
func TestOwner(t *testing.T) {
	t.Parallel()
	if os.Getenv(ownerVariable) == "" {
		return
	}
	s, err := services.InstalledPostgres(t.Context())
	if errors.Is(err, services.ErrNotInstalled) {
		_, _ = os.Stdout.WriteString(notInstalled + "\n")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	_, _ = os.Stdout.WriteString(s.URL + "\n")
	select {} // until killed
}

func listens(t *testing.T, address string) bool {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
