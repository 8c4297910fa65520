package web_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"rollcall/internal/web"
)

// lockedBuffer may be read while a timer writes to it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) lines() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.SplitAfter(strings.TrimSuffix(b.b.String(), "\n"), "\n")
}

func TestLinesLoseNothing(t *testing.T) {
	t.Parallel()
	var out lockedBuffer
	lines := web.NewLines(&out)
	log := lines.Logger(slog.LevelInfo).With("door", "scim")
	var all sync.WaitGroup
	const writers, each = 8, 2000 // more than may wait
	for range writers {
		all.Go(func() {
			for range each {
				log.Info("request", "status", 200)
			}
		})
	}
	all.Wait()
	lines.Flush()
	got := out.lines()
	if len(got) != writers*each {
		t.Errorf("%d lines, want %d", len(got), writers*each)
	}
	for _, line := range got {
		if !strings.HasPrefix(line, `{"time":`) || !strings.Contains(line, `"door":"scim"`) {
			t.Fatalf("not a whole line: %q", line)
		}
	}
}

func TestLinesWarnAtOnce(t *testing.T) {
	t.Parallel()
	var out lockedBuffer
	log := web.NewLines(&out).Logger(slog.LevelInfo)
	log.Info("one")
	log.Warn("two")
	if got := out.lines(); len(got) != 2 || !strings.Contains(got[1], `"msg":"two"`) {
		t.Errorf("after a warning the log holds %q", got)
	}
}
