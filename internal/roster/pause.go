package roster

import (
	"context"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// PauseDirectory lets a directory read but not write: its writes are asked to
// come again later, and nothing of them is applied. Its people stay as they
// are. Pausing a paused one changes nothing; Invalid for a removed one.
func (r *Roster) PauseDirectory(ctx context.Context, s Staff, id tenant.DirectoryID) (tenant.Directory, error) {
	return r.setDirectory(ctx, s, id, DirectoryPaused, func(d *tenant.Directory, _ time.Time) error {
		d.Status = tenant.DirectoryPaused
		return nil
	})
}

// ResumeDirectory ends a pause. What the provider wanted meanwhile comes with its
// next cycle.
func (r *Roster) ResumeDirectory(ctx context.Context, s Staff, id tenant.DirectoryID) (tenant.Directory, error) {
	return r.setDirectory(ctx, s, id, DirectoryResumed, func(d *tenant.Directory, _ time.Time) error {
		d.Status = tenant.DirectoryActive
		return nil
	})
}

// SetHold has mass changes of a directory held back from now on, or applied at
// once. What is held back already goes on waiting.
func (r *Roster) SetHold(ctx context.Context, s Staff, id tenant.DirectoryID, on bool) (tenant.Directory, error) {
	return r.setDirectory(ctx, s, id, DirectoryChanged, func(d *tenant.Directory, _ time.Time) error {
		d.Settings.Hold = on
		return nil
	})
}

// setDirectory changes a directory in a way that its members' standing does not
// depend on. An event is written when something changed.
func (r *Roster) setDirectory(ctx context.Context, s Staff, id tenant.DirectoryID, kind EventKind, change func(*tenant.Directory, time.Time) error) (tenant.Directory, error) {
	var out tenant.Directory
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(cfg.Directories, func(d tenant.Directory) bool { return d.ID == id })
		if i < 0 {
			return &Error{Kind: NotFound, Field: "directory", Detail: "There is no such directory."}
		}
		before := cfg.Directories[i]
		if err := s.If.Check(before.Version); err != nil {
			return err
		}
		if out = before; out.Status == tenant.DirectoryRemoved {
			return &Error{Kind: Invalid, Field: "directory", Detail: "The directory was removed. Restore it first."}
		}
		if err := change(&out, tx.Now()); err != nil {
			return err
		}
		if out.Status == before.Status && out.Settings == before.Settings {
			return nil
		}
		out.Version++
		out.ChangedAt = tx.Now()
		if err := tx.PutDirectory(ctx, out); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(kind, details{Name: out.Name, Status: string(out.Status)}))
	})
	return out, err
}

// paused refuses what a paused directory wants to write. It is no rule's refusal
// and is not recorded as one: the provider repeats it.
func (b By) paused() error {
	if b.Directory.Status != tenant.DirectoryPaused {
		return nil
	}
	return &Error{
		Kind: Unavailable, Code: CodeDirectoryPaused,
		Detail: "An admin has paused this directory in Rollcall: nothing is changed until it is resumed. Repeat the request later; nothing is wrong with it.",
	}
}
