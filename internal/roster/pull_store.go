package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// PullReader reads how the tenant's directories are pulled.
type PullReader interface {
	// Pulls are those of all directories of the tenant, by directory.
	Pulls(ctx context.Context) ([]Pull, error)
	// PullMarks are those of a directory, by kind and key.
	PullMarks(ctx context.Context, id tenant.DirectoryID) ([]PullMark, error)
}

// PullTx writes how directories are pulled.
type PullTx interface {
	// PutPull creates a pull whose version is 1, and replaces one otherwise: Stale unless the stored
	// version is the one before p's.
	PutPull(ctx context.Context, p Pull) error
	// DeletePull deletes a pull and its marks; none is no error.
	DeletePull(ctx context.Context, id tenant.DirectoryID) error
	// PutPullMark creates or replaces a mark.
	PutPullMark(ctx context.Context, id tenant.DirectoryID, m PullMark) error
	// DeletePullMark deletes a mark; none is no error.
	DeletePullMark(ctx context.Context, id tenant.DirectoryID, kind PullMarkKind, key string) error
}

// PullLocator answers for all tenants.
type PullLocator interface {
	// DuePulls are the tenants with a pull that is due at a time or before.
	DuePulls(ctx context.Context, at time.Time) ([]tenant.ID, error)
}
