package roster

import (
	"context"

	"rollcall/internal/tenant"
)

// indexPage is how many members or rows one transaction of BuildIndexes takes, so that nobody waits long for it.
const indexPage = 500

// BuildIndexes fills the indexes of a tenant that are being built and empties those that are retired, page by page, each
// in a transaction of its own. It returns when there is nothing left to do. Others write meanwhile, and it may run twice at
// once or be broken off: it goes on where it was.
func (r *Roster) BuildIndexes(ctx context.Context, id tenant.ID) error {
	for {
		done := false
		err := r.Store.Update(ctx, id, func(tx Tx) (err error) {
			done, err = buildPage(ctx, tx)
			return err
		})
		if err != nil || done {
			return err
		}
	}
}

// buildPage does one page of the first work there is; done when there is none.
func buildPage(ctx context.Context, tx Tx) (done bool, err error) {
	cfg, err := tx.Config(ctx)
	if err != nil {
		return false, err
	}
	for _, i := range cfg.Extensions.Indexes {
		switch i.State {
		case tenant.IndexRetired:
			_, err := tx.DrainIndex(ctx, i, indexPage)
			return false, err
		case tenant.IndexBuilding:
			last, more, err := tx.FillIndex(ctx, i, indexPage)
			if err != nil {
				return false, err
			}
			if i.After = last; more {
				return false, tx.PutIndex(ctx, i)
			}
			i.State = tenant.IndexReady
			if err := tx.PutIndex(ctx, i); err != nil {
				return false, err
			}
			d := details{Name: i.Schema, Field: i.Attribute}
			return false, tx.AppendEvent(ctx, Event{Kind: SchemaIndexed, Actor: Actor{Source: SourceOperator}, Data: d.json()})
		}
	}
	return true, nil
}
