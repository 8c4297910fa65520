package roster

import (
	"context"

	"rollcall/internal/tenant"
)

// ConnectionLocator finds the tenants of connections. It is embedded in Locator.
type ConnectionLocator interface {
	// TenantOfConnection: NotFound. A connection that was removed is found as well.
	TenantOfConnection(ctx context.Context, id tenant.ConnectionID) (tenant.ID, error)
	// TenantsWithConnections lists the tenants that have or had a connection, by id: for what the gateway does by
	// itself.
	TenantsWithConnections(ctx context.Context) ([]tenant.ID, error)
}

// ConnectionTx writes connections. It is embedded in Tx.
type ConnectionTx interface {
	// PutConnection creates or replaces a connection.
	PutConnection(ctx context.Context, c tenant.Connection) error
}
