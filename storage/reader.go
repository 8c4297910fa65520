package storage

import (
	"context"
	"fmt"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// reader implements roster.Reader for one tenant over a session.
type reader struct {
	db     *DB
	tenant tenant.ID
	s      session
}

func (r *reader) me() ident { return ident(r.tenant.UUID) }

// run sends statements and says what we were doing when that went wrong. Inside an Update the
// driver's error must reach DB.repeat, which explain keeps in the chain.
func (r *reader) run(ctx context.Context, doing string, list ...statement) error {
	if err := r.s.run(ctx, list...); err != nil {
		return fmt.Errorf("%s: %w", doing, explain(err))
	}
	return nil
}

// sees says whether a member or group of a directory lies within a scope.
func sees(s roster.Scope, directory tenant.DirectoryID, removed bool) bool {
	return s.Directory.IsZero() || s.Directory == directory && !removed
}
