package simulate

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Trouble is a way in which the road between the directory and the service can be bad.
type Trouble string

// The kinds of trouble. Each is listed in Troubles, told by made.String and documented with --trouble.
const (
	// Throttled answers requests by 429 and 503 before they reach the service, most of them with a Retry-After
	// that is obeyed.
	Throttled Trouble = "throttled"
	// Duplicated sends requests twice, at once or one after the other. Of two POSTs one makes the object and
	// the other is answered 409; of two DELETEs the second is answered 404; anything else is answered alike.
	Duplicated Trouble = "duplicated"
	// Lost breaks the connection after the service has done what it was asked, before its answer arrives.
	Lost Trouble = "lost"
	// Reordered takes the objects of a step, and steps that do not rest on each other, in random order; and
	// holds changes back until later ones of the same object have passed them. The directory's next cycle
	// finds what they spoiled, and mends it.
	Reordered Trouble = "reordered"
)

// Troubles lists all kinds.
func Troubles() []Trouble { return []Trouble{Throttled, Duplicated, Lost, Reordered} }

// troubleNames lists all kinds as an error names them.
func troubleNames() string {
	var names []string
	for _, kind := range Troubles() {
		names = append(names, string(kind))
	}
	return strings.Join(names, ", ")
}

// ParseTroubles reads kinds of trouble, between commas; "all" is every kind, "" none.
func ParseTroubles(text string) ([]Trouble, error) {
	if text == "" {
		return nil, nil
	}
	var kinds []Trouble
	for word := range strings.SplitSeq(text, ",") {
		kind := Trouble(strings.TrimSpace(word))
		switch {
		case kind == "all":
			return Troubles(), nil
		case !slices.Contains(Troubles(), kind):
			return nil, fmt.Errorf("unknown trouble %q: use some of %s, or all", kind, troubleNames())
		}
		kinds = append(kinds, kind)
	}
	return kinds, nil
}

// oneIn is how many requests there are to one that gets into a kind of trouble.
const oneIn = 6

// luck decides what goes wrong with the requests of one object in one step. The same run has the same luck,
// whichever worker does the object, and whenever. The zero value is good luck; only one goroutine may use it.
type luck struct {
	rng   *rand.Rand
	kinds []Trouble
	told  func(Trouble) // counts
}

// luckOf is the luck of the i-th object of a step; its steps and seed alone decide.
func (r *run) luckOf(step string, i int) *luck {
	if len(r.cfg.Trouble) == 0 {
		return &luck{}
	}
	from := fnv.New64a()
	_, _ = fmt.Fprintf(from, "%s %d %s", r.cfg.Vendor, r.cfg.TroubleSeed, step) // a hash takes everything
	return &luck{rng: rand.New(rand.NewPCG(from.Sum64(), uint64(i))), kinds: r.cfg.Trouble, told: r.made}
}

// strikes draws whether this kind of trouble comes now, and counts it.
func (l *luck) strikes(kind Trouble) bool {
	if !slices.Contains(l.kinds, kind) || l.rng.IntN(oneIn) > 0 {
		return false
	}
	l.told(kind)
	return true
}

// fate is what becomes of one request before an answer may come through.
type fate struct {
	refusals []refusal // that come in the service's place, one a try
	lost     int       // answers that the service gave and nobody heard
}

// refusal is how something in front of the service sends a request away.
type refusal struct {
	status int
	after  time.Duration // of Retry-After; 0: none
	date   bool          // Retry-After is a date rather than seconds (RFC 9110 §10.2.3)
}

// draw decides the fate of the next request.
func (l *luck) draw() fate {
	var f fate
	if l.strikes(Throttled) {
		for range 1 + l.rng.IntN(2) {
			f.refusals = append(f.refusals, []refusal{
				{http.StatusTooManyRequests, time.Second, false},
				{http.StatusTooManyRequests, 2 * time.Second, true},
				{http.StatusTooManyRequests, 0, false},
				{http.StatusServiceUnavailable, time.Second, false},
				{http.StatusServiceUnavailable, 0, false},
			}[l.rng.IntN(5)])
		}
	}
	if l.strikes(Lost) {
		f.lost = 1 + l.rng.IntN(2)
	}
	return f
}

// next takes a refusal off the fate; false when the request gets through to the service.
func (f *fate) next() (refusal, bool) {
	if len(f.refusals) == 0 {
		return refusal{}, false
	}
	first := f.refusals[0]
	f.refusals = f.refusals[1:]
	return first, true
}

// header is the Retry-After that the refusal bears.
func (f refusal) header(now time.Time) string {
	switch {
	case f.after == 0:
		return ""
	case f.date:
		return now.Add(f.after).UTC().Format(http.TimeFormat)
	}
	return fmt.Sprint(int(f.after.Seconds()))
}

// shuffled are the numbers below n, in random order when a Reordered run is played.
func (l *luck) shuffled(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if slices.Contains(l.kinds, Reordered) {
		l.rng.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	return order
}

// anyOrder runs chains of steps: each chain in its order, and the chains one after the other; or, when a
// Reordered run is played, mixed at random. What one chain does must not rest on another.
func (r *run) anyOrder(name string, chains ...[]action) []action {
	l := r.luckOf(name, 0)
	if !slices.Contains(l.kinds, Reordered) {
		return slices.Concat(chains...)
	}
	// Each action draws for its chain, so that long chains are spread over the whole.
	var turns []int
	for i, c := range chains {
		turns = append(turns, slices.Repeat([]int{i}, len(c))...)
	}
	l.rng.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
	var out []action
	chains = slices.Clone(chains)
	for _, i := range turns {
		out = append(out, chains[i][0])
		chains[i] = chains[i][1:]
	}
	return out
}

// made counts trouble for the summary.
func (r *run) made(kind Trouble) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Trouble[kind]++
}
