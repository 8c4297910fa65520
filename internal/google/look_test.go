package google_test

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
)

// people are the members of the directory: login, state and role, by login.
func (w *world) people() []string {
	w.t.Helper()
	out := []string{}
	for _, m := range w.members(roster.Scope{Directory: w.dir}) {
		out = append(out, m.Login+" "+string(m.Standing.State))
	}
	slices.Sort(out)
	return out
}

func (w *world) members(s roster.Scope) []roster.Member {
	w.t.Helper()
	page, err := w.db.Reader(w.tenant).Members(w.t.Context(), roster.Query{Scope: s, Limit: 1000, WithGroups: true, WithRemoved: s == roster.Scope{}})
	if err != nil {
		w.t.Fatal(err)
	}
	return page.Items
}

// member finds a member by login, a removed one too.
func (w *world) member(login string) roster.Member {
	w.t.Helper()
	for _, m := range w.members(roster.Scope{}) {
		if m.Login == login {
			return m
		}
	}
	w.t.Fatalf("there is no member %s", login)
	return roster.Member{}
}

// teams are the groups with their members' logins.
func (w *world) teams() map[string]string {
	w.t.Helper()
	page, err := w.db.Reader(w.tenant).Groups(w.t.Context(), roster.Query{Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]string{}
	for _, g := range page.Items {
		out[g.Name] = ""
		for _, m := range w.members(roster.Scope{Directory: w.dir}) {
			for _, ref := range m.Groups {
				if ref.ID == g.ID {
					out[g.Name] = strings.TrimSpace(out[g.Name] + " " + strings.TrimSuffix(m.Login, "@acme.example"))
				}
			}
		}
	}
	return out
}

// kinds are the kinds of the events since a place, and the place behind them. The feed shows an event once all transactions
// that began before it have ended, those of other tests among them: a mark at the end tells that all are there.
func (w *world) kinds(after roster.Cursor) ([]roster.EventKind, roster.Cursor) {
	w.t.Helper()
	ctx, mark := w.t.Context(), marked+rand.Text()
	err := w.db.Update(ctx, w.tenant, func(tx roster.Tx) error {
		return tx.AppendEvent(ctx, roster.Event{Kind: roster.TenantChanged, RequestID: mark})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	var out []roster.EventKind
	for {
		list, err := w.db.Reader(w.tenant).Events(ctx, after, 500)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, e := range list {
			after = e.Position
			if e.RequestID == mark {
				return out, after
			}
			if !strings.HasPrefix(e.RequestID, marked) {
				out = append(out, e.Kind)
			}
		}
	}
}

// marked begins the request ids of marks.
const marked = "mark "

// exchanges are the entries of the provisioning log, oldest first.
func (w *world) exchanges() []roster.Exchange {
	w.t.Helper()
	if err := w.log.Flush(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	page, err := w.db.Reader(w.tenant).Exchanges(w.t.Context(), roster.ExchangeQuery{Directory: w.dir, Limit: 1000})
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Reverse(page.Items)
	return page.Items
}

func (w *world) want(what string, want, got any) {
	w.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("%s mismatch (-want +got)\n%s", what, diff)
	}
}

// object reads a member's document.
func (w *world) object(login string) map[string]any {
	w.t.Helper()
	var out map[string]any
	if err := json.Unmarshal(w.member(login).Attributes, &out); err != nil {
		w.t.Fatal(err)
	}
	return out
}
