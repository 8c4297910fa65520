package api

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func (d *Door) logSettings() {
	const tag = "Provisioning log"
	add(d, tag, operation{id: "showLogBodies", verb: "PUT /tenants/{tenant}/directories/{directory}/log/bodies", scope: WriteDirectories, summary: "Show values in the log", about: "Has the log show the values in bodies for a while, at most 7 days; passwords and tokens never. What the directory sends is personal: ask its people's admin first."}, d.showLogBodies)
	add(d, tag, operation{id: "maskLogBodies", verb: "DELETE /tenants/{tenant}/directories/{directory}/log/bodies", scope: WriteDirectories, summary: "Mask values in the log", about: "Masks the values in bodies again. What was kept meanwhile goes with its entries."}, d.maskLogBodies)
	add(d, tag, operation{id: "setLogBounds", verb: "PUT /tenants/{tenant}/directories/{directory}/log/bounds", scope: WriteDirectories, summary: "Bound the log", about: "Sets how much of the log is kept; what lies beyond goes within the hour."}, d.setLogBounds)
}

// logBodiesFor is how long values are shown when nobody says how long.
const logBodiesFor = 24 * time.Hour

type showLogBodiesIn struct {
	InDirectoryAction
	Body *struct {
		Until time.Time `json:"until,omitzero" doc:"When they are masked again; absent: in a day."`
	}
}

func (d *Door) showLogBodies(ctx context.Context, in *showLogBodiesIn) (*versioned[directoryView], error) {
	until := d.Now().Add(logBodiesFor)
	if in.Body != nil && !in.Body.Until.IsZero() {
		until = in.Body.Until
	}
	return d.setLogBodies(ctx, &in.InDirectoryAction, until)
}

func (d *Door) maskLogBodies(ctx context.Context, in *InDirectoryAction) (*versioned[directoryView], error) {
	return d.setLogBodies(ctx, in, time.Time{})
}

func (d *Door) setLogBodies(ctx context.Context, in *InDirectoryAction, until time.Time) (*versioned[directoryView], error) {
	return d.set(ctx, in, func(ctx context.Context, s roster.Staff, id tenant.DirectoryID) (tenant.Directory, error) {
		return d.Roster.SetLogBodies(ctx, s, id, until)
	})
}

type setLogBoundsIn struct {
	InDirectoryAction
	Body struct {
		Days    int `json:"days,omitempty" doc:"How many days, 1 to 400; absent: 30."`
		Entries int `json:"entries,omitempty" doc:"How many entries, 1,000 to 10,000,000; absent: 100,000."`
	}
}

func (d *Door) setLogBounds(ctx context.Context, in *setLogBoundsIn) (*versioned[directoryView], error) {
	return d.set(ctx, &in.InDirectoryAction, func(ctx context.Context, s roster.Staff, id tenant.DirectoryID) (tenant.Directory, error) {
		return d.Roster.SetLogBounds(ctx, s, id, in.Body.Days, in.Body.Entries)
	})
}
