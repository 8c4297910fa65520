package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/roster"
)

type auditCmd struct {
	List auditListCmd `cmd:"" help:"List a tenant's events, oldest first."`
}

type auditListCmd struct {
	tenantFlag
	After cursor `placeholder:"CURSOR" help:"Only events behind this one: the cursor of the last event you have seen."`
	Limit int    `default:"100" placeholder:"N" help:"The most events to list (default: 100)."`
}

// Help is shown below the flags.
func (*auditListCmd) Help() string {
	return `Events hold what changed, by whom and why: names of attributes, states and roles, never personal values.
None is ever inserted before one that was already listed, so a reader who goes on from the last cursor
misses nothing.`
}

// cursor is a place in the feed as text: epoch.seq.
type cursor struct{ roster.Cursor }

// UnmarshalText reads what MarshalText wrote.
func (c *cursor) UnmarshalText(b []byte) error {
	epoch, seq, _ := strings.Cut(string(b), ".")
	var errs [2]error
	c.Epoch, errs[0] = strconv.ParseUint(epoch, 10, 64)
	c.Seq, errs[1] = strconv.ParseInt(seq, 10, 64)
	if errors.Join(errs[:]...) != nil || c.Seq < 0 {
		return fmt.Errorf("%q is not the cursor of an event, such as 0.17", b)
	}
	return nil
}

// MarshalText writes epoch.seq.
func (c cursor) MarshalText() ([]byte, error) { return []byte(c.String()), nil } //nolint:unparam // encoding.TextMarshaler's

// String writes epoch.seq.
func (c cursor) String() string { return fmt.Sprintf("%d.%d", c.Epoch, c.Seq) }

// eventView is an event as JSON.
type eventView struct {
	Cursor    cursor           `json:"cursor"`
	At        time.Time        `json:"at"`
	Kind      roster.EventKind `json:"kind"`
	Member    string           `json:"member,omitempty"`
	Group     string           `json:"group,omitempty"`
	Actor     actorView        `json:"actor"`
	Version   int64            `json:"version,omitempty"`
	RequestID string           `json:"request_id,omitempty"`
	Data      json.RawMessage  `json:"data,omitempty"`
}

type actorView struct {
	Source roster.Source `json:"source"`
	ID     string        `json:"id,omitempty"`
}

func viewEvent(e roster.Event) eventView {
	v := eventView{
		Cursor: cursor{e.Position}, At: e.At, Kind: e.Kind, Actor: actorView(e.Actor),
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

// Run implements audit list.
func (c *auditListCmd) Run(p *program) error {
	if c.Limit < 1 {
		return usage("--limit must be 1 or more")
	}
	_, s, err := c.staff(p)
	if err != nil {
		return err
	}
	events, err := p.db.Reader(s.Tenant).Events(p.ctx, c.After.Cursor, c.Limit)
	if err != nil {
		return err
	}
	views := list(events, viewEvent)
	return p.show(views, func(w io.Writer) {
		table(w, "No events.", []string{"AT", "EVENT", "ABOUT", "BY", "DATA"},
			list(views, func(v eventView) []string {
				by := string(v.Actor.Source)
				if v.Actor.ID != "" {
					by = v.Actor.ID
				}
				return []string{when(v.At), string(v.Kind), cmp.Or(v.Member, v.Group, "-"), by, string(v.Data)}
			}))
		if len(views) == c.Limit {
			say(w, "Next: rollcall audit list --tenant %s --after %s", c.Tenant, views[len(views)-1].Cursor)
		}
	})
}
