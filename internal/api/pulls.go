package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"rollcall/internal/google"
	"rollcall/internal/roster"
	"rollcall/internal/view"
)

func (d *Door) pulls() {
	const tag = "Google pull"
	add(d, tag, operation{id: "getPull", verb: "GET /tenants/{tenant}/directories/{directory}/pull", scope: ReadDirectories, summary: "Show a pull", about: "How the directory is read from Google, when next, and how the last run went."}, d.getPull)
	add(d, tag, operation{id: "setPull", verb: "PUT /tenants/{tenant}/directories/{directory}/pull", scope: WriteDirectories, summary: "Set a pull", about: "Has the directory, whose provider is google, read from Google Workspace: at once, and then again and again. The key is sealed and never shown."}, d.setPull)
	add(d, tag, operation{id: "removePull", verb: "DELETE /tenants/{tenant}/directories/{directory}/pull", scope: WriteDirectories, summary: "Remove a pull", about: "Has the directory read no more, and forgets the key. Its people stay as they are.", status: http.StatusNoContent}, d.removePull)
	add(d, tag, operation{id: "runPull", verb: "POST /tenants/{tenant}/directories/{directory}/pull/run", scope: WriteDirectories, summary: "Pull now", about: "Has a replica read the directory at once, and look at everything that earlier runs passed over. The answer does not wait for it: last_run of getPull tells.", status: http.StatusAccepted}, d.runPull)
	add(d, tag, operation{id: "listPullRefused", verb: "GET /tenants/{tenant}/directories/{directory}/pull/refused", scope: ReadDirectories, summary: "List refused records", about: "The records of Google that a rule refused, and what to change. They are tried again when they change, when the tenant's settings do, and every hour."}, d.listPullRefused)
}

func (d *Door) getPull(ctx context.Context, in *InDirectory) (*answer[view.PullView], error) {
	found, s, err := d.directory(ctx, *in)
	if err != nil {
		return nil, err
	}
	p, err := d.Roster.FindPull(ctx, s.Tenant, found.ID)
	if err != nil {
		return nil, err
	}
	return the(view.Pull(p, d.Now())), nil
}

type setPullIn struct {
	InDirectory
	Body struct {
		ServiceAccount json.RawMessage `json:"service_account,omitempty" doc:"The JSON file of the service account's key, as Google Cloud makes it. Absent: the key that is there."`
		Subject        string          `json:"subject" maxLength:"320" doc:"The address of an administrator of the account who may read users and groups."`
		Customer       string          `json:"customer,omitempty" maxLength:"40" doc:"The account; absent: the subject's own."`
		OrgUnit        string          `json:"org_unit,omitempty" maxLength:"500" doc:"Only people of this organisational unit and those below it, such as /Staff."`
		Groups         []string        `json:"groups,omitempty" maxItems:"200" doc:"The addresses of the groups to pull; absent: all."`
		NoGroups       bool            `json:"no_groups,omitempty" doc:"Leave groups alone."`
		Every          int             `json:"every_seconds,omitempty" minimum:"60" maximum:"86400" doc:"How long after a run the next one begins; absent: 300."`
	}
}

func (d *Door) setPull(ctx context.Context, in *setPullIn) (*answer[view.PullView], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	b := in.Body
	set := roster.PullSettings{
		Subject: b.Subject, Customer: b.Customer, OrgUnit: b.OrgUnit, Groups: b.Groups, NoGroups: b.NoGroups, Every: time.Duration(b.Every) * time.Second,
	}
	var sealed []byte
	if len(b.ServiceAccount) > 0 {
		if sealed, err = google.Take(d.Key, found.ID, b.ServiceAccount, &set); err != nil {
			return nil, err
		}
	}
	p, err := d.Roster.SetPull(ctx, s, found.ID, set, sealed)
	if err != nil {
		return nil, err
	}
	return the(view.Pull(p, d.Now())), nil
}

func (d *Door) removePull(ctx context.Context, in *InDirectory) (*struct{}, error) {
	found, s, err := d.directory(ctx, *in)
	if err != nil {
		return nil, err
	}
	return nil, d.Roster.RemovePull(ctx, s, found.ID)
}

func (d *Door) runPull(ctx context.Context, in *InDirectory) (*answer[view.PullView], error) {
	found, s, err := d.directory(ctx, *in)
	if err != nil {
		return nil, err
	}
	p, err := d.Roster.AskPull(ctx, s, found.ID)
	if err != nil {
		return nil, err
	}
	return the(view.Pull(p, d.Now())), nil
}

func (d *Door) listPullRefused(ctx context.Context, in *InDirectory) (*answer[page[view.RefusedView]], error) {
	found, s, err := d.directory(ctx, *in)
	if err != nil {
		return nil, err
	}
	marks, err := d.Store.Reader(s.Tenant).PullMarks(ctx, found.ID)
	if err != nil {
		return nil, err
	}
	return the(page[view.RefusedView]{Items: view.Refused(marks)}), nil
}
