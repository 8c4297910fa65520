package google_test

import (
	"errors"
	"strings"
	"testing"

	"rollcall/internal/google/fake"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func wantKind(t *testing.T, kind roster.Kind, err error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("error = %v, want kind %q", err, kind)
	}
}

// cast adds three people.
func (w *world) cast() {
	for _, name := range []string{"ann", "ben", "cat"} {
		w.account.AddUser(name+"@acme.example", name, "X")
	}
}

func TestGroupMembershipFollows(t *testing.T) {
	onEach(t, func(w *world) {
		w.cast()
		id := w.account.AddGroup("staff@acme.example", "Staff", "ann@acme.example", "ben@acme.example")
		w.pull()
		w.want("groups", map[string]string{"Staff": "ann ben"}, w.teams())
		w.account.SetMembers(id, "ben@acme.example", "cat@acme.example", "guest@other.example")
		w.pull()
		w.want("groups after a change", map[string]string{"Staff": "ben cat"}, w.teams())
		w.account.ChangeGroup(id, fake.Object{"name": "Everybody"})
		w.pull()
		w.want("groups after a rename", map[string]string{"Everybody": "ben cat"}, w.teams())
		w.account.DeleteGroup(id)
		w.pull()
		w.want("groups after the end", map[string]string{}, w.teams())
	})
}

func TestNestedGroupsAreFlattenedEvenInACircle(t *testing.T) {
	onEach(t, func(w *world) {
		w.cast()
		w.account.AddGroup("a@acme.example", "A", "ann@acme.example", "b@acme.example")
		b := w.account.AddGroup("b@acme.example", "B", "ben@acme.example", "c@acme.example")
		w.account.AddGroup("c@acme.example", "C", "cat@acme.example", "a@acme.example")
		w.account.AddGroup("all@acme.example", "All", "*")
		w.pull()
		w.want("groups", map[string]string{"A": "ann ben cat", "B": "ann ben cat", "C": "ann ben cat", "All": "admin ann ben cat"}, w.teams())
		// What changes two levels down is seen, for nothing with groups in it is passed over.
		w.account.SetMembers(b, "ben@acme.example")
		out := w.pull()
		w.want("groups after a change", map[string]string{"A": "ann ben", "B": "ben", "C": "ann ben cat", "All": "admin ann ben cat"}, w.teams())
		w.want("passed over", 0, out.Groups.Skipped)
	})
}

func TestUnchangedGroupsArePassedOverByEtag(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		w.cast()
		one := w.account.AddGroup("one@acme.example", "One", "ann@acme.example")
		w.account.AddGroup("two@acme.example", "Two", "ben@acme.example")
		w.pull()
		w.account.SetMembers(one, "cat@acme.example") // as many as before
		out := w.pull()
		w.want("counts", roster.PullCounts{Seen: 2, Changed: 1, Skipped: 1}, out.Groups)
		w.want("groups", map[string]string{"One": "cat", "Two": "ben"}, w.teams())
		// Something here changed the group: Google's etag is the same, and it is compared all the same.
		var two roster.Group
		page, err := w.db.Reader(w.tenant).Groups(t.Context(), roster.Query{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range page.Items {
			if g.Name == "Two" {
				two = g
			}
		}
		by := roster.By{Tenant: w.tenant, Directory: tenantDirectory(w)}
		_, err = w.roster.EditGroup(t.Context(), by, two.ID, roster.Precondition{}, func(roster.Group) (roster.GroupChange, error) {
			return roster.GroupChange{Steps: []roster.MemberStep{{Op: roster.RemoveAll}}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		w.pull()
		w.want("groups", map[string]string{"One": "cat", "Two": "ben"}, w.teams())
	})
}

func tenantDirectory(w *world) (d tenant.Directory) {
	w.t.Helper()
	cfg, err := w.db.Reader(w.tenant).Config(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	d, _ = cfg.Directory(w.dir)
	return d
}

func TestGroupsOfOneNameAreToldApart(t *testing.T) {
	onEach(t, func(w *world) {
		w.account.AddGroup("a@acme.example", "Sales", admin)
		w.account.AddGroup("b@acme.example", "sales")
		w.pull()
		w.want("groups", map[string]string{"Sales": "admin", "sales (b@acme.example)": ""}, w.teams())
		_, at := w.kinds(roster.Cursor{})
		w.pull()
		kinds, _ := w.kinds(at)
		w.want("events", []roster.EventKind(nil), kinds)
	})
}

func TestChosenGroups(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		w.cast()
		w.account.AddGroup("a@acme.example", "A", "ann@acme.example")
		w.account.AddGroup("b@acme.example", "B", "ben@acme.example")
		w.set(roster.PullSettings{Subject: admin, Groups: []string{"b@acme.example", "typo@acme.example"}})
		out := w.pull()
		w.want("groups", map[string]string{"B": "ben"}, w.teams())
		w.want("counts", roster.PullCounts{Seen: 1, Created: 1, Changed: 1, Refused: 1}, out.Groups)
		w.set(roster.PullSettings{Subject: admin, NoGroups: true})
		w.pull()
		w.want("groups left alone", map[string]string{"B": "ben"}, w.teams())
		for _, call := range w.account.Calls() {
			if strings.Contains(call, "/groups") {
				t.Errorf("groups were read: %s", call)
			}
		}
	})
}

func TestMappedGroupGivesItsRole(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		w.cast()
		id := w.account.AddGroup("lead@acme.example", "Lead", "ann@acme.example", "ben@acme.example")
		w.pull()
		m := w.member("ann@acme.example")
		if _, err := w.roster.SetMappings(t.Context(), w.staff, w.dir, []tenant.RoleMapping{{Group: m.Groups[0].ID.UUID, Role: "admin"}}); err != nil {
			t.Fatal(err)
		}
		w.want("role", "admin", w.member("ann@acme.example").Standing.Role)
		w.account.SetMembers(id, "ben@acme.example")
		w.pull()
		w.want("roles", []string{"user", "admin"}, []string{w.member("ann@acme.example").Standing.Role, w.member("ben@acme.example").Standing.Role})
		// Nobody would be admin any more: refused, told once, and the run goes on.
		w.account.SetMembers(id)
		out := w.pull()
		w.want("role", "admin", w.member("ben@acme.example").Standing.Role)
		w.want("refused", 1, out.Groups.Refused)
		before := failures(w.exchanges())
		w.want("refused", 1, w.pull().Groups.Refused)
		w.want("entries", before, failures(w.exchanges()))
	})
}
