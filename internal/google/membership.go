package google

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"rollcall/internal/roster"
)

// membersAtOnce is how many people one change of a group names at most.
const membersAtOnce = 5000

// syncMembers brings the members of one group into line. When both sides agreed the last time, and
// neither has changed since, Google answers that with one short word.
func (r *run) syncMembers(ctx context.Context, v *team, g group) error {
	mark, unless := r.marks.find(roster.PullMarkGroup, g.ID), ""
	if !r.thorough && mark.Code == "" && mark.Version == v.group.Version {
		unless = mark.Mark
	}
	list, same, err := r.google.members(ctx, g.ID, unless)
	switch {
	case errors.Is(err, errGone): // deleted since it was listed: the next run does not see it
		return nil
	case err != nil:
		return err
	case same:
		r.out.Groups.Skipped++
		return nil
	}
	wanted, all := r.wanted(list)
	gone, err := r.split(ctx, v.group.ID, wanted)
	if err != nil {
		return err
	}
	come := make([]roster.MemberID, 0, len(wanted))
	for id := range wanted {
		come = append(come, id)
	}
	slices.SortFunc(come, func(a, b roster.MemberID) int { return slices.Compare(a.UUID[:], b.UUID[:]) })
	agreed, err := r.change(ctx, v, g, come, gone)
	if err != nil || !agreed {
		return err
	}
	switch after := (roster.PullMark{Kind: roster.PullMarkGroup, Key: g.ID, Mark: list.etag, Version: v.group.Version, At: mark.At}); {
	case !all || list.etag == "":
		r.marks.drop(roster.PullMarkGroup, g.ID)
	case after != mark:
		after.At = r.began
		r.marks.put(after)
	}
	return nil
}

// wanted are the members that a list names. all says that it named nobody who is not there: people of
// other accounts, and those whose records were refused, are passed over.
func (r *run) wanted(list roll) (ids map[roster.MemberID]struct{}, all bool) {
	ids, all = map[roster.MemberID]struct{}{}, true
	for _, id := range list.ids {
		if known := r.people.google[id]; known != nil {
			ids[known.id] = struct{}{}
		} else {
			all = false
		}
	}
	if list.all {
		for id := range r.people.all {
			ids[id] = struct{}{}
		}
	}
	return ids, all
}

// split takes those out of wanted who are in the group already, and returns those who are in it and
// not wanted.
func (r *run) split(ctx context.Context, id roster.GroupID, wanted map[roster.MemberID]struct{}) ([]roster.MemberID, error) {
	var gone []roster.MemberID
	var after roster.MemberID
	for {
		page, err := r.store.GroupMembers(ctx, id, after, readPage)
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			if _, ok := wanted[m.ID]; ok {
				delete(wanted, m.ID)
			} else {
				gone = append(gone, m.ID)
			}
		}
		if len(page) < readPage {
			return gone, nil
		}
		after = page[len(page)-1].ID
	}
}

// change adds and removes members, some at a time. It says whether the group has then exactly those
// who were wanted.
func (r *run) change(ctx context.Context, v *team, g group, come, gone []roster.MemberID) (bool, error) {
	s := intent(come, gone)
	if r.passedOver(roster.PullMarkGroup, g.ID, s) {
		r.out.Groups.Refused++
		return false, nil
	}
	for len(come)+len(gone) > 0 {
		in, out := come[:min(len(come), membersAtOnce)], gone[:min(len(gone), membersAtOnce)]
		come, gone = come[len(in):], gone[len(out):]
		if err := r.step(ctx); err != nil {
			return false, err
		}
		by := r.by
		by.Trail = &roster.Trail{}
		began := r.Now()
		// First those who come: in whole an admin must be left, whoever changes places.
		steps := []roster.MemberStep{{Op: roster.AddMembers, Members: in}, {Op: roster.RemoveMembers, Members: out}}
		after, err := r.Roster.EditGroup(ctx, by, v.group.ID, roster.Precondition{}, func(roster.Group) (roster.GroupChange, error) {
			return roster.GroupChange{Steps: steps}, nil
		})
		refusal, refused, err := refusalOf(err)
		if err != nil {
			return false, err
		}
		record, _ := json.Marshal(map[string]any{"kind": "admin#directory#members", "groupKey": g.ID, "added": len(in), "removed": len(out)}) //nolint:errchkjson // texts
		r.log(entry{route: "/groups/members", record: record, events: by.Trail.Events, began: began, err: refused})
		if refusal != nil {
			r.out.Groups.Refused++
			r.refuse(roster.PullMarkGroup, g.ID, s, refusal)
			return false, nil
		}
		v.group = after
		if len(by.Trail.Events) > 0 {
			r.out.Groups.Changed++
		}
	}
	return true, nil
}

// intent is a digest of who is to come and to go.
func intent(come, gone []roster.MemberID) state {
	if len(come)+len(gone) == 0 {
		return state{0: 2}
	}
	texts := make([]string, 0, len(come)+len(gone)+1)
	for _, id := range come {
		texts = append(texts, id.String())
	}
	texts = append(texts, "")
	for _, id := range gone {
		texts = append(texts, id.String())
	}
	return digest(true, nil, texts)
}
