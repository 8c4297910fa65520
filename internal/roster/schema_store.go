package roster

import (
	"context"

	"rollcall/internal/tenant"
)

// LabelReader answers what members are called.
type LabelReader interface {
	// Labels are the display names, or else the logins, of those of ids that the scope sees and that are not removed.
	Labels(ctx context.Context, s Scope, ids []MemberID) (map[MemberID]string, error)
}

// SchemaTx writes what a tenant adds to the schemas. Stores keep the rows of indexes up to date by themselves whenever
// a member or group is written; the methods below are for what was there before.
type SchemaTx interface {
	// PutSchema and PutEntitlement create or replace, by URN and by value.
	PutSchema(ctx context.Context, s tenant.Schema) error
	PutEntitlement(ctx context.Context, e tenant.Entitlement) error
	// DeleteSchema and DeleteEntitlement pass over what is not there.
	DeleteSchema(ctx context.Context, urn string) error
	DeleteEntitlement(ctx context.Context, value string) error
	// PutIndex creates or replaces an index. One that is not ready makes Locator.TenantsToIndex name the tenant.
	PutIndex(ctx context.Context, i tenant.AttributeIndex) error
	// FillIndex puts the values of the next members or groups into an index, at most limit behind i.After in the order
	// of their ids, and keeps others from changing these until the end. It returns the last id, and whether there are more.
	FillIndex(ctx context.Context, i tenant.AttributeIndex, limit int) (last tenant.UUID, more bool, err error)
	// DrainIndex takes at most limit rows of a retired index away, and the index itself with the last of them.
	DrainIndex(ctx context.Context, i tenant.AttributeIndex, limit int) (more bool, err error)
}

// IndexLocator finds indexes to work on.
type IndexLocator interface {
	// TenantsToIndex lists tenants that have an index which is not ready.
	TenantsToIndex(ctx context.Context) ([]tenant.ID, error)
}
