package idp

import (
	"context"
	"encoding/json"
	"sync"
	"testing"

	"rollcall/internal/testenv"
	"rollcall/internal/testenv/services"
)

// server is a provider's process, shared by the tests that want the same.
type server struct {
	*services.Service
	kind string
}

// Put adds an account or changes the one of that name. It counts from the next sign-in.
func (s *server) put(tb testing.TB, a Account) {
	tb.Helper()
	content, err := a.document()
	if err == nil {
		err = replace(s.Dir, fileOf("accounts", a.Name), content)
	}
	if err != nil {
		tb.Fatalf("%s: put account %s: %v", s.kind, a.Name, err)
	}
}

// write puts a value where the server looks for what has that name.
func (s *server) write(tb testing.TB, folder, name string, value any) {
	tb.Helper()
	content, err := json.Marshal(value)
	if err == nil {
		err = replace(s.Dir, fileOf(folder, name), content)
	}
	if err != nil {
		tb.Fatalf("%s: write %s: %v", s.kind, name, err)
	}
}

// shared starts one T for each K and gives everybody that one. What it starts ends with the process.
type shared[K comparable, T any] struct {
	mu      sync.Mutex
	started map[K]func() (T, error)
}

func (s *shared[K, T]) get(tb testing.TB, kind string, key K, start func(context.Context) (T, error)) T {
	tb.Helper()
	s.mu.Lock()
	if s.started == nil {
		s.started = map[K]func() (T, error){}
	}
	once, ok := s.started[key]
	if !ok {
		// Not the test's context: the server outlives the test.
		once = sync.OnceValues(func() (T, error) { return start(context.Background()) })
		s.started[key] = once
	}
	s.mu.Unlock()
	value, err := once()
	if err != nil {
		testenv.Missing(tb, kind, err)
	}
	return value
}

// showLog prints what the server wrote if tb fails.
func (s *server) showLog(tb testing.TB) {
	tb.Helper()
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("end of %s's log:\n%s", s.kind, s.Log())
		}
	})
}
