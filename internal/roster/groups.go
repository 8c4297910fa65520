package roster

import (
	"bytes"
	"context"
	"slices"

	"rollcall/internal/tenant"
)

// CreateGroup makes a group of a directory. The change must name it. Conflict
// when another group of the directory bears the name, unless the directory is
// strict (RFC 7643 §4.2 lets names repeat; Entra asks that they do not).
func (r *Roster) CreateGroup(ctx context.Context, by By, c GroupChange) (Group, error) {
	var out Group
	if c.Name == nil || *c.Name == "" {
		return out, &Error{Kind: Invalid, Field: "name", Detail: "A group needs a display name."}
	}
	err := r.update(ctx, by.Tenant, by.source(), func(tx Tx, _ bool) error {
		now := tx.Now()
		out = named(Group{
			ID: NewGroupID(now), Directory: by.Directory.ID, NameUnique: !by.Directory.Settings.Strict,
			Version: 1, CreatedAt: now, ChangedAt: now,
		}, c)
		if err := checkUniqueGroup(ctx, tx, Group{}, out); err != nil {
			return err
		}
		if err := tx.InsertGroup(ctx, out); err != nil {
			return err
		}
		edit := groupEdit{r: r, tx: tx, by: by, group: out}
		for _, s := range c.Steps {
			if s.Op != AddMembers && s.Op != ReplaceMembers {
				continue
			}
			if err := edit.add(ctx, s.Members); err != nil {
				return err
			}
		}
		return tx.AppendEvent(ctx, groupEvent(GroupCreated, by, out, details{Added: len(edit.added)}))
	})
	return out, err
}

// EditGroup changes a group as its directory wants. Only what the change names
// is touched; members already in, or already out, are no error.
//
// Errors: NotFound, Stale, Conflict for a name that is taken, Invalid for
// members that the directory does not manage, Refused when a mapped role would
// leave the tenant without an admin.
func (r *Roster) EditGroup(ctx context.Context, by By, id GroupID, pre Precondition, edit func(Group) (GroupChange, error)) (Group, error) {
	var out Group
	err := r.update(ctx, by.Tenant, by.source(), func(tx Tx, alone bool) error {
		before, err := tx.LockGroup(ctx, by.scope(), id)
		if err != nil {
			return err
		}
		if err := pre.Check(before.Version); err != nil {
			return err
		}
		c, err := edit(before)
		if err != nil {
			return err
		}
		if c.Name != nil && *c.Name == "" {
			return &Error{Kind: Invalid, Field: "name", Detail: "A group needs a display name."}
		}
		g := groupEdit{r: r, tx: tx, by: by, group: before, alone: alone}
		for _, s := range c.Steps {
			if err := g.step(ctx, s); err != nil {
				return err
			}
		}
		if err := g.remap(ctx); err != nil {
			return err
		}
		out, err = g.save(ctx, before, c)
		return err
	})
	return out, err
}

// save writes the group's row and its event, if anything changed.
func (e *groupEdit) save(ctx context.Context, before Group, c GroupChange) (Group, error) {
	after := named(before, c)
	renamed := after.Name != before.Name || after.ExternalID != before.ExternalID || !bytes.Equal(after.Attributes, before.Attributes)
	if !renamed && len(e.added) == 0 && len(e.gone) == 0 {
		return before, nil
	}
	after.Version++
	after.ChangedAt = e.tx.Now()
	if err := checkUniqueGroup(ctx, e.tx, before, after); err != nil {
		return before, err
	}
	if err := e.tx.UpdateGroup(ctx, before, after); err != nil {
		return before, err
	}
	kind := GroupMembers
	if renamed {
		kind = GroupUpdated
	}
	return after, e.tx.AppendEvent(ctx, groupEvent(kind, e.by, after, details{Added: len(e.added), Gone: len(e.gone)}))
}

// named applies the change's names and attributes to a group.
func named(g Group, c GroupChange) Group {
	if c.Name != nil {
		g.Name = *c.Name
	}
	if c.ExternalID != nil {
		g.ExternalID = *c.ExternalID
	}
	if c.Attributes != nil {
		g.Attributes = *c.Attributes
	}
	return g
}

func groupEvent(kind EventKind, by By, g Group, d details) Event {
	from := by.source()
	return Event{Kind: kind, Group: g.ID, Actor: from.actor, RequestID: from.requestID, Version: g.Version, Data: d.json()}
}

// RemoveGroup deletes a group. A role mapped to it goes with it; the mapping
// itself stays with the admin, without effect. NotFound, Stale, Refused as EditGroup.
func (r *Roster) RemoveGroup(ctx context.Context, by By, id GroupID, pre Precondition) error {
	return r.update(ctx, by.Tenant, by.source(), func(tx Tx, alone bool) error {
		before, err := tx.LockGroup(ctx, by.scope(), id)
		if err != nil {
			return err
		}
		if err := pre.Check(before.Version); err != nil {
			return err
		}
		e := groupEdit{r: r, tx: tx, by: by, group: before, alone: alone}
		if err := e.step(ctx, MemberStep{Op: RemoveAll}); err != nil {
			return err
		}
		if err := e.remap(ctx); err != nil {
			return err
		}
		if err := tx.DeleteGroup(ctx, id); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, groupEvent(GroupRemoved, by, before, details{Gone: len(e.gone)}))
	})
}

// groupEdit collects what a change did to a group's rows.
type groupEdit struct {
	r           *Roster
	tx          Tx
	by          By
	group       Group
	alone       bool
	added, gone []MemberID
}

func (e *groupEdit) step(ctx context.Context, s MemberStep) error {
	switch s.Op {
	case AddMembers:
		return e.add(ctx, s.Members)
	case ReplaceMembers:
		gone, err := e.tx.KeepInGroup(ctx, e.group.ID, s.Members)
		if err != nil {
			return err
		}
		e.gone = append(e.gone, gone...)
		return e.add(ctx, s.Members)
	case RemoveMembers, RemoveAll:
		gone, err := e.tx.RemoveFromGroup(ctx, e.group.ID, s.Members, s.Op == RemoveAll)
		e.gone = append(e.gone, gone...)
		return err
	}
	return nil
}

func (e *groupEdit) add(ctx context.Context, ids []MemberID) error {
	if len(ids) == 0 {
		return nil
	}
	added, unknown, err := e.tx.AddToGroup(ctx, e.by.scope(), e.group.ID, ids)
	if err != nil {
		return err
	}
	if len(unknown) > 0 {
		return &Error{Kind: Invalid, Field: "members", Detail: "There is no user with the id " + unknown[0].UUID.UUID() +
			" in this directory. Provision the user before the membership; groups within groups are not supported."}
	}
	e.added = append(e.added, added...)
	return nil
}

// remap gives the members that came or went the role that the directory's
// mappings now name.
func (e *groupEdit) remap(ctx context.Context) error {
	if len(e.added)+len(e.gone) == 0 {
		return nil
	}
	cfg, err := e.tx.Config(ctx)
	if err != nil {
		return err
	}
	d, ok := cfg.Directory(e.by.Directory.ID)
	if !ok || !mapped(d, e.group.ID) {
		return nil
	}
	ids := slices.Concat(e.added, e.gone)
	return e.r.remapMembers(ctx, e.tx, cfg, d, e.by.source(), ids, e.alone)
}

// remapMembers settles the mapped roles of members anew, some at a time: a
// group may have more of them than fit into memory. In whole it must leave an
// admin, so that two members may change places.
func (r *Roster) remapMembers(ctx context.Context, tx Tx, cfg tenant.Config, d tenant.Directory, from origin, ids []MemberID, alone bool) error {
	m := remapper{tx: tx, cfg: cfg, directory: d, from: from, alone: alone}
	for some := range slices.Chunk(ids, walkPage) {
		members, err := tx.LockMembers(ctx, Scope{Directory: d.ID}, some)
		if err != nil {
			return err
		}
		for _, before := range members {
			if err := m.member(ctx, before); err != nil {
				return err
			}
		}
	}
	switch {
	case m.won > 0:
		return foundAdmin(ctx, tx, cfg, m.winner)
	case m.lost > 0 && m.admins <= m.lost:
		return noAdminLeft()
	}
	return nil
}

// remapper gives members the roles that a directory's mappings name.
type remapper struct {
	tx        Tx
	cfg       tenant.Config
	directory tenant.Directory
	from      origin
	alone     bool
	admins    int // before the first was lost
	lost, won int
	winner    Member
}

func (m *remapper) member(ctx context.Context, before Member) error {
	after := before
	after.Claims = mappedRole(before, m.directory, m.tx.Now())
	if sameMember(before, after) {
		return nil
	}
	after = seal(after, m.cfg, m.tx.Now())
	if err := m.count(ctx, isAdmin(m.cfg, before), isAdmin(m.cfg, after)); err != nil {
		return err
	}
	if isAdmin(m.cfg, after) {
		m.winner = after
	}
	if err := putMember(ctx, m.tx, m.from, before, after); err != nil {
		return err
	}
	return m.tx.AppendEvent(ctx, memberEvent("", m.from, m.cfg, before, after))
}

// count notes admins that are won and lost. Those that there were are counted when the first is
// lost: unless some are won, which settles the matter, nothing that makes an admin is written yet.
func (m *remapper) count(ctx context.Context, was, is bool) (err error) {
	switch {
	case is && !was:
		m.won++
	case was && !is && !m.alone:
		return errAlone
	case was && !is:
		if m.lost == 0 {
			m.admins, err = m.tx.Admins(ctx, m.cfg.Tenant.Roles.Admin(), MemberID{})
		}
		m.lost++
	}
	return err
}
