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
	add(d, tag, operation{id: "listDirectories", verb: "GET /tenants/{tenant}/directories", scope: ReadDirectories, summary: "List directories", about: "The SCIM connections of a tenant, removed ones too."}, d.listDirectories)
	add(d, tag, operation{id: "createDirectory", verb: "POST /tenants/{tenant}/directories", scope: WriteDirectories, summary: "Make a directory", about: "Makes a SCIM connection without a credential: add a token next, and give it with the base_url to the identity provider.", status: http.StatusCreated}, d.createDirectory)
	add(d, tag, operation{id: "getDirectory", verb: "GET /tenants/{tenant}/directories/{directory}", scope: ReadDirectories, summary: "Show a directory", about: "One directory with its settings and role mappings."}, d.getDirectory)
	add(d, tag, operation{id: "changeDirectory", verb: "PATCH /tenants/{tenant}/directories/{directory}", scope: WriteDirectories, summary: "Change a directory", about: "Changes the name or the settings; what the body does not name stays."}, d.changeDirectory)
	add(d, tag, operation{id: "removeDirectory", verb: "DELETE /tenants/{tenant}/directories/{directory}", scope: WriteDirectories, summary: "Remove a directory", about: "Ends a directory: its credentials open nothing any more. Can be undone for 30 days."}, d.removeDirectory)
	add(d, tag, operation{id: "restoreDirectory", verb: "POST /tenants/{tenant}/directories/{directory}/restore", scope: WriteDirectories, summary: "Restore a directory", about: "Undoes the removal within 30 days, with the same ids and credentials."}, d.restoreDirectory)
	add(d, tag, operation{id: "pauseDirectory", verb: "POST /tenants/{tenant}/directories/{directory}/pause", scope: WriteDirectories, summary: "Pause a directory", about: "Lets the directory read but not write: it is asked to come again later. Its people stay as they are."}, d.pauseDirectory)
	add(d, tag, operation{id: "resumeDirectory", verb: "POST /tenants/{tenant}/directories/{directory}/resume", scope: WriteDirectories, summary: "Resume a directory", about: "Ends a pause; what the provider wanted meanwhile comes with its next cycle."}, d.resumeDirectory)
	add(d, tag, operation{id: "undoMassChange", verb: "POST /tenants/{tenant}/directories/{directory}/undo", scope: WriteDirectories, summary: "Undo a mass change", about: "Turns on again, and brings back, whom the directory turned off or removed in the run of too many that mass_change_at tells of."}, d.undoMassChange)
}

// directoryView is a directory as JSON.
type directoryView struct {
	ID             tenant.DirectoryID     `json:"id"`
	Name           string                 `json:"name"`
	Provider       tenant.Provider        `json:"provider" enum:"entra,okta,google,onelogin,jumpcloud,ping,rippling,authentik,keycloak,synctools,generic"`
	Status         tenant.DirectoryStatus `json:"status"`
	BaseURL        string                 `json:"base_url" doc:"What the identity provider is given as the SCIM endpoint."`
	TokenURL       string                 `json:"token_url" doc:"Where client secrets and assertions get access tokens."`
	Strict         bool                   `json:"strict" doc:"Answers by the letter of the RFCs where Rollcall is lenient otherwise."`
	RolesAttribute bool                   `json:"roles_attribute" doc:"The roles attribute of a user names the member's role. It never makes an admin."`
	Rate           int                    `json:"rate,omitempty" doc:"Requests per second in the long run; absent: the gateway's; -1: no limit."`
	Burst          int                    `json:"burst,omitempty" doc:"How many requests may come before the rate holds; absent: the gateway's."`
	Hold           bool                   `json:"hold" doc:"When it turns off too many people at once, the rest wait for an admin."`
	Mappings       []mappingView          `json:"mappings" doc:"The first that fits a member wins."`
	LogBodiesUntil time.Time              `json:"log_bodies_until,omitzero" doc:"Until when the provisioning log shows the values in bodies; absent: it masks them."`
	LogDays        int                    `json:"log_days" doc:"How many days the provisioning log is kept."`
	LogEntries     int                    `json:"log_entries" doc:"How many entries it may have."`
	CreatedAt      time.Time              `json:"created_at"`
	RemovedAt      time.Time              `json:"removed_at,omitzero"`
	MassChangeAt   time.Time              `json:"mass_change_at,omitzero" doc:"It turned off too many people at once; undo can bring them back."`
	SightView
}

func (d *Door) viewDirectory(v tenant.Directory) directoryView {
	at := d.Endpoints(v.ID)
	return directoryView{
		ID: v.ID, Name: v.Name, Provider: v.Provider, Status: v.Status, BaseURL: at.BaseURL, TokenURL: at.TokenURL,
		Strict: v.Settings.Strict, RolesAttribute: v.Settings.RolesAttribute, Rate: v.Settings.Rate, Burst: v.Settings.Burst,
		Hold:           v.Settings.Hold,
		Mappings:       views(v.Mappings, viewMapping),
		LogBodiesUntil: v.Settings.LogBodies, LogDays: cmp.Or(v.Settings.LogDays, roster.LogDays), LogEntries: cmp.Or(v.Settings.LogEntries, roster.LogEntries),
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
	view, err := d.viewSeen(ctx, cfg.Tenant.ID)
	if err != nil {
		return nil, err
	}
	return the(page[directoryView]{Items: views(cfg.Directories, view)}), nil
}

type createDirectoryIn struct {
	InTenant
	Body struct {
		Name           string          `json:"name,omitempty" maxLength:"200" doc:"For people; the provider's name when absent."`
		Provider       tenant.Provider `json:"provider" enum:"entra,okta,google,onelogin,jumpcloud,ping,rippling,authentik,keycloak,synctools,generic" doc:"Who pushes; generic for any other."`
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
	return d.shown(d.Roster.CreateDirectory(ctx, s, cmp.Or(b.Name, b.Provider.DefaultName()), b.Provider,
		tenant.DirectorySettings{Strict: b.Strict, RolesAttribute: b.RolesAttribute}))
}

func (d *Door) getDirectory(ctx context.Context, in *InDirectory) (*lively[directoryView], error) {
	found, s, err := d.directory(ctx, *in)
	if err != nil {
		return nil, err
	}
	view, err := d.viewSeen(ctx, s.Tenant)
	if err != nil {
		return nil, err
	}
	return live(found.Version, view(found)), nil
}

type changeDirectoryIn struct {
	InDirectory
	Conditional
	Body struct {
		Name           *string `json:"name,omitempty" maxLength:"200"`
		Strict         *bool   `json:"strict,omitempty"`
		RolesAttribute *bool   `json:"roles_attribute,omitempty"`
		Rate           *int    `json:"rate,omitempty" minimum:"-1" maximum:"1000000" doc:"Requests per second in the long run; 0: the gateway's, -1: no limit."`
		Hold           *bool   `json:"hold,omitempty" doc:"Whether, when it turns off too many people at once, the rest wait 4 hours for an admin."`
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
		Name: in.Body.Name, Strict: in.Body.Strict, RolesAttribute: in.Body.RolesAttribute, Rate: in.Body.Rate, Burst: in.Body.Burst, Hold: in.Body.Hold,
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

// InDirectoryAction names a directory that is acted on, in the version that the caller saw.
type InDirectoryAction struct {
	InDirectory
	Conditional
}

// set does something to the directory that a path names and shows what it is then.
func (d *Door) set(ctx context.Context, in *InDirectoryAction, do func(context.Context, roster.Staff, tenant.DirectoryID) (tenant.Directory, error)) (*versioned[directoryView], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	s.If = in.precondition()
	return d.shown(do(ctx, s, found.ID))
}

func (d *Door) restoreDirectory(ctx context.Context, in *InDirectoryAction) (*versioned[directoryView], error) {
	return d.set(ctx, in, d.Roster.RestoreDirectory)
}

func (d *Door) pauseDirectory(ctx context.Context, in *InDirectoryAction) (*versioned[directoryView], error) {
	return d.set(ctx, in, d.Roster.PauseDirectory)
}

func (d *Door) resumeDirectory(ctx context.Context, in *InDirectoryAction) (*versioned[directoryView], error) {
	return d.set(ctx, in, d.Roster.ResumeDirectory)
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
