package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/internal/simulate"
)

// TestKilledServerLosesNothing kills the server without warning, twice, while a
// directory pushes into it, and starts it again: the run must complete, every
// acknowledged user must still be there, and the end state must be whole.
func TestKilledServerLosesNothing(t *testing.T) {
	t.Parallel()
	onEachInstalled(t, func(t *testing.T, in *installation) {
		addr := freeAddress(t)
		d := in.connect("acme", "entra.example", addr)
		w := &wire{in: in, addr: addr, server: in.serve(addr), killAt: map[int]bool{150: true, 420: true}, made: map[string]bool{}}
		summary, err := simulate.Run(t.Context(), simulate.Config{
			Vendor: simulate.Entra, BaseURL: d.base, Token: d.token,
			Users: 60, Groups: 4, Domain: "entra.example", Concurrency: 4, Now: time.Now,
			Client: &http.Client{Transport: w, Timeout: time.Minute},
		})
		if err != nil {
			t.Fatalf("the run did not complete after the crashes: %v", err)
		}
		if w.kills != 2 || summary.Retried == 0 {
			t.Fatalf("%d kills and %d retried requests: the test did not test", w.kills, summary.Retried)
		}
		for id := range w.lost {
			t.Errorf("user %s was acknowledged and is gone after the crash", id)
		}
	})
}

// wire carries requests to a server that it kills now and then. It notes
// which users the server acknowledged.
type wire struct {
	in     *installation
	addr   string
	mu     sync.Mutex // held while the server is down and being checked
	server *server
	killAt map[int]bool
	sent   int
	kills  int
	made   map[string]bool // users acknowledged by 201 and not asked to go since
	lost   map[string]bool
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.sent++
	if w.killAt[w.sent] {
		go w.server.kill() // in the midst of this request and its neighbours
		w.kills++
	}
	if req.Method == http.MethodDelete {
		delete(w.made, last(req.URL.Path))
	}
	down := w.killAt[w.sent]
	w.mu.Unlock()
	res, err := http.DefaultTransport.RoundTrip(req)
	if down {
		w.restart(req)
	}
	if err == nil && res.StatusCode == http.StatusCreated && strings.HasSuffix(req.URL.Path, "/Users") {
		err = w.note(res)
	}
	return res, err
}

func last(path string) string { return path[strings.LastIndex(path, "/")+1:] }

// restart starts the server again and looks for every acknowledged user.
func (w *wire) restart(req *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = w.server.cmd.Process.Wait()
	w.server = w.in.serve(w.addr)
	base := req.URL.Path[:strings.LastIndex(req.URL.Path, "/Users")+len("/Users")]
	if !strings.Contains(req.URL.Path, "/Users") {
		base = req.URL.Path[:strings.LastIndex(req.URL.Path, "/Groups")] + "/Users"
	}
	for id := range w.made {
		get, err := http.NewRequestWithContext(context.WithoutCancel(req.Context()), http.MethodGet, "http://"+w.addr+base+"/"+id, nil)
		if err != nil {
			continue
		}
		get.Header = http.Header{"Authorization": req.Header["Authorization"]}
		res, err := http.DefaultTransport.RoundTrip(get)
		if err == nil && res.StatusCode != http.StatusOK {
			if w.lost == nil {
				w.lost = map[string]bool{}
			}
			w.lost[id] = true
		}
		if err == nil {
			_ = res.Body.Close()
		}
	}
}

func (w *wire) note(res *http.Response) error {
	b, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return err
	}
	res.Body = io.NopCloser(bytes.NewReader(b))
	var u struct{ ID string }
	if err := json.Unmarshal(b, &u); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.made[u.ID] = true
	return nil
}
