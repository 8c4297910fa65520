package api

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func (d *Door) held() {
	const tag = "Held changes"
	add(d, tag, operation{id: "listHeldChanges", verb: "GET /tenants/{tenant}/directories/{directory}/held", scope: ReadDirectories, summary: "List held changes", about: "Whom the directory turned off or deleted in a run of too many, and whose access is kept for now."}, d.listHeld)
	add(d, tag, operation{id: "releaseHeldChanges", verb: "POST /tenants/{tenant}/directories/{directory}/held/release", scope: WriteDirectories, summary: "Release held changes", about: "Lets what is held back take effect now: of all, or of the people who are named."}, d.releaseHeld)
	add(d, tag, operation{id: "refuseHeldChanges", verb: "POST /tenants/{tenant}/directories/{directory}/held/refuse", scope: WriteDirectories, summary: "Refuse held changes", about: "Keeps the people whom the directory wants off, at your word: all, or those who are named."}, d.refuseHeld)
}

// heldView is one held change as JSON.
type heldView struct {
	Member roster.MemberID `json:"member"`
	Login  string          `json:"login"`
	Email  roster.Email    `json:"email"`
	Change string          `json:"change" enum:"deactivate,remove"`
	Since  time.Time       `json:"since"`
	Due    time.Time       `json:"due" doc:"When it takes effect unless somebody decides before."`
}

type listHeldIn struct {
	InDirectory
	Paging
}

func (d *Door) listHeld(ctx context.Context, in *listHeldIn) (*answer[page[heldView]], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	after, err := d.after(ctx, in.Paging)
	if err != nil {
		return nil, err
	}
	held, err := d.Roster.HeldChanges(ctx, s, roster.HeldQuery{Directory: found.ID, After: roster.MemberID{UUID: after}, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	who, err := d.named(ctx, s, held.Items)
	if err != nil {
		return nil, err
	}
	return pageOf(d.cursors, listOf(ctx), held, func(h roster.Held) heldView {
		m := who[h.Member]
		v := heldView{Member: h.Member, Login: m.Login, Email: m.Email, Change: "deactivate", Since: h.Since, Due: h.Due}
		if h.Removal {
			v.Change = "remove"
		}
		return v
	}, func(h roster.Held) []byte { return h.Member.UUID[:] }), nil
}

// named reads the members of held changes, in one query.
func (d *Door) named(ctx context.Context, s roster.Staff, held []roster.Held) (map[roster.MemberID]roster.Member, error) {
	who := map[roster.MemberID]roster.Member{}
	if len(held) == 0 {
		return who, nil
	}
	var ids roster.Or
	for _, h := range held {
		ids = append(ids, compare(roster.Field{Column: roster.ColumnID}, roster.Equal, h.Member.UUID.UUID()))
	}
	members, err := d.Store.Reader(s.Tenant).Members(ctx, roster.Query{Where: ids, Limit: len(held), WithRemoved: true})
	for _, m := range members.Items {
		who[m.ID] = m
	}
	return who, err
}

type settleHeldIn struct {
	InDirectory
	Body *struct {
		Members []roster.MemberID `json:"members,omitempty" maxItems:"1000" doc:"Only these people; absent: all."`
	}
}

// settledView is what became of held changes.
type settledView struct {
	Directory tenant.DirectoryID `json:"directory"`
	People    int                `json:"people"`
}

func (d *Door) releaseHeld(ctx context.Context, in *settleHeldIn) (*answer[settledView], error) {
	return d.settleHeld(ctx, in, d.Roster.ReleaseHeld)
}

func (d *Door) refuseHeld(ctx context.Context, in *settleHeldIn) (*answer[settledView], error) {
	return d.settleHeld(ctx, in, d.Roster.RefuseHeld)
}

func (d *Door) settleHeld(ctx context.Context, in *settleHeldIn, do func(context.Context, roster.Staff, tenant.DirectoryID, []roster.MemberID) (int, error)) (*answer[settledView], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	var members []roster.MemberID
	if in.Body != nil {
		if members = in.Body.Members; members != nil && len(members) == 0 { // all must be meant, not left over
			return nil, &roster.Error{Kind: roster.Invalid, Field: "members", Detail: "The list names nobody. Leave it out to settle all."}
		}
	}
	n, err := do(ctx, s, found.ID, members)
	if err != nil {
		return nil, err
	}
	return the(settledView{found.ID, n}), nil
}
