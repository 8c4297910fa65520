package storagetest

import (
	"context"
	"fmt"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const ownURN = "urn:acme:scim:1.0:User"

func testSchemas(t *testing.T, open opener) {
	check(t, open, []claim{
		{"schemas, indexes and entitlements are what was put", schemasPut},
		{"a grant has the tenant's schemas", schemasGranted},
		{"an index answers as the documents do", indexAgrees},
		{"an index is filled and emptied page by page", indexLife},
		{"an index of groups follows their documents", indexOfGroups},
		{"a unique value belongs to one live member", indexUnique},
		{"labels are those of the scope", labels},
	})
}

func ownSchema() tenant.Schema {
	return tenant.Schema{
		URN: ownURN, Name: "Acme", Attributes: []tenant.Attribute{{Name: "badge", CaseExact: true, Indexed: true, Claim: "badge"}, {Name: "n"}},
		Version: 1, CreatedAt: epoch(), ChangedAt: epoch(),
	}.WithDefaults()
}

func newIndex(attribute string, state tenant.IndexState) tenant.AttributeIndex {
	return tenant.AttributeIndex{ID: tenant.NewUUID(epoch()), Schema: ownURN, Attribute: attribute, State: state}
}

func (h *house) putIndex(i tenant.AttributeIndex) tenant.AttributeIndex {
	h.t.Helper()
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutIndex(ctx, i) })
	return i
}

// fill builds an index in pages.
func (h *house) fill(i tenant.AttributeIndex, limit int) tenant.AttributeIndex {
	h.t.Helper()
	for more := true; more; {
		h.update(func(ctx context.Context, tx roster.Tx) (err error) {
			i.After, more, err = tx.FillIndex(ctx, i, limit)
			return err
		})
	}
	i.State = tenant.IndexReady
	return h.putIndex(i)
}

func schemasPut(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	wantSame(t, "version of nothing", int64(0), h.config().Extensions.Version)
	s, i := ownSchema(), newIndex("badge", tenant.IndexBuilding)
	i.Exact, i.Multi, i.Unique, i.After = true, true, true, tenant.NewUUID(epoch())
	want := tenant.Extensions{
		Schemas: []tenant.Schema{s}, Indexes: []tenant.AttributeIndex{i},
		Entitlements: []tenant.Entitlement{{Value: "z", Display: "Zed", Type: "A"}, {Value: "a", Display: "Ay", Type: "B"}},
	}
	h.update(func(ctx context.Context, tx roster.Tx) error {
		for _, e := range want.Entitlements {
			if err := tx.PutEntitlement(ctx, e); err != nil {
				return err
			}
		}
		if err := tx.PutSchema(ctx, s); err != nil {
			return err
		}
		return tx.PutIndex(ctx, i)
	})
	got := h.config().Extensions
	want.Version = got.Version
	wantSame(t, "Extensions", want, got)
	if got.Version == 0 {
		t.Error("the extensions have no version")
	}
	s.Name, s.Version = "Renamed", 2
	want.Schemas, want.Entitlements = []tenant.Schema{s}, want.Entitlements[1:]
	h.update(func(ctx context.Context, tx roster.Tx) error {
		if err := tx.DeleteEntitlement(ctx, "z"); err != nil {
			return err
		}
		return tx.PutSchema(ctx, s)
	})
	want.Version = h.config().Extensions.Version
	wantSame(t, "Extensions after a change", want, h.config().Extensions)
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.DeleteSchema(ctx, ownURN) })
	wantSame(t, "schemas left", 0, len(h.config().Extensions.Schemas))
}

func schemasGranted(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	c := h.addCredential("token", 1)
	grant := func() roster.Grant {
		g, err := b.Locator.Credential(t.Context(), h.dir.ID, c.Hash)
		if err != nil {
			t.Fatalf("Credential: %v", err)
		}
		return g
	}
	wantSame(t, "extensions of none", tenant.Extensions{}, grant().Extensions)
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutSchema(ctx, ownSchema()) })
	wantSame(t, "extensions", h.config().Extensions, grant().Extensions)
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.DeleteSchema(ctx, ownURN) })
	wantSame(t, "extensions of none any more", tenant.Extensions{}, grant().Extensions)
}

// awkward are values of an attribute, each for a member.
func awkward() []string {
	long := fmt.Sprintf("%01200d", 7)
	return []string{
		`"b1"`, `"B1"`, `"b10"`, `"b"`, `""`, `null`, `[]`, `{}`, `["b1","x"]`, `["B2",null,7]`, `[null]`, `[""]`, `7`, `7.0`, `"7"`, `-0.0`, `0`,
		`1e400`, `true`, `false`, `"true"`, `{"value":"b1"}`, `[{"value":"b1"},["b1"]]`, `"ÅSA"`, `"åsa"`, `"straße"`, `"\u212a"`, `"k"`, `"😀x"`,
		`"\uff5e"`, `"a\"q"`, `"100%_"`, `"` + long + `"`, `"` + long[:1000] + `"`, `"` + long[:1001] + `"`, `9007199254740993`,
	}
}

func indexAgrees(t *testing.T, b Backend) {
	for _, kind := range []struct{ exact, multi bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		h := newHouse(t, b, fmt.Sprintf("acme-%t-%t", kind.exact, kind.multi))
		i := newIndex("v", tenant.IndexBuilding)
		i.Exact, i.Multi = kind.exact, kind.multi
		// A third is there before the index, a third comes with it, a third changes into what it is.
		var people []roster.Member
		for n, v := range awkward() {
			m := h.newMember(fmt.Sprintf("m%d", n))
			m.Attributes = roster.Attributes(`{"` + ownURN + `":{"v":` + v + `}}`)
			people = append(people, m)
		}
		people = append(people, h.newMember("bare"))
		third := len(people) / 3
		h.insert(people[:third]...)
		h.putIndex(i)
		h.insert(people[third : 2*third]...)
		for _, m := range people[2*third:] {
			before := m
			before.Attributes = roster.Attributes(`{"` + ownURN + `":{"v":["b1","gone"]}}`)
			h.insert(before)
			m.Version = 2
			h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, before, m) })
		}
		i = h.fill(i, 7)
		field := roster.Field{Extension: ownURN, Attribute: "v", Exact: kind.exact, Index: i.ID}
		for _, p := range indexPredicates(field, kind.multi) {
			var want []string
			for _, m := range people {
				if roster.MatchMember(p, m) {
					want = append(want, m.Login)
				}
			}
			got := h.members(roster.Query{Scope: h.scope(), Where: p, Limit: 100})
			wantSame(t, fmt.Sprintf("exact %t, multi %t: Members(%s)", kind.exact, kind.multi, show(p)), byText(want), byText(logins(got.Items)))
		}
	}
}

func indexPredicates(f roster.Field, multi bool) []roster.Predicate {
	literals := []roster.Value{
		{}, roster.BoolValue(true), roster.BoolValue(false), roster.NumberValue(7), roster.NumberValue(0), roster.NumberValue(9007199254740993),
	}
	for _, s := range append([]string{"b1", "B1", "b", "", "7", "true", "åsa", "ÅSA", "STRASSE", "straße", "K", "😀", "\uff5e", `a"q`, "100%", "a\x00"},
		fmt.Sprintf("%01200d", 7), fmt.Sprintf("%01200d", 7)[:1000], fmt.Sprintf("%01200d", 7)[:1001], fmt.Sprintf("%01200d", 7)[:500]) {
		literals = append(literals, roster.TextValue(s))
	}
	ps := []roster.Predicate{roster.Compare{Field: f, Op: roster.Present}}
	for _, v := range literals {
		for _, op := range []roster.Op{roster.Equal, roster.NotEqual, roster.HasPrefix, roster.Contains, roster.Greater} {
			if multi && v.Kind != roster.Null {
				ps = append(ps, roster.Any{Field: f, Where: roster.Compare{Field: roster.Field{Sub: "value", Exact: f.Exact}, Op: op, Value: v}})
				continue
			}
			c := roster.Compare{Field: f, Op: op, Value: v}
			ps = append(ps, c, roster.Not{Of: c})
		}
	}
	return ps
}

func indexLife(t *testing.T, b Backend) {
	h, other := newHouse(t, b, "acme"), newHouse(t, b, "other")
	for n := range 10 {
		m := h.newMember(fmt.Sprintf("m%d", n))
		m.Attributes = roster.Attributes(fmt.Sprintf(`{"%s":{"badge":"b%d"}}`, ownURN, n))
		h.insert(m)
	}
	waiting := func() []tenant.ID {
		ids, err := b.Locator.TenantsToIndex(t.Context())
		if err != nil {
			t.Fatalf("TenantsToIndex: %v", err)
		}
		return ids
	}
	wantSame(t, "TenantsToIndex at first", []tenant.ID{}, waiting())
	i := h.putIndex(newIndex("badge", tenant.IndexBuilding))
	other.putIndex(newIndex("badge", tenant.IndexReady))
	wantSame(t, "TenantsToIndex", []tenant.ID{h.tenant.ID}, waiting())
	i = h.fill(i, 3)
	wantSame(t, "TenantsToIndex when it is ready", []tenant.ID{}, waiting())
	present := roster.Compare{Field: roster.Field{Extension: ownURN, Attribute: "badge", Index: i.ID}, Op: roster.Present}
	wantSame(t, "in the index", 10, len(h.members(roster.Query{Where: present, Limit: 100}).Items))
	i.State = tenant.IndexRetired
	h.putIndex(i)
	wantSame(t, "TenantsToIndex when it is retired", []tenant.ID{h.tenant.ID}, waiting())
	pages := 0
	for more := true; more; pages++ {
		h.update(func(ctx context.Context, tx roster.Tx) (err error) {
			more, err = tx.DrainIndex(ctx, i, 4)
			return err
		})
	}
	wantSame(t, "pages to empty it", 3, pages)
	wantSame(t, "in the index", 0, len(h.members(roster.Query{Where: present, Limit: 100}).Items))
	wantSame(t, "indexes left", 0, len(h.config().Extensions.Indexes))
	wantSame(t, "TenantsToIndex at last", []tenant.ID{}, waiting())
}

func indexOfGroups(t *testing.T, b Backend) {
	const groupURN = "urn:acme:scim:1.0:Group"
	h := newHouse(t, b, "acme")
	i := newIndex("team", tenant.IndexReady)
	i.Schema = groupURN
	h.putIndex(i)
	is := func(v string) []string {
		p := roster.Compare{Field: roster.Field{Extension: groupURN, Attribute: "team", Index: i.ID}, Op: roster.Equal, Value: roster.TextValue(v)}
		return names(h.groups(roster.Query{Where: p, Limit: 10}).Items)
	}
	g := h.newGroup("Staff")
	g.Attributes = roster.Attributes(`{"` + groupURN + `":{"team":"Blue"}}`)
	h.insertGroup(g)
	wantSame(t, "by the first value", []string{"Staff"}, is("blue"))
	after := g
	after.Version, after.Attributes = 2, roster.Attributes(`{"`+groupURN+`":{"team":"Red"}}`)
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateGroup(ctx, g, after) })
	wantSame(t, "by the old and the new value", [][]string{nil, {"Staff"}}, [][]string{is("blue"), is("red")})
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.DeleteGroup(ctx, g.ID) })
	wantSame(t, "after it is gone", []string{}, is("red"))
}
