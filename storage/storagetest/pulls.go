package storagetest

import (
	"context"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func testPulls(t *testing.T, open opener) {
	check(t, open, []claim{
		{"what was written comes back", pullRoundTrip},
		{"of two writers one is stale", pullStale},
		{"marks are replaced and go", pullMarks},
		{"what is due is found", pullDue},
	})
}

// newPull makes the pull of the directory, due an hour after the epoch.
func newPull(h *house) roster.Pull {
	return roster.Pull{
		Directory: h.dir.ID, SealedKey: []byte{1, 0, 2}, NextAt: epoch().Add(time.Hour), Version: 1, CreatedAt: epoch(), ChangedAt: epoch(),
		Settings: roster.PullSettings{Subject: "admin@example.com", Customer: "my_customer", Groups: []string{"staff@example.com"}, Every: time.Minute, ClientID: "1"},
	}
}

func newMark(key string) roster.PullMark {
	return roster.PullMark{Kind: roster.PullMarkUser, Key: key, Mark: "m", Code: roster.CodeDomainNotProven, Detail: "why", At: epoch()}
}

func (h *house) putPull(p roster.Pull, marks ...roster.PullMark) {
	h.t.Helper()
	h.update(func(ctx context.Context, tx roster.Tx) error {
		for _, m := range marks {
			if err := tx.PutPullMark(ctx, p.Directory, m); err != nil {
				return err
			}
		}
		return tx.PutPull(ctx, p)
	})
}

func (h *house) pulls() []roster.Pull {
	h.t.Helper()
	list, err := h.reader().Pulls(h.t.Context())
	if err != nil {
		h.t.Fatalf("Pulls: %v", err)
	}
	return list
}

func (h *house) marks() []roster.PullMark {
	h.t.Helper()
	list, err := h.reader().PullMarks(h.t.Context(), h.dir.ID)
	if err != nil {
		h.t.Fatalf("PullMarks: %v", err)
	}
	return list
}

func pullRoundTrip(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	p := newPull(h)
	h.putPull(p)
	wantSame(t, "Pulls", []roster.Pull{p}, h.pulls())
	p.Version, p.SealedKey, p.NextAt, p.ChangedAt = 2, []byte{3}, epoch().Add(2*time.Hour), epoch().Add(time.Minute)
	p.Lease = roster.PullLease{By: tenant.NewUUID(epoch()), Until: epoch().Add(time.Second)}
	p.State = roster.PullState{
		Failures: 2, GroupsAfter: "a@example.com", CompleteAt: epoch(),
		Last: roster.PullRun{StartedAt: epoch(), Outcome: roster.PullFailed, Code: roster.CodeMassChange, Detail: "do this", People: roster.PullCounts{Seen: 3}},
	}
	h.putPull(p)
	wantSame(t, "Pulls after a change", []roster.Pull{p}, h.pulls())
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.DeletePull(ctx, h.dir.ID) })
	wantSame(t, "Pulls after the end", []roster.Pull(nil), h.pulls())
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.DeletePull(ctx, h.dir.ID) })
}

func pullStale(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	p := newPull(h)
	h.putPull(p)
	for _, version := range []int64{1, 3} {
		p.Version = version
		wantKind(t, "PutPull", roster.Stale, h.try(func(ctx context.Context, tx roster.Tx) error { return tx.PutPull(ctx, p) }))
	}
	p.Version = 2
	h.putPull(p)
}

func pullMarks(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	first, second := newMark("1"), newMark("2")
	group := roster.PullMark{Kind: roster.PullMarkGroup, Key: "1", Mark: `"etag"`, Version: 7, At: epoch()}
	h.putPull(newPull(h), second, first, group)
	wantSame(t, "PullMarks", []roster.PullMark{group, first, second}, h.marks())
	second.Mark, second.Code, second.Detail = "n", roster.CodeTaken, "else"
	h.update(func(ctx context.Context, tx roster.Tx) error {
		if err := tx.PutPullMark(ctx, h.dir.ID, second); err != nil {
			return err
		}
		return tx.DeletePullMark(ctx, h.dir.ID, roster.PullMarkUser, "1")
	})
	wantSame(t, "PullMarks after a change", []roster.PullMark{group, second}, h.marks())
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.DeletePull(ctx, h.dir.ID) })
	wantSame(t, "PullMarks after the end", []roster.PullMark(nil), h.marks())
}

func pullDue(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	newHouse(t, b, "none")
	h.putPull(newPull(h))
	for _, tt := range []struct {
		at   time.Time
		want []tenant.ID
	}{
		{epoch().Add(time.Hour - time.Millisecond), nil},
		{epoch().Add(time.Hour), []tenant.ID{h.tenant.ID}},
	} {
		got, err := b.Locator.DuePulls(t.Context(), tt.at)
		wantSame(t, "DuePulls", []any{tt.want, error(nil)}, []any{got, err})
	}
}

// pullReads: nothing shows of how another tenant's directory is pulled.
func pullReads(all probes[roster.Reader]) {
	all["Pulls"] = func(t *testing.T, _ *stranger, r roster.Reader) {
		list, err := r.Pulls(t.Context())
		wantNone(t, "Pulls", list, err)
	}
	all["PullMarks"] = func(t *testing.T, x *stranger, r roster.Reader) {
		list, err := r.PullMarks(t.Context(), x.owner.dir.ID)
		wantNone(t, "PullMarks", list, err)
	}
}

// pullProbes: nothing changes of it either.
func pullProbes(all probes[roster.Tx]) {
	all["PutPull"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		p := newPull(x.owner)
		p.Version = 2
		wantKind(t, "PutPull", roster.Stale, tx.PutPull(t.Context(), p))
	}
	all["DeletePull"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		wantNone[any](t, "DeletePull", nil, tx.DeletePull(t.Context(), x.owner.dir.ID))
	}
	all["PutPullMark"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		m := newMark("1")
		m.Detail = "stolen"
		if err := tx.PutPullMark(t.Context(), x.owner.dir.ID, m); err != nil {
			t.Logf("PutPullMark: %v", err)
		}
	}
	all["DeletePullMark"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		wantNone[any](t, "DeletePullMark", nil, tx.DeletePullMark(t.Context(), x.owner.dir.ID, roster.PullMarkUser, "1"))
	}
}
