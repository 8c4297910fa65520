package view

import (
	"time"

	"rollcall/internal/roster"
)

// GroupView is a group as JSON.
type GroupView struct {
	ID         roster.GroupID `json:"id"`
	Name       string         `json:"name"`
	Directory  string         `json:"directory" doc:"The directory that pushed it; empty: kept by hand."`
	ExternalID string         `json:"external_id"`
	Version    int64          `json:"version"`
	CreatedAt  time.Time      `json:"created_at"`
	ChangedAt  time.Time      `json:"changed_at"`
}

// Group shows a group, without its members.
func Group(g roster.Group) GroupView {
	v := GroupView{ID: g.ID, Name: g.Name, ExternalID: g.ExternalID, Version: g.Version, CreatedAt: g.CreatedAt, ChangedAt: g.ChangedAt}
	if !g.Directory.IsZero() {
		v.Directory = g.Directory.String()
	}
	return v
}
