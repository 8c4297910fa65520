package google

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"rollcall/internal/roster"
)

// syncPeople reads all people, applies what differs, and then removes who was not there.
func (r *run) syncPeople(ctx context.Context) error {
	err := r.google.users(ctx, r.pull.Settings.Customer, r.pull.Settings.OrgUnit, func(page []json.RawMessage) error {
		for _, raw := range page {
			if err := r.person(ctx, raw); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if r.out.People.Seen == 0 { // the subject is a user of the account: an empty list is none
		return &Failure{Code: roster.CodePullEmpty, Status: http.StatusOK, Detail: "Google answered that there is nobody" + r.where() + ". Nobody was removed for that. Compare the organisational unit and the customer id with the account."}
	}
	if err := r.removeMissing(ctx); err != nil {
		return err
	}
	// Names and addresses of those who were removed or renamed are free now.
	for _, u := range r.again {
		if err := r.apply(ctx, u, nil, true); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) where() string {
	if r.pull.Settings.OrgUnit != "" {
		return " in the organisational unit of the settings"
	}
	return " in the account"
}

// maxAgain is how many refused records a run keeps to try them once more.
const maxAgain = 1000

// person brings one person into line with Google's record.
func (r *run) person(ctx context.Context, raw json.RawMessage) error {
	r.out.People.Seen++
	u, err := parseUser(raw)
	if err != nil {
		r.out.People.Refused++
		r.log(entry{route: "/users", record: raw, err: err})
		if known := r.people.google[u.ID]; known != nil {
			known.seen = true // not read is not gone
		}
		return nil
	}
	if known := r.people.find(u); known != nil {
		known.seen = true
	}
	return r.apply(ctx, u, raw, false)
}

// apply writes what differs. last says that it is the second try.
func (r *run) apply(ctx context.Context, u user, raw json.RawMessage, last bool) error {
	c, err := u.change(r.people.manager)
	known := r.people.find(u)
	s := stateOfChange(c)
	if err == nil && known != nil && known.state == s {
		r.marks.drop(roster.PullMarkUser, u.ID)
		return nil
	}
	if !last && r.passedOver(roster.PullMarkUser, u.ID, s) {
		r.out.People.Refused++
		return nil
	}
	if err := r.step(ctx); err != nil {
		return err
	}
	by := r.by
	by.Trail = &roster.Trail{}
	began := r.Now()
	if err == nil {
		err = r.write(ctx, by, known, c)
	}
	refusal, refused, err := refusalOf(err)
	if err != nil {
		return err
	}
	if raw == nil {
		raw, _ = json.Marshal(u) //nolint:errchkjson // it came as JSON
	}
	r.log(entry{route: "/users", record: raw, events: by.Trail.Events, began: began, err: refused, created: known == nil})
	if refusal == nil {
		r.marks.drop(roster.PullMarkUser, u.ID)
		return nil
	}
	if refusal.Kind == roster.Conflict && !last && len(r.again) < maxAgain {
		r.again = append(r.again, u)
		return nil
	}
	r.out.People.Refused++
	r.refuse(roster.PullMarkUser, u.ID, s, refusal)
	return nil
}

// write makes or changes a member, and notes what it is then.
func (r *run) write(ctx context.Context, by roster.By, known *person, c roster.Change) error {
	var m roster.Member
	var err error
	if known == nil {
		if m, err = r.Roster.Provision(ctx, by, c); err == nil {
			r.out.People.Created++
		}
	} else {
		m, err = r.Roster.Edit(ctx, by, known.id, roster.Precondition{}, func(roster.Member) (roster.Change, error) { return c, nil })
		if err == nil && len(by.Trail.Events) > 0 {
			r.out.People.Changed++
		}
	}
	if err == nil {
		r.people.put(m).seen = true
	}
	return err
}

// refusalOf tells the refusal of one record, with which the run goes on, from an error that ends it.
func refusalOf(err error) (refusal *roster.Error, told, fatal error) {
	if err == nil {
		return nil, nil, nil
	}
	e, ok := errors.AsType[*roster.Error](err)
	if !ok || e.Kind == roster.Unavailable {
		return nil, nil, err
	}
	return e, err, nil
}

// removeMissing removes whom Google did not list. Their number is the roster's to judge: see mass_change.
func (r *run) removeMissing(ctx context.Context) error {
	for _, known := range r.people.all {
		if known.seen {
			continue
		}
		missing := state{0: 1}
		if r.passedOver(roster.PullMarkUser, known.id.String(), missing) {
			r.out.People.Refused++
			continue
		}
		if err := r.step(ctx); err != nil {
			return err
		}
		by := r.by
		by.Trail = &roster.Trail{}
		began := r.Now()
		err := r.Roster.Remove(ctx, by, known.id, roster.Precondition{})
		if errors.Is(err, roster.NotFound) {
			r.people.drop(known)
			continue
		}
		refusal, refused, err := refusalOf(err)
		if err != nil {
			return err
		}
		record, _ := json.Marshal(map[string]any{"kind": "admin#directory#user", "id": known.google, "listed": false}) //nolint:errchkjson // texts
		r.log(entry{route: "/users", record: record, events: by.Trail.Events, began: began, err: refused, removed: true})
		if refusal != nil {
			r.out.People.Refused++
			r.refuse(roster.PullMarkUser, known.id.String(), missing, refusal)
			continue
		}
		r.out.People.Removed++
		r.marks.drop(roster.PullMarkUser, known.id.String())
		r.marks.drop(roster.PullMarkUser, known.google)
		r.people.drop(known)
	}
	return nil
}
