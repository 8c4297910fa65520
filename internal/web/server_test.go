package web_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/internal/web"
)

// slow serves one handler that says when a request came in and answers when it
// is let go.
type slow struct {
	url             string
	arrived, letGo  chan struct{}
	stop            context.CancelFunc
	stopped, answer chan error
}

func newSlow(t *testing.T, grace time.Duration) *slow {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &slow{
		url: "http://" + l.Addr().String(), arrived: make(chan struct{}), letGo: make(chan struct{}),
		stopped: make(chan error, 1), answer: make(chan error, 1),
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	s.stop = cancel
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(s.arrived)
		<-s.letGo
		if err := r.Context().Err(); err != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	go func() {
		s.stopped <- web.Serve(ctx, slog.New(slog.DiscardHandler), web.Stop{Grace: grace}, web.Listener{Listener: l, Handler: h})
	}()
	go func() { s.answer <- get(s.url) }()
	<-s.arrived
	return s
}

func get(url string) error {
	res, err := new(http.Client).Get(url)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	return err
}

func TestServeLetsRequestsEndWhenItStops(t *testing.T) {
	t.Parallel()
	s := newSlow(t, time.Minute)
	s.stop()
	// The listener closes first: new requests go elsewhere.
	for addr := s.url[len("http://"):]; ; {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			break
		}
		c.Close()
	}
	close(s.letGo)
	if err := <-s.answer; err != nil {
		t.Errorf("the request under way got %v", err)
	}
	if err := <-s.stopped; err != nil {
		t.Errorf("Serve = %v, want nil", err)
	}
}

func TestServeCutsOffWhatOutlastsTheGracePeriod(t *testing.T) {
	t.Parallel()
	s := newSlow(t, time.Millisecond)
	s.stop()
	if err := <-s.answer; err == nil {
		t.Error("the request was answered")
	}
	close(s.letGo)
	if err := <-s.stopped; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Serve = %v, want one that says requests were cut off", err)
	}
}

// TestServeDrains holds that a gateway which was told to stop still takes new requests, until the
// balancer has seen it.
func TestServeDrains(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	cancel()
	stopped := make(chan error, 1)
	go func() {
		stopped <- web.Serve(ctx, slog.New(slog.DiscardHandler), web.Stop{Drain: time.Hour, Grace: time.Minute},
			web.Listener{Listener: l, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})})
	}()
	if err := get("http://" + l.Addr().String()); err != nil {
		t.Errorf("a request while it drains got %v", err)
	}
	l.Close() // a break ends the wait
	if err := <-stopped; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve = %v, want %v", err, net.ErrClosed)
	}
}

func TestServeEndsWhenAListenerBreaks(t *testing.T) {
	t.Parallel()
	var l [2]net.Listener
	for i := range l {
		var err error
		if l[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	l[1].Close()
	err := web.Serve(t.Context(), slog.New(slog.DiscardHandler), web.Stop{Grace: time.Minute},
		web.Listener{Listener: l[0], Handler: http.NotFoundHandler()}, web.Listener{Listener: l[1], Handler: http.NotFoundHandler()})
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve = %v, want %v", err, net.ErrClosed)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	open, closed := make(chan struct{}), make(chan struct{})
	close(closed)
	fine := func(context.Context) error { return nil }
	broken := func(context.Context) error { return errors.New("db.internal refused") }
	tests := []struct {
		name   string
		health web.Health
		path   string
		status int
		body   string
	}{
		{"it runs", web.Health{Ready: broken, Stopping: open}, "/healthz", 200, `{"status":"ok"}`},
		{"it can work", web.Health{Ready: fine, Stopping: open}, "/readyz", 200, `{"status":"ready"}`},
		{"the store is away", web.Health{Ready: broken, Stopping: open}, "/readyz", 503, `{"status":"unavailable"}`},
		{"it stops", web.Health{Ready: fine, Stopping: closed}, "/readyz", 503, `{"status":"stopping"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := mux.NewRouter()
			tt.health.Routes(root)
			w := httptest.NewRecorder()
			root.ServeHTTP(w, httptest.NewRequest(http.MethodGet, tt.path, nil))
			if w.Code != tt.status || w.Body.String() != tt.body+"\n" {
				t.Errorf("%s = %d %s, want %d %s", tt.path, w.Code, w.Body, tt.status, tt.body)
			}
		})
	}
}
