package web

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Lines gathers the lines of a log for a moment, so that a busy gateway writes
// many of them with one call. Whoever dies without Close loses that moment. It
// is safe for concurrent use.
type Lines struct {
	out io.Writer

	mu      sync.Mutex
	waiting []byte
	spare   []byte
	due     bool

	writing sync.Mutex // keeps the order of writes
}

const (
	linesMoment = 50 * time.Millisecond
	mostWaiting = 256 << 10 // bytes; whoever fills them writes
)

// NewLines returns Lines that write to out.
func NewLines(out io.Writer) *Lines { return &Lines{out: out} }

// Write takes a line. Its error is never set: a log that can't be written to
// must not end what it tells of.
func (l *Lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	l.waiting = append(l.waiting, line...)
	full := len(l.waiting) >= mostWaiting
	if !l.due && !full {
		l.due = true
		time.AfterFunc(linesMoment, l.Flush)
	}
	l.mu.Unlock()
	if full {
		l.Flush()
	}
	return len(line), nil
}

// Flush writes what waits.
func (l *Lines) Flush() {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	lines := l.waiting
	l.waiting, l.due = l.spare[:0], false
	l.mu.Unlock()
	if len(lines) > 0 {
		_, _ = l.out.Write(lines)
	}
	l.mu.Lock()
	l.spare = lines[:0]
	l.mu.Unlock()
}

// Logger returns a logger that writes JSON to l. What is a warning or worse is
// written at once, with all that waited before it.
func (l *Lines) Logger(level slog.Leveler) *slog.Logger {
	return slog.New(atOnce{slog.NewJSONHandler(l, &slog.HandlerOptions{Level: level}), l})
}

type atOnce struct {
	slog.Handler
	lines *Lines
}

func (h atOnce) Handle(ctx context.Context, r slog.Record) error {
	err := h.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		h.lines.Flush()
	}
	return err //nolint:wrapcheck // one of slog's own
}

func (h atOnce) WithAttrs(attrs []slog.Attr) slog.Handler {
	return atOnce{h.Handler.WithAttrs(attrs), h.lines}
}

func (h atOnce) WithGroup(name string) slog.Handler {
	return atOnce{h.Handler.WithGroup(name), h.lines}
}
