package storage

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const domainColumns = `id, name, status, auto_join, default_role, sub_domains, challenge, challenged_at, checked_at, lost_at, proof,
	created_at, changed_at`

func scanDomain(r row) (tenant.Domain, error) {
	var d tenant.Domain
	var id ident
	var status, join string
	var proof []byte
	var challenged, checked, lost, created, changed instant
	err := r.Scan(&id, &d.Name, &status, &join, &d.DefaultRole, &d.SubDomains, &d.Challenge, &challenged, &checked, &lost, &proof,
		&created, &changed)
	if err != nil {
		return d, err //nolint:wrapcheck // the caller does
	}
	d.ID.UUID, d.Status, d.AutoJoin = tenant.UUID(id), tenant.DomainStatus(status), tenant.AutoJoin(join)
	d.ChallengedAt, d.CheckedAt, d.LostAt = challenged.time(), checked.time(), lost.time()
	d.CreatedAt, d.ChangedAt = created.time(), changed.time()
	return d, undocument(proof, &d.Proof)
}

// PutDomain implements roster.Tx. A domain that counts as the tenant's own, or did so until its
// hold ends, has a row in the locator: the one claim across all tenants.
func (t *tx) PutDomain(ctx context.Context, d tenant.Domain) error {
	var holder ident
	var until instant
	claimed := false
	err := t.run(ctx, "look for the domain's owner", statement{
		sql: `SELECT tenant_id, held_until FROM locator WHERE kind = 'domain' AND key = $1`, args: []any{d.Name},
		each: one(&claimed, &holder, &until),
	})
	if err != nil {
		return err
	}
	if d.Owned() && claimed && holder != t.me() && (until.time().IsZero() || until.time().After(t.now)) {
		return fmt.Errorf("put domain: %w", conflict(takenDomain, nil))
	}
	put, err := t.putDomain(d)
	if err != nil {
		return err
	}
	// At once and not at the end, because another tenant may claim it at the same time.
	t.grants = true
	list := []statement{put, t.bumpConfig()}
	if d.Owned() || d.Lost() {
		list = append(list, t.claim(d))
	}
	err = t.s.run(ctx, list...)
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == statePrivilege {
		return fmt.Errorf("put domain: %w", conflict(takenDomain, err)) // the row became another tenant's
	}
	if err != nil {
		return fmt.Errorf("put domain: %w", explain(err))
	}
	return nil
}

func (t *tx) putDomain(d tenant.Domain) (statement, error) {
	proof, err := document(d.Proof)
	if err != nil {
		return statement{}, fmt.Errorf("put domain: %w", err)
	}
	return statement{
		sql: `INSERT INTO domains (tenant_id, id, name, status, auto_join, default_role, sub_domains, challenge, challenged_at, checked_at,
			  lost_at, proof, created_at, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
			ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, status = excluded.status, auto_join = excluded.auto_join,
			  default_role = excluded.default_role, sub_domains = excluded.sub_domains, challenge = excluded.challenge,
			  challenged_at = excluded.challenged_at, checked_at = excluded.checked_at, lost_at = excluded.lost_at, proof = excluded.proof,
			  changed_at = excluded.changed_at`,
		args: []any{
			t.me(), ident(d.ID.UUID), d.Name, string(d.Status), string(d.AutoJoin), d.DefaultRole, d.SubDomains, d.Challenge,
			instant(d.ChallengedAt), instant(d.CheckedAt), instant(d.LostAt), proof, instant(d.CreatedAt), instant(d.ChangedAt),
		},
		taken: &taken{field: takenDomain},
	}, nil
}

// claim takes an owned domain, begins the hold of a lost one, or ends it at once for a released one.
func (t *tx) claim(d tenant.Domain) statement {
	if d.Owned() {
		return statement{
			sql: `INSERT INTO locator (kind, key, tenant_id) VALUES ('domain', $2, $1)
				ON CONFLICT (kind, key) DO UPDATE SET tenant_id = excluded.tenant_id, held_until = NULL`,
			args: []any{t.me(), d.Name},
		}
	}
	if d.Status == tenant.DomainReleased {
		return statement{
			sql:  `UPDATE locator SET held_until = $3 WHERE kind = 'domain' AND key = $2 AND tenant_id = $1`,
			args: []any{t.me(), d.Name, instant(time.Unix(0, 0))}, // past on every clock
		}
	}
	return statement{
		sql:  `UPDATE locator SET held_until = $3 WHERE kind = 'domain' AND key = $2 AND tenant_id = $1 AND held_until IS NULL`,
		args: []any{t.me(), d.Name, instant(t.now.Add(tenant.HoldPeriod))},
	}
}

// DomainClaims implements roster.Locator.
func (db *DB) DomainClaims(ctx context.Context, names []string) ([]roster.DomainClaim, error) {
	marks := make([]string, len(names))
	args := make([]any, len(names))
	for i, n := range names {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), n
	}
	return db.claims(ctx, `key IN (`+strings.Join(marks, ", ")+`)`, args...)
}

// DomainsBelow implements roster.Locator. It reads the claims of all tenants, which is for when somebody
// claims a domain, or once a day.
func (db *DB) DomainsBelow(ctx context.Context, name string) ([]roster.DomainClaim, error) {
	below := escapeLike("." + name)
	return db.claims(ctx, `key LIKE $1 ESCAPE '\'`, "%"+below)
}

func (db *DB) claims(ctx context.Context, where string, args ...any) ([]roster.DomainClaim, error) {
	var found []roster.DomainClaim
	err := db.backend.reader(tenant.ID{}).run(ctx, statement{
		sql:  `SELECT key, tenant_id, held_until FROM locator WHERE kind = 'domain' AND ` + where + ` ORDER BY key`,
		args: args, each: rowsOf(&found, func(r row) (roster.DomainClaim, error) {
			var c roster.DomainClaim
			var id ident
			var until instant
			err := r.Scan(&c.Name, &id, &until)
			c.Tenant.UUID, c.HeldUntil = tenant.UUID(id), until.time()
			return c, err
		}),
	})
	if err != nil {
		return nil, fmt.Errorf("find who holds domains: %w", explain(err))
	}
	return found, nil
}
