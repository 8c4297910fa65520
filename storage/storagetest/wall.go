package storagetest

import (
	"context"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// guarded are the tables behind the second wall.
func guarded() []string {
	return []string{
		"tenants", "domains", "directories", "credentials", "access_tokens", "members", "member_emails", "groups", "group_members", "events",
		"connections", "exchanges", "directory_hours", "directory_sightings", "tallies", "held", "parked_groups", "decisions", "links", "join_requests",
		"sessions", "app_grants", "refresh_tokens",
		"schemas", "entitlements", "attribute_indexes", "attribute_keys",
		"directory_pulls", "pull_marks",
		"contacts", "sms_consents",
		"mails", "invites", "invite_tokens", "passwords", "passkeys", "totps", "recovery_codes",
		"reviews", "review_items",
		"contacts", "sms_consents", "api_tokens",
		"mails",
		"reviews", "review_items", "member_activity",
	}
}

func testWall(t *testing.T, open opener) {
	check(t, open, []claim{
		{"without a tenant nothing is seen", wallBlind},
		{"a tenant's rows can't be given to another", wallFast},
		{"the role can't climb it", wallRights},
		{"what is asked for most finds its index", wallPlans},
	})
}

func wallBlind(t *testing.T, b Backend) {
	if b.Wall == nil {
		return
	}
	x := newStranger(t, b, "wall")
	for _, table := range guarded() {
		rows := func(id tenant.ID) int {
			n, err := b.Wall.Rows(t.Context(), table, id)
			if err != nil {
				t.Fatalf("Rows(%s): %v", table, err)
			}
			return n
		}
		wantSame(t, table+" without a tenant", 0, rows(tenant.ID{}))
		wantSame(t, table+" of a tenant that is not there", 0, rows(tenant.ID{UUID: tenant.NewUUID(epoch())}))
		if rows(x.owner.tenant.ID) == 0 {
			t.Errorf("%s: the owner sees no rows", table)
		}
	}
}

func wallFast(t *testing.T, b Backend) {
	if b.Wall == nil {
		return
	}
	x := newStranger(t, b, "wall")
	before := x.owner.state(1)
	for _, table := range guarded() {
		if err := b.Wall.Move(t.Context(), table, x.owner.tenant.ID, x.tenant.ID); err == nil {
			t.Errorf("rows of %s were given to another tenant", table)
		}
	}
	wantSame(t, "the owner's state", before, x.owner.state(1))
}

func wallRights(t *testing.T, b Backend) {
	if b.Wall == nil {
		return
	}
	newStranger(t, b, "wall")
	wantSame(t, "what the role could do", []string(nil), b.Wall.Forbidden(t.Context()))
}

// wallPlans has thousands of members, so that reading all of them is no option.
func wallPlans(t *testing.T, b Backend) {
	if b.Wall == nil {
		return
	}
	h := newHouse(t, b, "acme")
	badge := h.putIndex(newIndex("badge", tenant.IndexReady))
	var people []roster.Member
	for i := range 3000 {
		m := h.newMember("user" + strings.Repeat("x", i%3) + roster.NewMemberID(epoch()).UUID.UUID())
		m.ExternalID = m.Login
		m.Addresses = []string{m.Login + "@example.com"}
		m.Attributes = roster.Attributes(`{"emails":[{"value":"` + m.Login + `@example.com","type":"work"}],"` + ownURN + `":{"badge":"` + m.Login + `"}}`)
		people = append(people, m)
	}
	h.insert(people...)
	var groups []roster.Group
	h.update(func(ctx context.Context, tx roster.Tx) error {
		for i := range 2000 {
			g := h.newGroup("group " + people[i].Login)
			groups = append(groups, g)
			if err := tx.InsertGroup(ctx, g); err != nil {
				return err
			}
			if _, _, err := tx.AddToGroup(ctx, h.scope(), g.ID, []roster.MemberID{people[i].ID, people[i+1].ID}); err != nil {
				return err
			}
		}
		return nil
	})
	m, g := people[7], groups[7]
	work := sub("type", roster.Equal, "work")
	for _, c := range []struct {
		name   string
		groups bool
		where  roster.Predicate
		want   string // what an index must be asked for
	}{
		{"member by id", false, idIs(m.ID.UUID.UUID()), "(id = "},
		{"member by id and more", false, roster.And{idIs(m.ID.UUID.UUID()), inGroup(g.ID)}, "(id = "},
		{"member by login", false, loginIs(m.Login), "(login_fold = "},
		{"member by external id", false, externalIDIs(m.Login), "(external_id = "},
		{"member by e-mail", false, emailIs(m.Login + "@example.com"), "(email_fold = "},
		{"member by e-mail and type", false, anyOf(attr("emails"), roster.And{work, sub("value", roster.Equal, m.Login+"@example.com")}), "(email_fold = "},
		{"member by indexed attribute", false, own(badge, roster.Equal, m.Login), "(value = "},
		{"member by the beginning of an indexed attribute", false, own(badge, roster.HasPrefix, m.Login[:20]), "(value >= "},
		{"member by group", false, inGroup(g.ID), "(group_id = "},
		{"group by id", true, idIs(g.ID.UUID.UUID()), "(id = "},
		{"group by name", true, nameIs(g.Name), "(name_fold = "},
		{"group by member", true, hasMember(m.ID), "(member_id = "},
		{"group by id and member", true, roster.And{idIs(g.ID.UUID.UUID()), hasMember(m.ID)}, "(id = "},
	} {
		plan, err := b.Wall.Plan(t.Context(), h.tenant.ID, c.groups, roster.Query{Scope: h.scope(), Where: c.where, Limit: 10})
		if err != nil {
			t.Fatalf("Plan(%s): %v", c.name, err)
		}
		if !asksIndex(plan, c.want) || strings.Contains(plan, "Seq Scan") {
			t.Errorf("%s: no index is asked for %q, or a table is read\n%s", c.name, c.want, plan)
		}
	}
}

func own(i tenant.AttributeIndex, op roster.Op, v string) roster.Predicate {
	return roster.Compare{Field: roster.Field{Extension: i.Schema, Attribute: i.Attribute, Index: i.ID}, Op: op, Value: roster.TextValue(v)}
}

func asksIndex(plan, condition string) bool {
	for line := range strings.Lines(plan) {
		if strings.Contains(line, "Index Cond") && strings.Contains(line, condition) {
			return true
		}
	}
	return false
}
