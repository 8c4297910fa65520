package main

import (
	"context"
	"log/slog"
	"time"

	"rollcall/internal/roster"
)

// indexEvery is how soon a gateway goes on with indexes that a command, or a request of the API, left unfinished.
const indexEvery = 30 * time.Second

// keepIndexing works on indexes until ctx ends. Several gateways may do so at once.
func keepIndexing(ctx context.Context, r *roster.Roster, l roster.Locator, log *slog.Logger) {
	tick := time.NewTicker(indexEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		waiting, err := l.TenantsToIndex(ctx)
		for _, id := range waiting {
			if err == nil {
				err = r.BuildIndexes(ctx, id)
			}
		}
		if err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "indexes of attributes are not finished, trying again", "error", err)
		}
	}
}
