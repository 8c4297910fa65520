package provlog

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// shelf keeps what is written, unless it is told to fail.
type shelf struct {
	mu      sync.Mutex
	batches []roster.ExchangeBatch
	fail    func(roster.ExchangeBatch) error
}

func (s *shelf) AppendExchanges(_ context.Context, batches []roster.ExchangeBatch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range batches {
		if s.fail != nil {
			if err := s.fail(b); err != nil {
				return err
			}
		}
	}
	s.batches = append(s.batches, batches...)
	return nil
}

// written lists the statuses of entries, and the requests that were counted.
func (s *shelf) written() (statuses map[int]int, counted int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	statuses = map[int]int{}
	for _, b := range s.batches {
		for _, e := range b.Entries {
			statuses[e.Status]++
		}
		for _, h := range b.Hours {
			counted += h.Requests
		}
	}
	return statuses, counted
}

func began() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

func newRecorder(s *shelf, c Config) *Recorder {
	c.Log, c.Now = s, began
	c.TenantOf = func(_ context.Context, id tenant.DirectoryID) (tenant.ID, error) {
		if id.UUID[15] == 9 {
			return tenant.ID{}, roster.NotFound
		}
		return tenant.ID{UUID: tenant.UUID{1}}, nil
	}
	return New(c)
}

func capture(status int) *Capture {
	return &Capture{Tenant: tenant.ID{UUID: tenant.UUID{1}}, Directory: tenant.DirectoryID{UUID: tenant.UUID{2}}, At: began(), Method: "GET", Route: "/Users", Status: status}
}

func TestOverflowDropsSuccessesAndCountsAll(t *testing.T) {
	t.Parallel()
	s := &shelf{}
	r := newRecorder(s, Config{Capacity: 10, Batch: 1000})
	for i := range 30 {
		r.Add(capture(200))
		if i%3 == 0 {
			c := capture(400)
			c.Request = []byte("{}")
			r.Add(c)
		}
	}
	for range 5 {
		r.Add(capture(200))
	}
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	statuses, counted := s.written()
	if diff := cmp.Diff(map[int]int{400: 10}, statuses); diff != "" {
		t.Errorf("written mismatch (-want +got)\n%s", diff)
	}
	if want := (Stats{Written: 10, Dropped: 35}); r.Stats() != want || counted != 45 {
		t.Errorf("stats %+v, %d counted; want %+v and 45", r.Stats(), counted, want)
	}
}

func TestFailuresAloneAreBoundedToo(t *testing.T) {
	t.Parallel()
	r := newRecorder(&shelf{}, Config{Capacity: 10, Bodies: 50})
	for range 100 {
		c := capture(500)
		c.Request = []byte(strings.Repeat("x", 10))
		r.Add(c)
	}
	want := Stats{Waiting: 40, Lost: 60, Bodiless: 60}
	got := r.Stats()
	if got.Waiting != want.Waiting || got.Lost != want.Lost || got.Bodiless < 90 {
		t.Errorf("stats %+v", got)
	}
}

func TestAStoreThatIsAwayLosesNothing(t *testing.T) {
	t.Parallel()
	s := &shelf{fail: func(roster.ExchangeBatch) error { return &roster.Error{Kind: roster.Unavailable} }}
	r := newRecorder(s, Config{Batch: 2})
	for range 5 {
		r.Add(capture(200))
	}
	r.Deny(Denial{Directory: tenant.DirectoryID{UUID: tenant.UUID{2}}, Kind: roster.AuthExpired, At: began()})
	for range 3 {
		if err := r.Flush(t.Context()); !errors.Is(err, roster.Unavailable) {
			t.Errorf("Flush = %v", err)
		}
	}
	s.fail = nil
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	statuses, counted := s.written()
	if statuses[200] != 5 || counted != 5 || r.Stats().Lost > 0 {
		t.Errorf("written %v, counted %d, %+v", statuses, counted, r.Stats())
	}
}

func TestWhatOneTenantCanNotWriteLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	bad := tenant.ID{UUID: tenant.UUID{7}}
	s := &shelf{fail: func(b roster.ExchangeBatch) error {
		if b.Tenant == bad && len(b.Entries) > 0 {
			return errors.New("no")
		}
		return nil
	}}
	r := newRecorder(s, Config{})
	c := capture(200)
	c.Tenant = bad
	r.Add(c)
	r.Add(capture(201))
	if err := r.Flush(t.Context()); err == nil {
		t.Error("Flush went well")
	}
	statuses, _ := s.written()
	if diff := cmp.Diff(map[int]int{201: 1}, statuses); diff != "" || r.Stats().Lost != 1 {
		t.Errorf("%+v, written mismatch (-want +got)\n%s", r.Stats(), diff)
	}
}

func TestDenialsAreBounded(t *testing.T) {
	t.Parallel()
	s := &shelf{}
	r := newRecorder(s, Config{})
	for i := range maxDenials + 10 {
		r.Deny(Denial{Directory: tenant.DirectoryID{UUID: tenant.UUID{1, byte(i >> 8), byte(i), 15: 9}}, Kind: roster.AuthUnknown, At: began()})
	}
	r.Deny(Denial{Kind: roster.AuthUnknown, At: began()})
	for range maxDenials/maxAsked + 1 {
		if err := r.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if want := (Stats{Astray: maxDenials + 1, Uncount: 10}); r.Stats() != want {
		t.Errorf("stats %+v, want %+v", r.Stats(), want)
	}
}

func TestRunWritesByItself(t *testing.T) {
	t.Parallel()
	wrote := make(chan struct{}, 10)
	s := &shelf{fail: func(roster.ExchangeBatch) error { wrote <- struct{}{}; return nil }}
	r := newRecorder(s, Config{Every: time.Hour, Batch: 3})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { r.Run(ctx); close(ended) }()
	for range 3 {
		r.Add(capture(200)) // a full batch does not wait for the hour
	}
	<-wrote
	stop()
	<-ended
}

func BenchmarkAdd(b *testing.B) {
	r := newRecorder(&shelf{}, Config{})
	b.ReportAllocs()
	for b.Loop() {
		r.Add(capture(200))
		if r.Stats().Waiting >= 4000 {
			r.take()
			for len(r.take()) > 0 {
			}
		}
	}
}

// BenchmarkEntry is what the flush pays for one entry, beside the store.
func BenchmarkEntry(b *testing.B) {
	get, patch := capture(200), capture(200)
	get.RawQuery = "filter=userName+eq+%22ada.lovelace%40acme.example%22&startIndex=1&count=100"
	get.UserAgent = "Okta SCIM Client 1.0.0"
	patch.Method, patch.Route, patch.Path = "PATCH", "/Users/{id}", "/Users/019cad8f-ac05-7eb1-bd7c-656373ee5a8d"
	patch.Request = []byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"active":false}},{"op":"Replace","path":"emails[type eq \"work\"].value","value":"ada.lovelace@acme.example"},{"op":"Add","path":"name.givenName","value":"Ada"}]}`)
	patch.Events = []roster.Event{{Kind: roster.MemberUpdated, Data: []byte(`{"fields":["emails","name"]}`)}}
	buf := make([]byte, 0, 2*MaxBody)
	for name, c := range map[string]*Capture{"match": get, "patch": patch} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = c.entry(buf)
			}
		})
	}
}
