package roster

import (
	"context"
	"fmt"
	"slices"

	"rollcall/internal/tenant"
)

// maxRate bounds both numbers of SetRate.
const maxRate = 1_000_000

// SetRate gives a directory a rate of its own: perSecond requests in the long run, and burst that may
// come before it holds. Zero is what the gateway has for all; a negative perSecond is no limit. Invalid
// for numbers above 1,000,000 and for a negative burst, NotFound for a directory that is not there.
func (r *Roster) SetRate(ctx context.Context, s Staff, id tenant.DirectoryID, perSecond, burst int) (tenant.Directory, error) {
	var out tenant.Directory
	if err := checkRate(perSecond, burst); err != nil {
		return out, err
	}
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(cfg.Directories, func(d tenant.Directory) bool { return d.ID == id })
		if i < 0 {
			return &Error{Kind: NotFound, Field: "directory", Detail: "There is no such directory."}
		}
		out = cfg.Directories[i]
		if out.Settings.Rate == perSecond && out.Settings.Burst == burst {
			return nil
		}
		out.Settings.Rate, out.Settings.Burst = perSecond, burst
		out.Version++
		out.ChangedAt = tx.Now()
		if err := tx.PutDirectory(ctx, out); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(DirectoryChanged, details{Name: out.Name, Status: string(out.Status), Fields: []string{"rate"}}))
	})
	return out, err
}

func checkRate(perSecond, burst int) error {
	if perSecond > maxRate || burst > maxRate || burst < 0 {
		return &Error{Kind: Invalid, Field: "rate", Detail: fmt.Sprintf("A rate and a burst are whole numbers up to %d.", maxRate)}
	}
	return nil
}
