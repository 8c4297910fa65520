package api

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// SightView is what a directory's traffic told of it.
type SightView struct {
	Recognised tenant.Provider `json:"recognised,omitempty" doc:"The product that the last telling request came from; absent: none told yet. When directories are read only."`
	UserAgent  string          `json:"user_agent,omitempty" doc:"What the product calls itself. When directories are read only."`
	LastSeenAt time.Time       `json:"last_seen_at,omitzero" doc:"When directories are read only; absent: never."`
}

// viewSeen is viewDirectory with what was seen of the tenant's directories.
func (d *Door) viewSeen(ctx context.Context, id tenant.ID) (func(tenant.Directory) directoryView, error) {
	all, err := d.Store.Reader(id).Sightings(ctx)
	if err != nil {
		return nil, err
	}
	seen := make(map[tenant.DirectoryID]roster.Sighting, len(all))
	for _, s := range all {
		seen[s.Directory] = s
	}
	return func(v tenant.Directory) directoryView {
		view, s := d.viewDirectory(v), seen[v.ID]
		view.SightView = SightView{Recognised: s.Vendor, UserAgent: s.UserAgent, LastSeenAt: s.LastAt}
		return view
	}, nil
}
