package acceptance

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"rollcall/internal/roster"
)

// staffed makes a directory of so many people and returns their ids.
func staffed(g *gateway, people int) (*account, *directory, []string) {
	g.t.Helper()
	a := g.tenant("acme")
	a.trust("acme.example")
	d := a.directory("Entra")
	ids := make([]string, people)
	for i := range ids {
		ids[i] = d.create(fmt.Sprintf("p%02d@acme.example", i), fmt.Sprint("e", i))
	}
	return a, d, ids
}

func TestConflictMassChangeIsToldAndUndone(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, d, ids := staffed(g, 14)
		_, err := g.roster.UndoMassChange(t.Context(), a.admin, d.id)
		if err == nil {
			t.Fatal("undid a mass change that never was")
		}
		for _, id := range ids[:10] { // ten people are never too many
			d.setActive(id, false)
		}
		if n := a.count("tenant.mass_change"); n != 0 {
			t.Fatalf("%d alerts after ten deactivations, want none", n)
		}
		d.want(http.StatusNoContent, "DELETE", "/Users/"+ids[10], nil)
		d.setActive(ids[11], false)
		if n := a.count("tenant.mass_change"); n != 1 {
			t.Fatalf("%d alerts after twelve, want one", n)
		}
		a.access(ids[11], "deactivated_by_directory") // it is applied all the same
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.admin, a.member(ids[0]), false))

		if n := do[int](t)(g.roster.UndoMassChange(t.Context(), a.admin, d.id)); n != 12 {
			t.Errorf("%d people brought back, want 12", n)
		}
		a.access(ids[0], "deactivated_by_admin") // another's word stays
		for _, id := range ids[1:] {
			a.access(id, "on")
		}
		if got := d.want(http.StatusOK, "GET", "/Users/"+ids[10], nil); got["active"] != true {
			t.Errorf("active = %v of one that was deleted, want true", got["active"])
		}
		if _, err := g.roster.UndoMassChange(t.Context(), a.admin, d.id); err == nil {
			t.Error("the same mass change was undone twice")
		}
	})
}

func TestConflictMassChangeIsAShareOfMany(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, d, ids := staffed(g, 60)
		for _, id := range ids[:12] { // a fifth of sixty
			d.setActive(id, false)
		}
		if n := a.count("tenant.mass_change"); n != 0 {
			t.Fatalf("%d alerts after a fifth, want none", n)
		}
		g.clock.advance(20 * time.Minute)
		d.setActive(ids[12], false)
		if n := a.count("tenant.mass_change"); n != 0 {
			t.Fatalf("%d alerts for one more later, want none", n)
		}
		for _, id := range ids[13:26] {
			d.setActive(id, false)
		}
		if n := a.count("tenant.mass_change"); n != 1 {
			t.Errorf("%d alerts after more than a fifth at once, want one", n)
		}
	})
}
