package main

import (
	"cmp"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// sightView is what a directory's traffic told of it.
type sightView struct {
	// Recognised is the product that the last telling request came from; empty: none told yet.
	Recognised tenant.Provider `json:"recognised,omitempty"`
	UserAgent  string          `json:"user_agent,omitempty"`
	LastSeenAt time.Time       `json:"last_seen_at,omitzero"`
}

// seen is what was seen of the tenant's directories.
func (p *program) seen(id tenant.ID) (map[tenant.DirectoryID]roster.Sighting, error) {
	all, err := p.db.Reader(id).Sightings(p.ctx)
	out := make(map[tenant.DirectoryID]roster.Sighting, len(all))
	for _, s := range all {
		out[s.Directory] = s
	}
	return out, err
}

func (v directoryView) with(s roster.Sighting) directoryView {
	v.sightView = sightView{Recognised: s.Vendor, UserAgent: s.UserAgent, LastSeenAt: s.LastAt}
	return v
}

// recognisedWords says what the traffic looks like, and whether that is what the directory was made for.
func (v directoryView) recognisedWords() string {
	switch {
	case v.Recognised == "":
		return cmp.Or(v.UserAgent, "-")
	case v.Recognised == v.Provider || v.Provider == tenant.Generic:
		return v.Recognised.VendorName()
	}
	return v.Recognised.VendorName() + ", though the directory was made for " + v.Provider.DefaultName()
}
