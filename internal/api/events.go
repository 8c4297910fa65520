package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/roster"
)

func (d *Door) events() {
	const tag = "Events"
	add(d, tag, operation{id: "listEvents", verb: "GET /tenants/{tenant}/events", scope: ReadEvents, summary: "Read events", about: "What happened in a tenant, oldest first: who did what to whom and by which rule, never personal values. " +
		"No event is ever inserted before one that was given out, so a reader that goes on from next_cursor misses nothing. Keep next_cursor, also of an empty page, and ask again later."}, d.listEvents)
}

// eventView is an event as JSON.
type eventView struct {
	Cursor    string           `json:"cursor" doc:"The event's place in the feed: send it as cursor to go on behind it."`
	At        time.Time        `json:"at"`
	Kind      roster.EventKind `json:"kind" doc:"Such as member.deactivated."`
	Member    string           `json:"member,omitempty"`
	Group     string           `json:"group,omitempty"`
	Actor     actorView        `json:"actor" doc:"Who caused it."`
	Version   int64            `json:"version,omitempty" doc:"Of the member or group after the change."`
	RequestID string           `json:"request_id,omitempty"`
	Data      json.RawMessage  `json:"data,omitempty" doc:"What changed: names of attributes, states, roles and codes."`
}

// actorView is who caused an event.
type actorView struct {
	Source roster.Source `json:"source"`
	ID     string        `json:"id,omitempty"`
}

func viewEvent(e roster.Event) eventView {
	v := eventView{
		Cursor: cursorText(e.Position), At: e.At, Kind: e.Kind, Actor: actorView(e.Actor),
		Version: e.Version, RequestID: e.RequestID, Data: e.Data,
	}
	if !e.Member.IsZero() {
		v.Member = e.Member.String()
	}
	if !e.Group.IsZero() {
		v.Group = e.Group.String()
	}
	return v
}

// cursorText writes a place in the feed as the command line does. It is not signed: any place may be
// asked for.
func cursorText(c roster.Cursor) string { return fmt.Sprintf("%d.%d", c.Epoch, c.Seq) }

func parseCursor(s string) (roster.Cursor, error) {
	if s == "" {
		return roster.Cursor{}, nil
	}
	epoch, seq, _ := strings.Cut(s, ".")
	e, badEpoch := strconv.ParseUint(epoch, 10, 64)
	n, badSeq := strconv.ParseInt(seq, 10, 64)
	if badEpoch != nil || badSeq != nil || n < 0 {
		return roster.Cursor{}, &roster.Error{Kind: roster.BadCursor, Field: "cursor", Detail: "The cursor is not that of an event. Send the cursor of the last event you have seen, or none to begin anew."}
	}
	return roster.Cursor{Epoch: e, Seq: n}, nil
}

type listEventsIn struct {
	InTenant
	Limit  int    `query:"limit" default:"100" minimum:"1" maximum:"1000" doc:"The most events to return."`
	Cursor string `query:"cursor" maxLength:"64" doc:"The next_cursor of the page before, or the cursor of the last event that was seen; none for the first event."`
}

// feedView is a page of the feed.
type feedView struct {
	Items      []eventView `json:"items"`
	NextCursor string      `json:"next_cursor" doc:"Where to go on, now or later; always there."`
}

func (d *Door) listEvents(ctx context.Context, in *listEventsIn) (*answer[feedView], error) {
	cfg, err := d.config(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	after, err := parseCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	events, err := d.Store.Reader(cfg.Tenant.ID).Events(ctx, after, in.Limit)
	if err != nil {
		return nil, err
	}
	if len(events) > 0 {
		after = events[len(events)-1].Position
	}
	return the(feedView{views(events, viewEvent), cursorText(after)}), nil
}
