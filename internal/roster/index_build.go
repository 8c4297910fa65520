package roster

import (
	"context"
	"slices"

	"rollcall/internal/tenant"
)

// indexPage is how many members or rows one transaction of BuildIndexes takes, so that nobody waits long for it.
const indexPage = 500

// BuildIndexes fills the indexes of a tenant that are being built and empties those that are retired, page by page, each
// in a transaction of its own. It returns when there is nothing left to do. Others write meanwhile, and it may run twice at
// once or be broken off: it goes on where it was.
func (r *Roster) BuildIndexes(ctx context.Context, id tenant.ID) error {
	for {
		// An Update that writes nothing may have gone by the configuration of a moment ago, so that it is not the
		// one to say that there is nothing left.
		cfg, err := r.Store.Reader(id).Config(ctx)
		if err != nil || !slices.ContainsFunc(cfg.Extensions.Indexes, unfinished) {
			return err
		}
		if err := r.Store.Update(ctx, id, func(tx Tx) error { return buildPage(ctx, tx) }); err != nil {
			return err
		}
	}
}

func unfinished(i tenant.AttributeIndex) bool { return i.State != tenant.IndexReady }

// buildPage does one page of the first work there is, if any.
func buildPage(ctx context.Context, tx Tx) error {
	cfg, err := tx.Config(ctx)
	if err != nil {
		return err
	}
	for _, i := range cfg.Extensions.Indexes {
		switch i.State {
		case tenant.IndexRetired:
			_, err := tx.DrainIndex(ctx, i, indexPage)
			return err
		case tenant.IndexBuilding:
			last, more, err := tx.FillIndex(ctx, i, indexPage)
			if err != nil {
				return err
			}
			if i.After = last; more {
				return tx.PutIndex(ctx, i)
			}
			i.State = tenant.IndexReady
			if err := tx.PutIndex(ctx, i); err != nil {
				return err
			}
			d := details{Name: i.Schema, Field: i.Attribute}
			return tx.AppendEvent(ctx, Event{Kind: SchemaIndexed, Actor: Actor{Source: SourceOperator}, Data: d.json()})
		}
	}
	return nil
}
