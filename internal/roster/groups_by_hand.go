package roster

import (
	"context"
	"strings"

	"rollcall/internal/tenant"
)

// maxGroupName is the longest name of a group kept by hand, in bytes.
const maxGroupName = 200

// MakeGroup makes a group that is kept by hand: admins put people in, or the mapping of a sign-in connection does.
// Conflict when another group kept by hand bears the name, regardless of case; those that directories push may.
func (r *Roster) MakeGroup(ctx context.Context, s Staff, name string) (Group, error) {
	var out Group
	if err := checkGroupName(name); err != nil {
		return out, err
	}
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		if _, err := tx.Config(ctx); err != nil {
			return err
		}
		now := tx.Now()
		out = Group{ID: NewGroupID(now), Name: name, NameUnique: true, Version: 1, CreatedAt: now, ChangedAt: now}
		if err := tx.InsertGroup(ctx, out); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, staffGroupEvent(GroupCreated, s, out, details{}))
	})
	return out, err
}

func checkGroupName(name string) error {
	if strings.TrimSpace(name) == "" || len(name) > maxGroupName || strings.ContainsFunc(name, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return &Error{Kind: Invalid, Field: "name", Detail: "A group needs a name of up to 200 bytes without control characters."}
	}
	return nil
}

func staffGroupEvent(kind EventKind, s Staff, g Group, d details) Event {
	return Event{Kind: kind, Group: g.ID, Actor: s.Actor, RequestID: s.RequestID, Version: g.Version, Data: d.json()}
}

// ByHand is a change of a group kept by hand.
type ByHand struct {
	Name        string // empty: as it is
	Add, Remove []MemberID
}

// ChangeGroup changes a group that is kept by hand. Members that are in already, or out already, are no error.
//
// Errors: NotFound, Stale, Conflict for a name that is taken, Invalid for members that the tenant does not have,
// Refused for a group that a directory manages.
func (r *Roster) ChangeGroup(ctx context.Context, s Staff, id GroupID, c ByHand) (Group, error) { //nolint:gocognit // one check after the other, from top to bottom
	var out Group
	if c.Name != "" {
		if err := checkGroupName(c.Name); err != nil {
			return out, err
		}
	}
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		before, err := lockByHand(ctx, tx, s, id)
		if err != nil {
			return err
		}
		added, unknown, err := tx.AddToGroup(ctx, Scope{}, id, c.Add)
		if err != nil {
			return err
		}
		if len(unknown) > 0 {
			return &Error{Kind: Invalid, Field: "members", Detail: "The tenant has no member " + unknown[0].String() + "."}
		}
		var gone []MemberID
		if len(c.Remove) > 0 {
			if gone, err = tx.RemoveFromGroup(ctx, id, c.Remove, false); err != nil {
				return err
			}
		}
		out = before
		kind := GroupMembers
		if c.Name != "" && c.Name != before.Name {
			out.Name, kind = c.Name, GroupUpdated
		}
		if kind == GroupMembers && len(added)+len(gone) == 0 {
			return nil
		}
		out.Version, out.ChangedAt = before.Version+1, tx.Now()
		if err := tx.UpdateGroup(ctx, before, out); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, staffGroupEvent(kind, s, out, details{Added: len(added), Gone: len(gone)}))
	})
	return out, err
}

// DeleteGroup deletes a group that is kept by hand. Its people stay members. Errors as of ChangeGroup.
func (r *Roster) DeleteGroup(ctx context.Context, s Staff, id GroupID) error {
	return r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		before, err := lockByHand(ctx, tx, s, id)
		if err != nil {
			return err
		}
		gone, err := tx.RemoveFromGroup(ctx, id, nil, true)
		if err != nil {
			return err
		}
		if err := tx.DeleteGroup(ctx, id); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, staffGroupEvent(GroupRemoved, s, before, details{Gone: len(gone)}))
	})
}

// lockByHand locks a group that no directory manages.
func lockByHand(ctx context.Context, tx Tx, s Staff, id GroupID) (Group, error) {
	g, err := tx.LockGroup(ctx, Scope{}, id)
	if err != nil {
		return g, err
	}
	if err := s.If.Check(g.Version); err != nil {
		return g, err
	}
	if g.Directory.IsZero() {
		return g, nil
	}
	cfg, err := tx.Config(ctx)
	if err != nil {
		return g, err
	}
	return g, &Error{Kind: Refused, Code: CodeManagedByDirectory, Detail: "The group is managed by " + directoryName(cfg, g.Directory) + ". Change it there."}
}

func directoryName(cfg tenant.Config, id tenant.DirectoryID) string {
	if d, ok := cfg.Directory(id); ok {
		return "the directory " + d.Name
	}
	return "a directory"
}
