package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// JobTx is how a transaction leaves work for later. It is embedded in Tx.
type JobTx interface {
	// Enqueue has a worker run a job of the transaction's tenant once the transaction is committed, on any
	// replica, at a time or soon after; the zero time is at once. kind names who does it. args become
	// the job's JSON: ids, never personal data or secrets, for they are kept in the clear and outlive the
	// job. A job may run more than once, when a worker ends in the midst of it: it looks at the state of
	// things first.
	Enqueue(ctx context.Context, kind string, args any, at time.Time) error
}

// JobArgs is what Enqueue stores.
type JobArgs struct {
	Tenant tenant.ID `json:"tenant,omitzero"` // zero: a job of the whole gateway
	Args   any       `json:"args,omitempty"`
}
