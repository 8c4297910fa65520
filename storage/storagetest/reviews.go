package storagetest

import (
	"context"
	"testing"
	"time"

	"rollcall/internal/roster"
)

func testReviews(t *testing.T, open opener) {
	check(t, open, []claim{
		{"everybody who is a member is written down, those away the longest first", reviewFilled},
		{"what is decided is kept and counted", reviewDecided},
		{"a tenant has one open review", reviewAlone},
		{"people of a review are searched and paged", reviewPaged},
	})
}

func reviewer() roster.Actor { return roster.Actor{Source: roster.SourceAdmin, ID: "mem_1"} }

func (h *house) newReview() roster.Review {
	return roster.Review{ID: roster.ReviewID{UUID: h.nextID()}, StartedAt: epoch(), StartedBy: reviewer()}
}

func (h *house) tryReview(v roster.Review) error {
	return h.try(func(ctx context.Context, tx roster.Tx) error { return tx.OpenReview(ctx, v) })
}

func (h *house) openReview() roster.ReviewID {
	h.t.Helper()
	v := h.newReview()
	if err := h.tryReview(v); err != nil {
		h.t.Fatalf("OpenReview: %v", err)
	}
	return v.ID
}

func (h *house) reviewItems(q roster.ReviewQuery) []roster.ReviewItem {
	h.t.Helper()
	list, err := h.reader().ReviewItems(h.t.Context(), q)
	if err != nil {
		h.t.Fatalf("ReviewItems: %v", err)
	}
	return list
}

// reviewed are all reviews with their people.
func (h *house) reviewed() []any {
	h.t.Helper()
	list, err := h.reader().Reviews(h.t.Context(), 0)
	if err != nil {
		h.t.Fatalf("Reviews: %v", err)
	}
	all := []any{list}
	for _, v := range list {
		all = append(all, h.reviewItems(roster.ReviewQuery{Review: v.ID}))
	}
	return all
}

func itemLabels(list []roster.ReviewItem) []string {
	var out []string
	for _, i := range list {
		out = append(out, i.Label)
	}
	return out
}

func reviewFilled(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	ada, bob := h.addMember("ada"), h.addMember("bob")
	gone := h.newMember("gone")
	gone.RemovedAt, gone.Standing.State = epoch(), roster.StateRemoved
	h.insert(gone, h.newMember("cid"))
	late, early := h.newSession(ada, 1), h.newSession(bob, 2)
	late.SeenAt = early.SeenAt.Add(time.Minute)
	h.insertSession(late)
	h.insertSession(early)
	id := h.openReview()
	list := h.reviewItems(roster.ReviewQuery{Review: id})
	wantSame(t, "people", []string{"cid", "bob", "ada"}, itemLabels(list))
	want := roster.ReviewItem{
		Review: id, Position: 3, Member: ada.ID, Label: "ada", Role: "user", State: roster.StateActive, Directory: h.dir.ID,
		Claims: ada.Claims, LastActive: late.SeenAt, Now: roster.ReviewNow{State: roster.StateActive, Role: "user", Directory: h.dir.ID},
	}
	wantSame(t, "one of them", want, list[2])
	v, err := h.reader().Review(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "review", roster.Review{ID: id, StartedAt: epoch(), StartedBy: reviewer(), Tally: roster.ReviewTally{Total: 3}}, v)
	_, err = h.reader().Review(t.Context(), roster.NewReviewID(epoch()))
	wantKind(t, "a review that is not there", roster.NotFound, err)
}

func reviewDecided(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	people := []roster.Member{h.addMember("ada"), h.addMember("bob"), h.addMember("cid"), h.addMember("dora")}
	s := h.addSession(people[3], 1)
	id := h.openReview()
	kept := 0
	h.update(func(ctx context.Context, tx roster.Tx) error {
		if _, err := tx.LockReview(ctx, id); err != nil {
			return err
		}
		i, err := tx.ReviewItem(ctx, id, people[0].ID)
		if err != nil {
			return err
		}
		i.Decision, i.DecidedAt, i.DecidedBy = roster.ReviewRemove, epoch(), reviewer()
		return tx.DecideItem(ctx, i)
	})
	keep := func(p roster.ReviewPick) int {
		h.update(func(ctx context.Context, tx roster.Tx) (err error) {
			kept, err = tx.KeepItems(ctx, id, p, reviewer())
			return err
		})
		return kept
	}
	wantSame(t, "kept by a pick of nobody", 0, keep(roster.ReviewPick{}))
	wantSame(t, "kept by id", 1, keep(roster.ReviewPick{Members: idsOf(people[:2])}))
	wantSame(t, "kept as active", 1, keep(roster.ReviewPick{ActiveSince: s.SeenAt}))
	left := h.reviewItems(roster.ReviewQuery{Review: id, Undecided: true})
	wantSame(t, "undecided", []string{"cid"}, itemLabels(left))
	gone := people[2]
	gone.RemovedAt, gone.Version = epoch(), 2
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, people[2], gone) })
	wantSame(t, "undecided once the last is gone", 0, len(h.reviewItems(roster.ReviewQuery{Review: id, Undecided: true})))
	removed := h.reviewItems(roster.ReviewQuery{Review: id, Decision: roster.ReviewRemove})
	wantSame(t, "removed", []string{"ada"}, itemLabels(removed))
	wantSame(t, "who decided", []any{epoch(), reviewer()}, []any{removed[0].DecidedAt, removed[0].DecidedBy})
	v, err := h.reader().Review(t.Context(), id)
	wantSame(t, "tally", []any{roster.ReviewTally{Total: 4, Kept: 2, Removed: 1, Gone: 1}, error(nil)}, []any{v.Tally, err})
	wantSame(t, "left", 0, v.Tally.Left())
	h.update(func(ctx context.Context, tx roster.Tx) error {
		v, err := tx.Review(ctx, id)
		if err != nil {
			return err
		}
		v.FinishedAt, v.FinishedBy, v.Tally.Asked = epoch(), reviewer(), 7 // which no count would say
		return tx.EndReview(ctx, v)
	})
	later := h.openReview()
	list, err := h.reader().Reviews(t.Context(), 2)
	want := []roster.ReviewTally{{Total: 3}, {Total: 4, Kept: 2, Removed: 1, Gone: 1, Asked: 7}}
	wantSame(t, "tallies of an open one and of one that is finished", []any{later, want, error(nil)}, []any{list[0].ID, []roster.ReviewTally{list[0].Tally, list[1].Tally}, err})
}

func reviewAlone(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	other := newHouse(t, b, "beta")
	id := h.openReview()
	other.openReview()
	wantConflict(t, "a second open review", "review", h.tryReview(h.newReview()))
	end := func() {
		h.update(func(ctx context.Context, tx roster.Tx) error {
			v, err := tx.LockReview(ctx, id)
			if err != nil {
				return err
			}
			v.FinishedAt, v.FinishedBy = epoch().Add(time.Hour), reviewer()
			return tx.EndReview(ctx, v)
		})
	}
	end()
	v, err := h.reader().Review(t.Context(), id)
	wantSame(t, "finished", []any{epoch().Add(time.Hour), reviewer(), false, error(nil)}, []any{v.FinishedAt, v.FinishedBy, v.Open(), err})
	next := h.openReview()
	list, err := h.reader().Reviews(t.Context(), 1)
	wantSame(t, "the latest", []any{1, next, error(nil)}, []any{len(list), list[0].ID, err})
}

func reviewPaged(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	for _, login := range []string{"ada", "bob", "Bobby", "c_d", "cxd"} {
		m := h.newMember(login)
		m.Email = roster.Email(roster.Fold(login) + "@example.com")
		m.Addresses = []string{string(m.Email)}
		h.insert(m)
	}
	id := h.openReview()
	page := h.reviewItems(roster.ReviewQuery{Review: id, Limit: 2})
	wantSame(t, "first page", []string{"ada", "bob"}, itemLabels(page))
	page = h.reviewItems(roster.ReviewQuery{Review: id, Limit: 2, After: page[1].Position})
	wantSame(t, "second page", []string{"Bobby", "c_d"}, itemLabels(page))
	for text, want := range map[string][]string{"bob": {"bob", "Bobby"}, "bobby@": {"Bobby"}, "c_d": {"c_d"}, "%": nil} {
		wantSame(t, "search for "+text, want, itemLabels(h.reviewItems(roster.ReviewQuery{Review: id, Text: text})))
	}
}

func reviewReads(all probes[roster.Reader]) {
	all["Review"] = func(t *testing.T, x *stranger, r roster.Reader) {
		_, err := r.Review(t.Context(), x.review)
		wantKind(t, "Review", roster.NotFound, err)
	}
	all["Reviews"] = func(t *testing.T, _ *stranger, r roster.Reader) {
		list, err := r.Reviews(t.Context(), 10)
		wantNone(t, "Reviews", list, err)
	}
	all["ReviewItems"] = func(t *testing.T, x *stranger, r roster.Reader) {
		list, err := r.ReviewItems(t.Context(), roster.ReviewQuery{Review: x.review})
		wantNone(t, "ReviewItems", list, err)
	}
}

func reviewProbes(all probes[roster.Tx]) {
	all["OpenReview"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		v := x.newReview()
		v.ID = x.review
		if err := tx.OpenReview(t.Context(), v); err != nil {
			t.Logf("refused: %v", err)
		}
	}
	all["LockReview"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		_, err := tx.LockReview(t.Context(), x.review)
		wantKind(t, "LockReview", roster.NotFound, err)
	}
	all["EndReview"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		err := tx.EndReview(t.Context(), roster.Review{ID: x.review, FinishedAt: epoch()})
		wantSame(t, "EndReview", error(nil), err)
	}
	all["ReviewItem"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		_, err := tx.ReviewItem(t.Context(), x.review, x.member.ID)
		wantKind(t, "ReviewItem", roster.NotFound, err)
	}
	all["DecideItem"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		err := tx.DecideItem(t.Context(), roster.ReviewItem{Review: x.review, Member: x.member.ID, Decision: roster.ReviewKeep})
		wantSame(t, "DecideItem", error(nil), err)
	}
	all["KeepItems"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		n, err := tx.KeepItems(t.Context(), x.review, roster.ReviewPick{Members: []roster.MemberID{x.member.ID}}, reviewer())
		wantSame(t, "KeepItems", []any{0, error(nil)}, []any{n, err})
	}
}
