package storage_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/storage"
)

// BenchmarkMillion measures lists and groups of a directory with a million members, on both
// databases; docs/performance.md says how it is run. It measures nothing unless
// ROLLCALL_BENCH_MEMBERS says how many members there shall be.
func BenchmarkMillion(b *testing.B) {
	n, _ := strconv.Atoi(os.Getenv("ROLLCALL_BENCH_MEMBERS"))
	if n < 1000 {
		return
	}
	for name, url := range backends() {
		b.Run(name, func(b *testing.B) {
			m := newMillion(b, url(b), n)
			b.Run("list", m.lists)
			b.Run("group", m.groups)
		})
	}
}

// million is a directory of n members.
type million struct {
	db  *storage.DB
	r   *roster.Roster
	by  roster.By
	n   int
	ids []roster.MemberID // in order
}

func newMillion(b *testing.B, url string, n int) *million {
	b.Helper()
	ctx, db := b.Context(), open(b, url)
	m := &million{db: db, n: n, r: &roster.Roster{Store: db, Locator: db, Now: time.Now}}
	ten, err := m.r.CreateTenant(ctx, "acme", "Acme", tenant.SimpleRoles())
	if err != nil {
		b.Fatal(err)
	}
	staff := roster.Staff{Tenant: ten.ID, Actor: roster.Actor{Source: roster.SourceOperator}}
	dir, err := m.r.CreateDirectory(ctx, staff, "Okta", tenant.Okta, tenant.DirectorySettings{})
	if err != nil {
		b.Fatal(err)
	}
	m.by = roster.By{Tenant: ten.ID, Directory: dir}
	first, err := m.r.Provision(ctx, m.by, benchChange(0))
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if err := db.Fill(ctx, ten.ID, first, n); err != nil {
		b.Fatal(err)
	}
	tell("%d members in %v", n, time.Since(start).Round(time.Second))
	return m
}

func (m *million) query(q roster.Query) roster.Query {
	q.Scope = roster.Scope{Directory: m.by.Directory.ID}
	return q
}

// page is the place of the page that begins behind offset rows.
func (m *million) place(b *testing.B, q roster.Query, offset int) roster.Query {
	b.Helper()
	at := q
	at.Offset, at.Limit = offset-1, 1
	page, err := m.db.Reader(m.by.Tenant).Members(b.Context(), at)
	if err != nil || len(page.Items) != 1 {
		b.Fatalf("row %d: %d items, %v", offset, len(page.Items), err)
	}
	q.After, q.AfterKey = page.Items[0].ID.UUID, page.LastKey
	return q
}

func (m *million) lists(b *testing.B) {
	reader := m.db.Reader(m.by.Tenant)
	measure := func(name string, want int, q roster.Query) float64 {
		return timed(b, name, func(ctx context.Context) error {
			page, err := reader.Members(ctx, q)
			if err == nil && len(page.Items) != want {
				return fmt.Errorf("%d items", len(page.Items))
			}
			return err
		})
	}
	login, age := roster.Field{Column: roster.ColumnLogin}, roster.Field{Column: roster.ColumnCreated}
	external := roster.Field{Column: roster.ColumnExternalID}
	for _, c := range []struct {
		name string
		q    roster.Query
	}{
		{"by_id", roster.Query{}},
		{"by_userName", roster.Query{Order: login}},
		{"by_userName_descending", roster.Query{Order: login, Desc: true}},
		{"by_externalId", roster.Query{Order: external}},
		{"by_created", roster.Query{Order: age}},
	} {
		q := m.query(c.q)
		q.Limit, q.WithGroups = 100, true
		first := measure("first_page_"+c.name, 100, q)
		last := measure("last_page_"+c.name, 100, m.place(b, q, m.n-100))
		tell("%s: the last page by cursor takes %.2f times the first", c.name, last/first)
	}
	every := m.query(roster.Query{Limit: 100, WithGroups: true})
	for _, at := range []int{m.n / 100, m.n / 2, m.n * 9 / 10, m.n - 100} {
		q := every
		q.Offset = at
		measure(fmt.Sprintf("index_page_at_%d", at), 100, q)
		q.Order = login
		measure(fmt.Sprintf("index_page_by_userName_at_%d", at), 100, q)
	}
	measure("count", 0, m.query(roster.Query{Count: true}))
	filtered := every
	filtered.Where = roster.Compare{Field: roster.Field{Attribute: "title"}, Op: roster.HasPrefix, Value: roster.TextValue("eng")}
	measure("filtered_page", 100, filtered)
	filtered.Where = roster.Compare{Field: login, Op: roster.HasPrefix, Value: roster.TextValue("user99")}
	measure("filtered_page_by_prefix", 100, filtered)
	for name, order := range map[string]roster.Field{"lastModified": {Column: roster.ColumnChanged}, "displayName": {Attribute: "displayName"}} {
		q := every
		q.Order = order
		timedOnce(b, "first_page_by_"+name+"_without_an_index", func() error {
			_, err := reader.Members(b.Context(), q)
			return err
		})
	}
}

func (m *million) groups(b *testing.B) {
	ctx, size := b.Context(), m.n/10
	page, err := m.db.MemberIDs(ctx, m.by.Tenant, size+1000)
	if err != nil {
		b.Fatal(err)
	}
	m.ids = page
	edit := func(ctx context.Context, g roster.GroupID, op roster.MemberOp, ids []roster.MemberID) error {
		_, err := m.r.EditGroup(ctx, m.by, g, roster.Precondition{}, func(roster.Group) (roster.GroupChange, error) {
			return roster.GroupChange{Steps: []roster.MemberStep{{Op: op, Members: ids}}}, nil
		})
		return err
	}
	var flat [2]float64
	var group roster.GroupID
	for i, n := range []int{0, size} {
		timedOnce(b, fmt.Sprintf("create_with_%d", n), func() error {
			g, err := m.r.CreateGroup(ctx, m.by, roster.GroupChange{
				Name: new(fmt.Sprintf("Group of %d", n)), Steps: []roster.MemberStep{{Op: roster.AddMembers, Members: m.ids[:n]}},
			})
			group = g.ID
			return err
		})
		next := 0
		flat[i] = timed(b, fmt.Sprintf("add_and_remove_one_of_%d", n), func(ctx context.Context) error {
			next++
			one := m.ids[size+next%1000 : size+next%1000+1]
			if err := edit(ctx, group, roster.AddMembers, one); err != nil {
				return err
			}
			return edit(ctx, group, roster.RemoveMembers, one)
		})
	}
	tell("add and remove: %.2f times as long in a group of %d as in an empty one", flat[1]/flat[0], size)
	for round := range 3 {
		ids := append(append([]roster.MemberID(nil), m.ids[:round]...), m.ids[round+1:size]...)
		timedOnce(b, fmt.Sprintf("replace_with_%d", len(ids)), func() error { return edit(ctx, group, roster.ReplaceMembers, ids) })
	}
	scope := roster.Scope{Directory: m.by.Directory.ID}
	member := roster.Any{Field: roster.Field{Column: roster.ColumnMember}, Where: roster.Compare{
		Field: roster.Field{Sub: "value"}, Op: roster.Equal, Value: roster.TextValue(m.ids[size/2].UUID.UUID()),
	}}
	id := roster.Compare{Field: roster.Field{Column: roster.ColumnID}, Op: roster.Equal, Value: roster.TextValue(group.UUID.UUID())}
	for name, where := range map[string]roster.Predicate{"members_eq": member, "id_eq_and_members_eq": roster.And{id, member}} {
		timed(b, name, func(ctx context.Context) error {
			page, err := m.db.Reader(m.by.Tenant).Groups(ctx, roster.Query{Scope: scope, Where: where, Limit: 100, Count: true})
			if err == nil && page.Total != 1 {
				return fmt.Errorf("%d groups", page.Total)
			}
			return err
		})
	}
	timed(b, "first_hundred_members", func(ctx context.Context) error {
		_, err := m.db.Reader(m.by.Tenant).GroupMembers(ctx, group, roster.MemberID{}, 100)
		return err
	})
	timedOnce(b, "remove_the_group", func() error { return m.r.RemoveGroup(ctx, m.by, group, roster.Precondition{}) })
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		for line := range strings.Lines(string(status)) {
			if strings.HasPrefix(line, "VmHWM") {
				tell("%s (the peak of this process)", strings.TrimSpace(line))
			}
		}
	}
}

// tell prints a line among the results: logs of a benchmark that has others in it are not shown.
func tell(format string, args ...any) { fmt.Fprintf(os.Stdout, "# "+format+"\n", args...) }

// timed runs f as a benchmark and returns the median of its nanoseconds, which whatever else the
// machine does changes less than the mean.
func timed(b *testing.B, name string, f func(context.Context) error) float64 {
	b.Helper()
	median := 0.0
	b.Run(name, func(b *testing.B) {
		if err := f(b.Context()); err != nil { // the first prepares
			b.Fatal(err)
		}
		var each []time.Duration
		for b.Loop() {
			start := time.Now()
			if err := f(b.Context()); err != nil {
				b.Fatal(err)
			}
			each = append(each, time.Since(start))
		}
		slices.Sort(each)
		median = float64(each[len(each)/2].Nanoseconds())
		b.ReportMetric(median/1e6, "ms/median")
	})
	return median
}

// timedOnce measures what can't be repeated.
func timedOnce(b *testing.B, name string, f func() error) {
	b.Helper()
	start := time.Now()
	if err := f(); err != nil {
		b.Fatal(err)
	}
	tell("%s: %v", name, time.Since(start).Round(100*time.Microsecond))
}
