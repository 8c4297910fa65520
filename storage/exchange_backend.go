package storage

import "context"

// setTenantInHaste opens the wall for a tenant and lets the commit not wait for the disk.
const setTenantInHaste = `SELECT set_config('rollcall.tenant', $1, true), set_config('synchronous_commit', 'off', true)`

// note implements backend. A batch without BEGIN is one transaction.
func (b *pgBackend) note(ctx context.Context, list []logged) error {
	var all []statement
	for _, l := range list {
		all = append(all, statement{sql: setTenantInHaste, args: []any{l.tenant.UUID.UUID()}})
		all = append(all, l.list...)
	}
	if len(all) == 0 {
		return nil
	}
	return b.once(ctx, all)
}

// note implements backend.
func (b *liteBackend) note(ctx context.Context, list []logged) error {
	if len(list) == 0 {
		return nil
	}
	return b.transact(ctx, func(c *liteConn) error {
		for _, l := range list {
			if err := c.run(ctx, l.list...); err != nil {
				return err
			}
		}
		return nil
	})
}
