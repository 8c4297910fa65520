package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func (d *Door) directories() {
	const tag = "Directories"
	add(d, tag, operation{"listDirectories", "GET /tenants/{tenant}/directories", ReadDirectories, "List directories", "The SCIM connections of a tenant, removed ones too.", 0}, d.listDirectories)
	add(d, tag, operation{"createDirectory", "POST /tenants/{tenant}/directories", WriteDirectories, "Make a directory", "Makes a SCIM connection without a credential: add a token next, and give it with the base_url to the identity provider.", http.StatusCreated}, d.createDirectory)
	add(d, tag, operation{"getDirectory", "GET /tenants/{tenant}/directories/{directory}", ReadDirectories, "Show a directory", "One directory with its settings and role mappings.", 0}, d.getDirectory)
	add(d, tag, operation{"changeDirectory", "PATCH /tenants/{tenant}/directories/{directory}", WriteDirectories, "Change a directory", "Changes the name or the settings; what the body does not name stays.", 0}, d.changeDirectory)
	add(d, tag, operation{"removeDirectory", "DELETE /tenants/{tenant}/directories/{directory}", WriteDirectories, "Remove a directory", "Ends a directory: its credentials open nothing any more. Can be undone for 30 days.", 0}, d.removeDirectory)
	add(d, tag, operation{"restoreDirectory", "POST /tenants/{tenant}/directories/{directory}/restore", WriteDirectories, "Restore a directory", "Undoes the removal within 30 days, with the same ids and credentials.", 0}, d.restoreDirectory)
	add(d, tag, operation{"undoMassChange", "POST /tenants/{tenant}/directories/{directory}/undo", WriteDirectories, "Undo a mass change", "Turns on again, and brings back, whom the directory turned off or removed in the run of too many that mass_change_at tells of.", 0}, d.undoMassChange)
}

// directoryView is a directory as JSON.
type directoryView struct {
	ID             tenant.DirectoryID     `json:"id"`
	Name           string                 `json:"name"`
	Provider       tenant.Provider        `json:"provider" enum:"entra,okta,google,generic"`
	Status         tenant.DirectoryStatus `json:"status"`
	BaseURL        string                 `json:"base_url" doc:"What the identity provider is given as the SCIM endpoint."`
	TokenURL       string                 `json:"token_url" doc:"Where client secrets and assertions get access tokens."`
	Strict         bool                   `json:"strict" doc:"Answers by the letter of the RFCs where Rollcall is lenient otherwise."`
	RolesAttribute bool                   `json:"roles_attribute" doc:"The roles attribute of a user names the member's role. It never makes an admin."`
	Rate           int                    `json:"rate,omitempty" doc:"Requests per second in the long run; absent: the gateway's; -1: no limit."`
	Burst          int                    `json:"burst,omitempty" doc:"How many requests may come before the rate holds; absent: the gateway's."`
	Mappings       []mappingView          `json:"mappings" doc:"The first that fits a member wins."`
	CreatedAt      time.Time              `json:"created_at"`
	RemovedAt      time.Time              `json:"removed_at,omitzero"`
	MassChangeAt   time.Time              `json:"mass_change_at,omitzero" doc:"It turned off too many people at once; undo can bring them back."`
}

func (d *Door) viewDirectory(v tenant.Directory) directoryView {
	at := d.Endpoints(v.ID)
	return directoryView{
		ID: v.ID, Name: v.Name, Provider: v.Provider, Status: v.Status, BaseURL: at.BaseURL, TokenURL: at.TokenURL,
		Strict: v.Settings.Strict, RolesAttribute: v.Settings.RolesAttribute, Rate: v.Settings.Rate, Burst: v.Settings.Burst,
		Mappings:  views(v.Mappings, viewMapping),
		CreatedAt: v.CreatedAt, RemovedAt: v.RemovedAt, MassChangeAt: v.MassChangeAt,
	}
}

func (d *Door) shown(v tenant.Directory, err error) (*versioned[directoryView], error) {
	if err != nil {
		return nil, err
	}
	return version(v.Version, d.viewDirectory(v)), nil
}

func (d *Door) listDirectories(ctx context.Context, in *InTenant) (*answer[page[directoryView]], error) {
	cfg, err := d.config(ctx, *in)
	if err != nil {
		return nil, err
	}
	return the(page[directoryView]{Items: views(cfg.Directories, d.viewDirectory)}), nil
}

type createDirectoryIn struct {
	InTenant
	Body struct {
		Name           string          `json:"name,omitempty" maxLength:"200" doc:"For people; the provider's name when absent."`
		Provider       tenant.Provider `json:"provider" enum:"entra,okta,google,generic" doc:"Who pushes; generic for any other."`
		Strict         bool            `json:"strict,omitempty"`
		RolesAttribute bool            `json:"roles_attribute,omitempty"`
	}
}

func (d *Door) createDirectory(ctx context.Context, in *createDirectoryIn) (*versioned[directoryView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	b := in.Body
	return d.shown(d.Roster.CreateDirectory(ctx, s, cmp.Or(b.Name, providerName(b.Provider)), b.Provider,
		tenant.DirectorySettings{Strict: b.Strict, RolesAttribute: b.RolesAttribute}))
}

func providerName(p tenant.Provider) string {
	names := map[tenant.Provider]string{tenant.Entra: "Entra", tenant.Okta: "Okta", tenant.Google: "Google", tenant.Generic: "SCIM"}
	return cmp.Or(names[p], string(p))
}

func (d *Door) getDirectory(ctx context.Context, in *InDirectory) (*versioned[directoryView], error) {
	found, _, err := d.directory(ctx, *in)
	return d.shown(found, err)
}

type changeDirectoryIn struct {
	InDirectory
	Conditional
	Body struct {
		Name           *string `json:"name,omitempty" maxLength:"200"`
		Strict         *bool   `json:"strict,omitempty"`
		RolesAttribute *bool   `json:"roles_attribute,omitempty"`
		Rate           *int    `json:"rate,omitempty" minimum:"-1" maximum:"1000000" doc:"Requests per second in the long run; 0: the gateway's, -1: no limit."`
		Burst          *int    `json:"burst,omitempty" minimum:"0" maximum:"1000000" doc:"How many requests may come before the rate holds; 0: the gateway's."`
	}
}

func (d *Door) changeDirectory(ctx context.Context, in *changeDirectoryIn) (*versioned[directoryView], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	s.If = in.precondition()
	return d.shown(d.Roster.ChangeDirectory(ctx, s, found.ID, roster.DirectoryChange{
		Name: in.Body.Name, Strict: in.Body.Strict, RolesAttribute: in.Body.RolesAttribute, Rate: in.Body.Rate, Burst: in.Body.Burst,
	}))
}

type removeDirectoryIn struct {
	InDirectory
	Conditional
	People string `query:"people" default:"keep" enum:"keep,off" doc:"keep leaves those who are active with their access, at your word from now on; off turns all of them off."`
}

func (d *Door) removeDirectory(ctx context.Context, in *removeDirectoryIn) (*versioned[directoryView], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	s.If = in.precondition()
	return d.shown(d.Roster.RemoveDirectory(ctx, s, found.ID, in.People == "keep"))
}

func (d *Door) restoreDirectory(ctx context.Context, in *InDirectory) (*versioned[directoryView], error) {
	found, s, err := d.directory(ctx, *in)
	if err != nil {
		return nil, err
	}
	return d.shown(d.Roster.RestoreDirectory(ctx, s, found.ID))
}

// undoView is what undo did, as JSON.
type undoView struct {
	Directory tenant.DirectoryID `json:"directory"`
	Restored  int                `json:"restored" doc:"How many people are on again."`
}

func (d *Door) undoMassChange(ctx context.Context, in *InDirectory) (*answer[undoView], error) {
	found, s, err := d.directory(ctx, *in)
	if err != nil {
		return nil, err
	}
	n, err := d.Roster.UndoMassChange(ctx, s, found.ID)
	if err != nil {
		return nil, err
	}
	return the(undoView{found.ID, n}), nil
}
