package roster

import (
	"context"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// The events of connections.
const (
	ConnectionCreated   EventKind = "connection.created"
	ConnectionChanged   EventKind = "connection.changed"
	ConnectionActivated EventKind = "connection.activated"
	ConnectionDisabled  EventKind = "connection.disabled" // nobody signs in through it any more
	ConnectionRemoved   EventKind = "connection.removed"
	ConnectionRestored  EventKind = "connection.restored"
	ConnectionTested    EventKind = "connection.tested" // a test sign-in passed
)

// maxConnections is how many connections a tenant may have, removed ones not counted.
const maxConnections = 50

// maxKeptConnections counts them too: they stay in the configuration, which each request reads.
const maxKeptConnections = 500

// CreateConnection makes a connection as it is given: its id too, for what is sealed in it is sealed about that id. Its
// status is draft or active. Invalid for settings that can't be used, Refused for an active one that verifies nobody.
func (r *Roster) CreateConnection(ctx context.Context, s Staff, c tenant.Connection) (tenant.Connection, error) {
	var out tenant.Connection
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		out = c
		out.Version, out.CreatedAt, out.ChangedAt, out.TestedAt, out.RemovedAt = 1, tx.Now(), tx.Now(), time.Time{}, time.Time{}
		if err := mayAdd(cfg, c); err != nil {
			return err
		}
		if err := checkConnection(ctx, tx, cfg, out); err != nil {
			return err
		}
		if out.Status == tenant.ConnectionActive {
			if err := checkVerifies(out, tx.Now()); err != nil {
				return err
			}
		}
		if err := tx.PutConnection(ctx, out); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(ConnectionCreated, connectionDetails(out)))
	})
	return out, r.recorded(ctx, s.Tenant, s.source(), err)
}

// mayAdd says what keeps a new connection from being added to those that are there.
func mayAdd(cfg tenant.Config, c tenant.Connection) error {
	switch {
	case slices.ContainsFunc(cfg.Connections, func(o tenant.Connection) bool { return o.ID == c.ID }):
		return &Error{Kind: Conflict, Field: "id", Detail: "There is a connection with this id."}
	case live(cfg) >= maxConnections:
		return tooManyConnections()
	case len(cfg.Connections) >= maxKeptConnections:
		return &Error{Kind: TooMany, Field: "connection", Detail: "A tenant has had up to 500 connections. Change or restore one instead of making another."}
	case c.ID.IsZero() || c.Status != tenant.ConnectionDraft && c.Status != tenant.ConnectionActive:
		return &Error{Kind: Invalid, Field: "status", Detail: "A new connection is a draft, or active."}
	}
	return nil
}

// live counts the connections that are not removed.
func live(cfg tenant.Config) int {
	n := 0
	for _, c := range cfg.Connections {
		if c.Status != tenant.ConnectionRemoved {
			n++
		}
	}
	return n
}

func tooManyConnections() error {
	return &Error{Kind: TooMany, Field: "connection", Detail: "A tenant has up to 50 connections. Remove one first."}
}

// ActivateConnection lets people sign in through a connection. Refused with no_certificate or certificate_expired when
// it could verify nobody. Activating an active one changes nothing.
func (r *Roster) ActivateConnection(ctx context.Context, s Staff, id tenant.ConnectionID) (tenant.Connection, error) {
	return r.changeConnection(ctx, s, id, ConnectionActivated, func(tx Tx, c *tenant.Connection, _ tenant.Config) error {
		c.Status = tenant.ConnectionActive
		return checkVerifies(*c, tx.Now())
	})
}

// DisableConnection lets nobody sign in through a connection any more, from the next request on, those included who are
// under way. Refused with sso_enforced when it is the last one of a tenant that enforces SSO.
func (r *Roster) DisableConnection(ctx context.Context, s Staff, id tenant.ConnectionID) (tenant.Connection, error) {
	return r.changeConnection(ctx, s, id, ConnectionDisabled, func(tx Tx, c *tenant.Connection, cfg tenant.Config) error {
		c.Status = tenant.ConnectionDisabled
		return r.closes(ctx, tx, s, cfg, *c)
	})
}

// RemoveConnection ends a connection: it is as good as unknown. RestoreConnection undoes it for 30 days. Refused as
// DisableConnection is.
func (r *Roster) RemoveConnection(ctx context.Context, s Staff, id tenant.ConnectionID) (tenant.Connection, error) {
	return r.changeConnection(ctx, s, id, ConnectionRemoved, func(tx Tx, c *tenant.Connection, cfg tenant.Config) error {
		c.Status, c.RemovedAt = tenant.ConnectionRemoved, tx.Now()
		return r.closes(ctx, tx, s, cfg, *c)
	})
}

// RestoreConnection undoes RemoveConnection within 30 days, with the same URLs and keys. The connection is disabled
// then: somebody has to look at it before people sign in again.
func (r *Roster) RestoreConnection(ctx context.Context, s Staff, id tenant.ConnectionID) (tenant.Connection, error) {
	var out tenant.Connection
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		before, cfg, err := findConnection(ctx, tx, id, true)
		if err != nil {
			return err
		}
		if err := s.If.Check(before.Version); err != nil {
			return err
		}
		switch {
		case before.Status != tenant.ConnectionRemoved:
			return &Error{Kind: Invalid, Field: "connection", Detail: "The connection is not removed."}
		case tx.Now().Sub(before.RemovedAt) > undoPeriod:
			return &Error{Kind: Invalid, Field: "connection", Detail: "The connection was removed more than 30 days ago. Create a new one."}
		case live(cfg) >= maxConnections:
			return tooManyConnections()
		}
		out = before
		out.Status, out.RemovedAt = tenant.ConnectionDisabled, time.Time{}
		if err := checkConnection(ctx, tx, cfg, out); err != nil { // roles and groups may have gone meanwhile
			out.Mapping.Rules = nil
		}
		return r.putConnection(ctx, tx, s, ConnectionRestored, &out)
	})
	return out, err
}

// closes ends what rests on a connection that is disabled or removed.
func (r *Roster) closes(ctx context.Context, tx Tx, s Staff, cfg tenant.Config, c tenant.Connection) error {
	others := slices.ContainsFunc(cfg.Connections, func(o tenant.Connection) bool { return o.ID != c.ID && o.Usable() })
	if others || !cfg.Tenant.Policy.SSO.Enforced {
		return tx.EndSessions(ctx, SessionFilter{Connection: c.ID}, s.source().end(EndConnection))
	}
	return &Error{
		Kind: Refused, Code: CodeSSOEnforced, Field: "connection",
		Detail: "The tenant's people must sign in through a connection, and this is the last active one. Switch the enforcement off first, or activate another connection.",
	}
}

// NoteTested notes that a test sign-in passed through a connection with the settings of the version that it began with.
// Stale when they have changed since. It is what EnforceSSO asks for.
func (r *Roster) NoteTested(ctx context.Context, s Staff, id tenant.ConnectionID, version int64) (tenant.Connection, error) {
	var out tenant.Connection
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		c, _, err := findConnection(ctx, tx, id, false)
		if err != nil {
			return err
		}
		if c.Version != version || !c.Testable() {
			return &Error{Kind: Stale, Field: "connection", Detail: "The connection was changed while the test ran. Test it again."}
		}
		c.TestedAt = tx.Now()
		out = c
		if err := tx.PutConnection(ctx, c); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(ConnectionTested, connectionDetails(c)))
	})
	return out, err
}

// changeConnection changes a connection that is not removed. An event is written when something changed.
func (r *Roster) changeConnection(ctx context.Context, s Staff, id tenant.ConnectionID, kind EventKind,
	change func(Tx, *tenant.Connection, tenant.Config) error,
) (tenant.Connection, error) {
	var out tenant.Connection
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		before, cfg, err := findConnection(ctx, tx, id, false)
		if err != nil {
			return err
		}
		if err := s.If.Check(before.Version); err != nil {
			return err
		}
		out = cloned(before)
		if err := change(tx, &out, cfg); err != nil {
			return err
		}
		if sameConnection(before, out) {
			return nil
		}
		return r.putConnection(ctx, tx, s, kind, &out)
	})
	return out, r.recorded(ctx, s.Tenant, s.source(), err)
}

func (r *Roster) putConnection(ctx context.Context, tx Tx, s Staff, kind EventKind, c *tenant.Connection) error {
	c.Version++
	c.ChangedAt = tx.Now()
	if err := tx.PutConnection(ctx, *c); err != nil {
		return err
	}
	return tx.AppendEvent(ctx, s.event(kind, connectionDetails(*c)))
}

func findConnection(ctx context.Context, rd TenantReader, id tenant.ConnectionID, removed bool) (tenant.Connection, tenant.Config, error) {
	cfg, err := rd.Config(ctx)
	if err != nil {
		return tenant.Connection{}, cfg, err
	}
	i := slices.IndexFunc(cfg.Connections, func(c tenant.Connection) bool { return c.ID == id })
	switch {
	case i < 0:
		return tenant.Connection{}, cfg, &Error{Kind: NotFound, Field: "connection", Detail: "There is no such connection."}
	case cfg.Connections[i].Status == tenant.ConnectionRemoved && !removed:
		return tenant.Connection{}, cfg, &Error{Kind: NotFound, Field: "connection", Detail: "The connection was removed. Restore it first."}
	}
	return cfg.Connections[i], cfg, nil
}

func connectionDetails(c tenant.Connection) details {
	return details{Name: c.Name, Status: string(c.Status), Kind: string(c.Type), Connection: c.ID.String()}
}
