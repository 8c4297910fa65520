package simulate

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// team is a group of the company.
type team struct {
	index   int
	name    string // when it is made
	newName string // at the end
	plan    []int  // indexes of the people who belong to it

	id     string // the service's
	shown  string // displayName that the service should read back now
	extID  string
	inside map[int]bool // members that the service should read back now
	last   *request     // the last change of this run
	found  bool
	gone   bool
	behind bool // a change is on its way, so that the service need not have shown and inside
	aside  atomic.Bool
}

func (t *team) path() string  { return "/Groups/" + t.id }
func (t *team) present() bool { return !t.aside.Load() && !t.gone && t.id != "" }
func (t *team) missing() bool { return !t.aside.Load() && t.id == "" }

// teams makes the groups: the first holds everybody, the others a part each; people are in up to three.
func teams(c Config) []*team {
	all := make([]*team, c.Groups)
	for g := range all {
		rng := c.chance(1<<40 + uint64(g))
		t := &team{index: g, inside: map[int]bool{}, extID: guid(rng)}
		t.name = fmt.Sprintf("%s team %d", departments[g%len(departments)], g)
		if g == 0 {
			t.name = "All of " + c.Domain
		}
		if c.Seed != 1 {
			t.name = fmt.Sprintf("%s s%d", t.name, c.Seed)
		}
		t.newName = t.name + " – Nordlys"
		t.shown = t.name
		for i := range c.Users {
			if g == 0 || i%(c.Groups-1) == g-1 || (3*i+1)%(c.Groups-1) == g-1 {
				t.plan = append(t.plan, i)
			}
		}
		all[g] = t
	}
	return all
}

// quitters are those who leave the team during the run: a third of it, at most five, never all.
func (t *team) quitters() []int {
	n := min(5, len(t.plan)/3)
	if n == 0 && len(t.plan) > 1 {
		n = 1
	}
	return t.plan[len(t.plan)-n:]
}

// renames says which teams get another name.
func (t *team) renames() bool { return t.present() && t.index%2 == 0 }

// emptied says which team loses all members: the last, unless it is the only one.
func (t *team) emptied(size int) bool { return t.present() && size > 1 && t.index == size-1 }

// dissolved says which teams are deleted: every fifth.
func (t *team) dissolved() bool { return t.present() && t.index%5 == 3 }

// members lists the indexes that should be inside, in order.
func (t *team) members() []int {
	out := make([]int, 0, len(t.inside))
	for i := range t.inside {
		out = append(out, i)
	}
	slices.Sort(out)
	return out
}
