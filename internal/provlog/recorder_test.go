package provlog

import (
	"context"
	"errors"
	"fmt"
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

func TestMasks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"user", `{"schemas":["urn:x:User"],"userName":"a@b.example","active":"True","n":12,"emails":[{"type":"work","value":"é"}],"e":"","z":null}`,
			`{"schemas":["urn:x:User"],"userName":"‹email 11›","active":"True","n":"‹number 2›","emails":[{"type":"work","value":"‹text 1›"}],"e":"","z":null}`},
		{"patch", `{"Operations":[{"op":"Add","path":"emails[type eq \"work\" and value eq \"x@y\"].value","value":"v"}]}`,
			`{"Operations":[{"op":"Add","path":"emails[type eq \"work\" and value eq \"‹email 3›\"].value","value":"‹text 1›"}]}`},
		{"ids stay", `{"members":[{"value":"019cad8f-ac05-7eb1-bd7c-656373ee5a8d","$ref":null}],"externalId":"00u1abcdefghij2345xy"}`,
			`{"members":[{"value":"019cad8f-ac05-7eb1-bd7c-656373ee5a8d","$ref":null}],"externalId":"00u1abcdefghij2345xy"}`},
		{"secrets", `{"password":"x","PassWord":["y"],"urn:a:password":{"z":1},"pass\u0077ord":"q"}`,
			`{"password":"‹secret›","PassWord":["‹secret›"],"urn:a:password":{"z":"‹secret›"},"password":"‹secret›"}`},
		{"cut", `{"userName":"ada","name":{"givenName":"A`, `{"userName":"‹text 3›","name":{"givenName":…`},
		{"cut in a key", `{"a":1,"userNa`, `{"a":"‹number 1›",…`},
		{"no JSON", `grant_type=x&client_secret=y`, `‹28 bytes that are no JSON object›`},
		{"keys with values", `{"emails[value eq \"a@b\"].type":"work","ada lovelace":1}`, `{"emails[value eq \"‹email 3›\"].type":"‹text 4›","‹text 3› ‹text 8›":"‹number 1›"}`},
		{"garbage", `{"a":nope}`, `{"a":…`},
		{"deep", strings.Repeat(`[`, 100), strings.Repeat(`[`, maxDepth+1) + "…"},
	} {
		if got := string(Body(nil, []byte(tt.in), false)); got != tt.want {
			t.Errorf("%s: got  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestShownBodiesHoldNoSecrets(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		`{"userName":"ada","password":"hunter2"}`,
		`{"Operations":[{"value":"hunter2","op":"replace","path":"password"}]}`,
		`{"Operations":[{"value":"hunter2","op":"replace","path":"urn:x:User:pass\u0077ord"}]}`,
		`{"Operations":[{"op":"replace","value":{"password":"hunter2"}}]}`,
		`{"client_secret":"hunter2","access_token":["hunter2"],"x":{"apiKey":{"y":"hunter2"}}}`,
	} {
		if got := string(Body(nil, []byte(in), true)); strings.Contains(got, "hunter2") {
			t.Errorf("%s shows %s", in, got)
		}
	}
	if got := string(Body(nil, []byte(`{"userName":"ada"}`), true)); !strings.Contains(got, "ada") {
		t.Errorf("a value is masked: %s", got)
	}
}

func TestMaskedTexts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ of, in, want string }{
		{"filter", `userName eq "ann@x"`, `userName eq "‹email 5›"`},
		{"filter", `not (active eq true) and emails[type eq "work" and value co "x y"].value pr`, `not (active eq true) and emails[type eq "work" and value co "‹text 3›"].value pr`},
		{"filter", `userName eq ann`, `userName eq ‹text 3›`},
		{"filter", `Lovelace`, `‹text 8›`},
		{"filter", `userName eq Ann Lovelace`, `userName eq ‹text 3› ‹text 8›`},
		{"filter", `userName eq "open`, `userName eq "‹text 4›"`},
		{"filter", `userName eq "a\"b" or id eq "019cad8f-ac05-7eb1-bd7c-656373ee5a8d"`, `userName eq "‹text 4›" or id eq "019cad8f-ac05-7eb1-bd7c-656373ee5a8d"`},
		{"query", `filter=userName+eq+%22a%22&count=10&aadOptscim062020&x=ada&ada%40b=1`, `filter=userName eq "‹text 1›"&count=10&aadOptscim062020&x=‹text 3›&‹email 5›=‹text 1›`},
		{"path", `/Users/ada`, `/Users/‹text 3›`},
		{"path", `/Users/019cad8f-ac05-7eb1-bd7c-656373ee5a8d`, `/Users/019cad8f-ac05-7eb1-bd7c-656373ee5a8d`},
		{"detail", `emails: "ada" is no address; write to ada@x.example, or 42.`, `emails: "‹text 3›" is no address; write to ‹email 13›, or ‹number›.`},
		{"detail", `The path "name.givenName" and "userName".`, `The path "name.givenName" and "userName".`},
	} {
		f := map[string]func(string) string{"filter": Filter, "query": Query, "path": Path, "detail": func(s string) string { return Detail(s, nil) }}[tt.of]
		if got := f(tt.in); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add(`{"a":"b"}`, `userName eq "x"`)
	f.Fuzz(func(t *testing.T, doc, filter string) {
		const value = "Zq7Value"
		_ = Body(nil, []byte(doc), false)
		_, _, _ = Query(doc), Path(doc), Detail(doc, nil)
		if got := Filter(filter + ` userName eq "` + value + `"`); strings.Contains(got, value) {
			t.Errorf("Filter(%q) shows a value: %s", filter, got)
		}
		if got := string(Body(nil, fmt.Appendf(nil, `{"x":%q,"userName":%q}`, doc, value), false)); strings.Contains(got, value) {
			t.Errorf("Body shows a value: %s", got)
		}
	})
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
