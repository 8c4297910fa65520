package google

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"rollcall/internal/roster"
)

// team is what a run knows of a group of the directory.
type team struct {
	group roster.Group
	seen  bool
}

// teams are the groups of the directory.
type teams struct {
	google map[string]*team // by Google's id, which is the external id
	names  map[string]*team // by folded name
	all    []*team
}

func (r *run) readTeams(ctx context.Context) (*teams, error) {
	out := &teams{google: map[string]*team{}, names: map[string]*team{}}
	q := roster.Query{Scope: roster.Scope{Directory: r.pull.Directory}, Limit: readPage}
	for {
		page, err := r.store.Groups(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, g := range page.Items {
			out.put(&team{group: g})
		}
		if !page.More || len(page.Items) == 0 {
			return out, nil
		}
		q.After = page.Items[len(page.Items)-1].ID.UUID
	}
}

func (t *teams) put(v *team) {
	t.all = append(t.all, v)
	t.names[roster.Fold(v.group.Name)] = v
	if v.group.ExternalID != "" {
		t.google[v.group.ExternalID] = v
	}
}

// find finds whom Google's group is: by its id, and else by the name of one that a push made without.
func (t *teams) find(g group) *team {
	if v := t.google[g.ID]; v != nil {
		return v
	}
	if v := t.names[roster.Fold(g.Name)]; v != nil && v.group.ExternalID == "" {
		return v
	}
	return nil
}

// name is what a group is called here: Google lets groups share a name, Rollcall tells them apart.
func (t *teams) name(g group, v *team) string {
	plain, long := g.Name, g.Name+" ("+g.Email+")"
	if plain == "" {
		plain = g.Email
	}
	other := t.names[roster.Fold(plain)]
	if other == nil || other == v {
		return plain
	}
	return long
}

// syncGroups reads the groups, and who is in each, and applies what differs.
func (r *run) syncGroups(ctx context.Context) error {
	t, err := r.readTeams(ctx)
	if err != nil {
		return err
	}
	each := func(page []group) error {
		for _, g := range page {
			if err := r.group(ctx, t, g); err != nil {
				return err
			}
		}
		return nil
	}
	if len(r.pull.Settings.Groups) > 0 {
		err = r.namedGroups(ctx, each)
	} else {
		err = r.google.groups(ctx, r.pull.Settings.Customer, each)
	}
	if err != nil {
		return err
	}
	r.state.GroupsAfter = ""
	return r.removeTeams(ctx, t)
}

// namedGroups reads the groups that the settings name, in the order of their addresses.
func (r *run) namedGroups(ctx context.Context, each func([]group) error) error {
	addresses := slices.Sorted(slices.Values(r.pull.Settings.Groups))
	for _, address := range slices.Compact(addresses) {
		g, err := r.google.oneGroup(ctx, address)
		if errors.Is(err, errGone) {
			r.out.Groups.Refused++
			if !r.passedOver(roster.PullMarkGroup, address, state{}) {
				e := &roster.Error{Kind: roster.NotFound, Code: roster.CodePullSettings, Field: "groups", Detail: "Google has no group with the address " + address + ". Correct the list of groups."}
				r.refuse(roster.PullMarkGroup, address, state{}, e)
				r.log(entry{route: "/groups", err: e})
			}
			continue
		}
		if err != nil {
			return err
		}
		if err := each([]group{g}); err != nil {
			return err
		}
	}
	return nil
}

// group brings one group into line.
func (r *run) group(ctx context.Context, t *teams, g group) error {
	r.out.Groups.Seen++
	v := t.find(g)
	if v != nil {
		v.seen = true
	}
	if g.Email <= r.pull.State.GroupsAfter {
		return nil // an earlier run, whose time was over, looked at it
	}
	v, err := r.nameTeam(ctx, t, v, g)
	if err != nil || v == nil {
		return err
	}
	if err := r.syncMembers(ctx, v, g); err != nil {
		return err
	}
	r.state.GroupsAfter = g.Email
	return nil
}

// nameTeam makes a group, or gives it Google's name and id. It returns nil when that was refused.
func (r *run) nameTeam(ctx context.Context, t *teams, v *team, g group) (*team, error) {
	name := t.name(g, v)
	change := roster.GroupChange{Name: &name, ExternalID: &g.ID}
	if v != nil && v.group.Name == name && v.group.ExternalID == g.ID {
		return v, nil
	}
	s := digest(true, nil, []string{g.ID, name})
	if r.passedOver(roster.PullMarkGroup, g.ID, s) {
		r.out.Groups.Refused++
		return nil, nil //nolint:nilnil // refused, as the contract says
	}
	if err := r.step(ctx); err != nil {
		return nil, err
	}
	by := r.by
	by.Trail = &roster.Trail{}
	began, made := r.Now(), v == nil
	var after roster.Group
	var err error
	if made {
		after, err = r.Roster.CreateGroup(ctx, by, change)
	} else {
		after, err = r.Roster.EditGroup(ctx, by, v.group.ID, roster.Precondition{}, func(roster.Group) (roster.GroupChange, error) { return change, nil })
	}
	refusal, refused, err := refusalOf(err)
	if err != nil {
		return nil, err
	}
	record, _ := json.Marshal(g) //nolint:errchkjson // texts
	r.log(entry{route: "/groups", record: record, events: by.Trail.Events, began: began, err: refused, created: made})
	if refusal != nil {
		r.out.Groups.Refused++
		r.refuse(roster.PullMarkGroup, g.ID, s, refusal)
		return nil, nil //nolint:nilnil // likewise
	}
	if made {
		r.out.Groups.Created++
		v = &team{seen: true}
	} else {
		r.out.Groups.Changed++
		delete(t.names, roster.Fold(v.group.Name))
	}
	v.group = after
	t.names[roster.Fold(after.Name)], t.google[g.ID] = v, v
	return v, nil
}

// removeTeams removes the groups that Google did not list. That none is left of many is more likely
// Google's mistake, or that of an administrator's rights, than anybody's wish.
func (r *run) removeTeams(ctx context.Context, t *teams) error {
	const many = 10
	if r.out.Groups.Seen == 0 && len(t.all) > many {
		return &Failure{Code: roster.CodePullEmpty, Status: http.StatusOK, Detail: "Google answered that the account has no groups, though there were many. None was removed for that. See whether the administrator may still read groups; to pull people only, use --groups none."}
	}
	for _, v := range t.all {
		if v.seen {
			continue
		}
		if err := r.step(ctx); err != nil {
			return err
		}
		by := r.by
		by.Trail = &roster.Trail{}
		began := r.Now()
		err := r.Roster.RemoveGroup(ctx, by, v.group.ID, roster.Precondition{})
		if errors.Is(err, roster.NotFound) {
			continue
		}
		refusal, refused, err := refusalOf(err)
		if err != nil {
			return err
		}
		record, _ := json.Marshal(map[string]any{"kind": "admin#directory#group", "id": v.group.ExternalID, "listed": false}) //nolint:errchkjson // texts
		r.log(entry{route: "/groups", record: record, events: by.Trail.Events, began: began, err: refused, removed: true})
		if refusal != nil {
			r.out.Groups.Refused++
			continue
		}
		r.out.Groups.Removed++
		r.marks.drop(roster.PullMarkGroup, v.group.ExternalID)
	}
	return nil
}
