package storage_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv"
	"rollcall/storage"
)

// What a statement that runs for every request must not do: read a whole table, or, for a page, all
// that a directory has of it.
var (
	wholeTable = regexp.MustCompile(`Seq Scan on (?:tenants|domains|directories|credentials|members|member_emails|groups|group_members|events|locator|tallies|sessions|app_grants|refresh_tokens|logout_notices)\b`)
	ofOne      = regexp.MustCompile(`Filter: .*member_id = `)
	sorted     = regexp.MustCompile(`Sort Key: (?:[mg]\.(?:id|login_fold|external_id)|epoch)`)
)

// TestPlans asks the application's role for its plans: on tables that nobody has looked at yet, whose
// plans are kept for the first import, and on full ones.
func TestPlans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		members int
	}{{"of_empty_tables", 0}, {"of_full_tables", 3000}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := open(t, testenv.Postgres(t))
			p := newPlanned(t, db, c.members)
			for name, plans := range p.plans(t) {
				for _, plan := range plans {
					if ofOne.MatchString(plan) {
						t.Errorf("%s reads all of a group:\n%s", name, plan)
					}
					page := strings.Contains(name, "page") && c.members > 0
					if wholeTable.MatchString(plan) || page && sorted.MatchString(plan) {
						t.Errorf("%s:\n%s", name, plan)
					}
				}
			}
		})
	}
}

// TestPlanByLogin names the index of the busiest look-up.
func TestPlanByLogin(t *testing.T) {
	t.Parallel()
	db := open(t, testenv.Postgres(t))
	p := newPlanned(t, db, 0)
	plan := strings.Join(p.plans(t)["member by login"], "\n")
	if !strings.Contains(plan, "Index Scan using members_login on") {
		t.Errorf("member by login:\n%s", plan)
	}
}

type planned struct {
	db     *storage.DB
	id     tenant.ID
	dir    tenant.Directory
	member roster.Member
	group  roster.Group
}

func newPlanned(t *testing.T, db *storage.DB, members int) planned {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	r := &roster.Roster{Store: db, Locator: db, Now: time.Now}
	ten, err := r.CreateTenant(ctx, "acme", "Acme", tenant.SimpleRoles())
	if err != nil {
		t.Fatal(err)
	}
	staff := roster.Staff{Tenant: ten.ID, Actor: roster.Actor{Source: roster.SourceOperator}}
	dir, err := r.CreateDirectory(ctx, staff, "Okta", tenant.Okta, tenant.DirectorySettings{})
	if err != nil {
		t.Fatal(err)
	}
	p := planned{
		db: db, id: ten.ID, dir: dir, member: roster.Member{ID: roster.NewMemberID(now), Directory: dir.ID, Version: 1, Email: "a@b.example", Proven: true},
		group: roster.Group{ID: roster.NewGroupID(now), Directory: dir.ID, Name: "Staff", NameUnique: true, Version: 1},
	}
	for left := members; left > 0; left -= 1000 {
		err := db.Update(ctx, ten.ID, func(tx roster.Tx) error {
			for n := range 1000 {
				c := benchChange(left*1000 + n)
				m := roster.Member{ID: roster.NewMemberID(now), Directory: dir.ID, Version: 1, Login: c.Login, ExternalID: c.ExternalID, CreatedAt: now, ChangedAt: now}
				if err := tx.InsertMember(ctx, m); err != nil {
					return err
				}
				g := roster.Group{ID: roster.NewGroupID(now), Directory: dir.ID, Name: c.Login, NameUnique: true, Version: 1, CreatedAt: now, ChangedAt: now}
				if err := tx.InsertGroup(ctx, g); err != nil {
					return err
				}
				if err := tx.AppendEvent(ctx, roster.Event{Kind: roster.MemberCreated, Member: m.ID}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p planned) plans(t *testing.T) map[string][]string {
	t.Helper()
	ctx, s := t.Context(), roster.Scope{Directory: p.dir.ID}
	out := map[string][]string{}
	equal := func(c roster.Column, text string) roster.Predicate {
		return roster.Compare{Field: roster.Field{Column: c}, Op: roster.Equal, Value: roster.TextValue(text)}
	}
	read := func(name string, f func(roster.Reader) error) {
		plans, err := p.db.Plans(ctx, p.id, f)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		out[name] = plans
	}
	members := func(name string, q roster.Query) {
		q.Scope, q.Limit, q.WithGroups = s, 100, true
		read(name, func(r roster.Reader) error { _, err := r.Members(ctx, q); return err })
	}
	groups := func(name string, q roster.Query) {
		q.Scope, q.Limit = s, 100
		read(name, func(r roster.Reader) error { _, err := r.Groups(ctx, q); return err })
	}
	members("member by login", roster.Query{Where: equal(roster.ColumnLogin, "a"), Count: true})
	members("member by external id", roster.Query{Where: equal(roster.ColumnExternalID, "a"), Count: true})
	members("member by id in a list", roster.Query{Where: equal(roster.ColumnID, p.member.ID.UUID.UUID())})
	members("first page of members", roster.Query{})
	members("later page of members", roster.Query{After: p.member.ID.UUID})
	members("first page of members by login", roster.Query{Order: roster.Field{Column: roster.ColumnLogin}})
	members("later page of members by login", roster.Query{Order: roster.Field{Column: roster.ColumnLogin}, After: p.member.ID.UUID, AfterKey: new("m")})
	members("later page of members by login, descending", roster.Query{
		Order: roster.Field{Column: roster.ColumnLogin}, Desc: true, After: p.member.ID.UUID, AfterKey: new("m"),
	})
	members("page of members by external id", roster.Query{Order: roster.Field{Column: roster.ColumnExternalID}, After: p.member.ID.UUID, AfterKey: new("m")})
	members("page of members by age", roster.Query{Order: roster.Field{Column: roster.ColumnCreated}, After: p.member.ID.UUID})
	members("count of members", roster.Query{Count: true})
	groups("group by id and member", roster.Query{Count: true, Where: roster.And{
		equal(roster.ColumnID, p.group.ID.UUID.UUID()),
		roster.Any{Field: roster.Field{Column: roster.ColumnMember}, Where: roster.Compare{
			Field: roster.Field{Sub: "value"}, Op: roster.Equal, Value: roster.TextValue(p.member.ID.UUID.UUID()),
		}},
	}})
	groups("group by member", roster.Query{Where: roster.Any{Field: roster.Field{Column: roster.ColumnMember}, Where: roster.Compare{
		Field: roster.Field{Sub: "value"}, Op: roster.Equal, Value: roster.TextValue(p.member.ID.UUID.UUID()),
	}}})
	groups("group by name", roster.Query{Where: equal(roster.ColumnName, "a"), Count: true})
	groups("page of groups", roster.Query{After: p.group.ID.UUID})
	read("member", func(r roster.Reader) error { _, err := r.Member(ctx, s, p.member.ID, true); return notFoundIsFine(err) })
	read("group", func(r roster.Reader) error { _, err := r.Group(ctx, s, p.group.ID); return notFoundIsFine(err) })
	read("group members", func(r roster.Reader) error {
		_, err := r.GroupMembers(ctx, p.group.ID, roster.MemberID{}, 100)
		return err
	})
	read("members of groups", func(r roster.Reader) error {
		_, _, err := r.MembersOf(ctx, []roster.GroupID{p.group.ID}, 100)
		return err
	})
	read("groups of member", func(r roster.Reader) error { _, err := r.GroupsOf(ctx, p.member.ID); return err })
	read("events", func(r roster.Reader) error { _, err := r.Events(ctx, roster.Cursor{}, 100); return err })
	read("admins", func(r roster.Reader) error { _, err := r.Admins(ctx, "admin", p.member.ID); return err })
	p.sessions(ctx, read)
	p.writes(ctx, t, out)
	plan, err := p.db.CredentialPlan(ctx, p.dir.ID, [32]byte{})
	if err != nil {
		t.Errorf("credential: %v", err)
	}
	// Of a handful of tenants and directories PostgreSQL rightly reads the one page that they fill.
	out["credential"] = []string{regexp.MustCompile(`Seq Scan on (?:tenants|directories)`).ReplaceAllString(plan, "")}
	return out
}

func (p planned) writes(ctx context.Context, t *testing.T, out map[string][]string) {
	t.Helper()
	s, ids := roster.Scope{Directory: p.dir.ID}, []roster.MemberID{p.member.ID}
	for name, f := range map[string]func(roster.Tx) error{
		"lock member":  func(tx roster.Tx) error { _, err := tx.LockMember(ctx, s, p.member.ID); return notFoundIsFine(err) },
		"lock members": func(tx roster.Tx) error { _, err := tx.LockMembers(ctx, s, ids); return err },
		"lock group":   func(tx roster.Tx) error { _, err := tx.LockGroup(ctx, s, p.group.ID); return notFoundIsFine(err) },
		"lock matches": func(tx roster.Tx) error {
			_, err := tx.LockMatches(ctx, roster.Match{Directory: p.dir.ID, Login: "a", ExternalID: "b", Email: "a@b.example"})
			return err
		},
		"insert member": func(tx roster.Tx) error { return tx.InsertMember(ctx, p.member) },
		"update member": func(tx roster.Tx) error {
			after := p.member
			after.Email, after.Login = "b@b.example", "b"
			if err := tx.InsertMember(ctx, p.member); err != nil {
				return err
			}
			return tx.UpdateMember(ctx, p.member, after)
		},
		"update group": func(tx roster.Tx) error {
			if err := tx.InsertGroup(ctx, p.group); err != nil {
				return err
			}
			return tx.UpdateGroup(ctx, p.group, p.group)
		},
		"add to group": func(tx roster.Tx) error { _, _, err := tx.AddToGroup(ctx, s, p.group.ID, ids); return err },
		"remove from group": func(tx roster.Tx) error {
			_, err := tx.RemoveFromGroup(ctx, p.group.ID, ids, false)
			return err
		},
		"lock groups of member": func(tx roster.Tx) error { return tx.LockGroupsOf(ctx, p.member.ID) },
		"leave groups":          func(tx roster.Tx) error { return tx.LeaveGroups(ctx, p.member.ID, []roster.GroupID{p.group.ID}) },
		"delete group":          func(tx roster.Tx) error { return tx.DeleteGroup(ctx, p.group.ID) },
		"keep in group":         func(tx roster.Tx) error { _, err := tx.KeepInGroup(ctx, p.group.ID, ids); return err },
		"append event":          func(tx roster.Tx) error { return tx.AppendEvent(ctx, roster.Event{Kind: roster.MemberCreated}) },
	} {
		plans, err := p.db.WritePlans(ctx, p.id, f)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		out[name] = plans
	}
}

// notFoundIsFine passes over what a reader says that was given no rows.
func notFoundIsFine(err error) error {
	if err != nil && strings.Contains(err.Error(), string(roster.NotFound)) {
		return nil
	}
	return err
}
