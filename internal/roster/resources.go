package roster

import (
	"context"

	"rollcall/internal/tenant"
)

// ResourceQuery asks for a page of members and groups together, as one list.
type ResourceQuery struct {
	Scope   Scope
	Members Predicate // nil: all; an empty Or: none
	Groups  Predicate
	// Order is ColumnID, which is the order of creation, ColumnExternalID or ColumnChanged. ByKind sorts
	// groups before members instead. Ties are broken by id.
	Order  Column
	ByKind bool
	Desc   bool
	// Offset, After, AfterKey and Limit are as in Query.
	Offset   int
	After    tenant.UUID
	AfterKey *string
	Limit    int
	// WithGroups fills Member.Groups.
	WithGroups bool
}

// Resource is a member or a group; the other one is nil.
type Resource struct {
	Member *Member
	Group  *Group
}

// ResourceReader reads members and groups as one list.
type ResourceReader interface {
	// Resources lists members and groups. Those that go while it reads are left out, so a page may be
	// short although there are more. Total is not set.
	Resources(ctx context.Context, q ResourceQuery) (Page[Resource], error)
}
