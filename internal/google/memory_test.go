package google

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"rollcall/internal/roster"
)

// TestRunOverManyPeopleIsBounded holds what a run keeps of 100,000 people to 60 MB.
func TestRunOverManyPeopleIsBounded(t *testing.T) {
	const many, most = 100_000, 60 << 20
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	p := &people{all: map[roster.MemberID]*person{}, google: map[string]*person{}, logins: map[string]*person{}}
	for i := range many {
		p.put(roster.Member{
			ID: roster.NewMemberID(time.Unix(int64(i), 0)), ExternalID: fmt.Sprintf("1000000000000%08d", i), Login: fmt.Sprintf("first.last%d@acme.example", i),
			Attributes: roster.Attributes(fmt.Sprintf(`{"title":"%01000d"}`, i)),
		})
	}
	used := heap() - before
	if used > most {
		t.Errorf("%d people take %d bytes, want %d at most", many, used, most)
	}
	t.Logf("%d people take %.1f MB", len(p.all), float64(used)/(1<<20))
}
