package storagetest

import (
	"context"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func indexUnique(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	with := func(login, badge string) roster.Member {
		m := h.newMember(login)
		m.Attributes = roster.Attributes(`{"` + ownURN + `":{"badge":"` + badge + `"}}`)
		return m
	}
	// Two had the same value before anybody asked that it be unique.
	ada, bob := with("ada", "one"), with("bob", "ONE")
	h.insert(ada, bob)
	i := newIndex("badge", tenant.IndexBuilding)
	i.Unique = true
	h.putIndex(i)
	i = h.fill(i, 100)
	is := roster.Compare{Field: roster.Field{Extension: ownURN, Attribute: "badge", Index: i.ID}, Op: roster.Equal, Value: roster.TextValue("one")}
	wantSame(t, "who has it", []string{"ada", "bob"}, byText(logins(h.members(roster.Query{Where: is, Limit: 10}).Items)))

	insert := func(m roster.Member) error {
		return h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertMember(ctx, m) })
	}
	wantConflict(t, "a third", "attribute", insert(with("cleo", "One")))
	two := with("dan", "two")
	h.insert(two)
	wantConflict(t, "another two", "attribute", insert(with("eve", "TWO")))
	gone := two
	gone.Version, gone.RemovedAt = 2, epoch()
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, two, gone) })
	h.insert(with("eve", "TWO"))
	back := gone
	back.Version, back.RemovedAt = 3, two.RemovedAt
	err := h.try(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, gone, back) })
	wantConflict(t, "the first two back", "attribute", err)
}

func labels(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	second := h.addDirectory("second")
	ada, bob := h.newMember("ada"), h.newMember("bob")
	ada.Attributes = roster.Attributes(`{"displayName":"Ada L"}`)
	gone, foreign := h.newMember("gone"), h.newMember("foreign")
	gone.RemovedAt, foreign.Directory = epoch(), second.ID
	h.insert(ada, bob, gone, foreign)
	ids := []roster.MemberID{ada.ID, bob.ID, gone.ID, foreign.ID, roster.NewMemberID(epoch())}
	got, err := h.reader().Labels(t.Context(), h.scope(), ids)
	if err != nil {
		t.Fatalf("Labels: %v", err)
	}
	wantSame(t, "Labels", map[roster.MemberID]string{ada.ID: "Ada L", bob.ID: "bob"}, got)
	got, err = h.reader().Labels(t.Context(), roster.Scope{}, nil)
	wantSame(t, "Labels of nobody", []any{0, error(nil)}, []any{len(got), err})
}

// schemaProbes are those of SchemaTx.
func schemaProbes(all probes[roster.Tx]) {
	stolen := ownSchema()
	stolen.Name = "stolen"
	note := func(t *testing.T, err error) {
		if err != nil {
			t.Logf("refused: %v", err)
		}
	}
	all["PutSchema"] = func(t *testing.T, _ *stranger, tx roster.Tx) { note(t, tx.PutSchema(t.Context(), stolen)) }
	all["DeleteSchema"] = func(t *testing.T, _ *stranger, tx roster.Tx) { note(t, tx.DeleteSchema(t.Context(), ownURN)) }
	all["PutEntitlement"] = func(t *testing.T, _ *stranger, tx roster.Tx) {
		note(t, tx.PutEntitlement(t.Context(), tenant.Entitlement{Value: "right", Display: "stolen", Type: "t"}))
	}
	all["DeleteEntitlement"] = func(t *testing.T, _ *stranger, tx roster.Tx) { note(t, tx.DeleteEntitlement(t.Context(), "right")) }
	all["PutIndex"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		i := x.index
		i.State = tenant.IndexRetired
		note(t, tx.PutIndex(t.Context(), i))
	}
	all["FillIndex"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		last, _, err := tx.FillIndex(t.Context(), x.index, 100)
		note(t, err)
		if last == x.member.ID.UUID {
			t.Error("FillIndex read the owner's member")
		}
	}
	all["DrainIndex"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		_, err := tx.DrainIndex(t.Context(), x.index, 100)
		note(t, err)
	}
}
