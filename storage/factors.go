package storage

import (
	"context"
	"fmt"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const passkeyColumns = `k.id, k.member_id, k.data, k.label, k.created_at, k.used_at`

func scanPasskey(r row) (roster.Passkey, error) {
	var k roster.Passkey
	var member ident
	var created, used instant
	err := r.Scan(&k.ID, &member, &k.Data, &k.Label, &created, &used)
	k.Member.UUID, k.CreatedAt, k.UsedAt = tenant.UUID(member), created.time(), used.time()
	return k, err //nolint:wrapcheck // the caller does
}

// Factors implements roster.FactorReader.
func (r *reader) Factors(ctx context.Context, id roster.MemberID) (roster.Factors, error) {
	var f roster.Factors
	args := []any{r.me(), ident(id.UUID)}
	err := r.run(ctx, "read factors",
		statement{
			sql:  `SELECT 1 FROM passwords WHERE tenant_id = $1 AND member_id = $2`,
			args: args, each: one(&f.Password, new(int)),
		},
		statement{
			sql:  `SELECT ` + passkeyColumns + ` FROM passkeys k WHERE k.tenant_id = $1 AND k.member_id = $2 ORDER BY k.created_at, k.id`,
			args: args, each: rowsOf(&f.Passkeys, scanPasskey),
		},
		statement{
			sql:  `SELECT sealed, confirmed_at, step FROM totps WHERE tenant_id = $1 AND member_id = $2`,
			args: args, each: func(r row) error {
				var confirmed instant
				err := r.Scan(&f.TOTP.Sealed, &confirmed, &f.TOTP.Step)
				f.TOTP.Member, f.TOTP.ConfirmedAt = id, confirmed.time()
				return err
			},
		},
		statement{
			sql:  `SELECT count(*) FROM recovery_codes WHERE tenant_id = $1 AND member_id = $2 AND used_at IS NULL`,
			args: args, each: func(r row) error { return r.Scan(&f.RecoveryCodes) },
		})
	return f, err
}

// Passkey implements roster.FactorReader.
func (r *reader) Passkey(ctx context.Context, id []byte) (roster.Passkey, error) {
	var out []roster.Passkey
	err := r.run(ctx, "find passkey", statement{
		sql:  `SELECT ` + passkeyColumns + ` FROM passkeys k WHERE k.tenant_id = $1 AND k.id = $2`,
		args: []any{r.me(), id}, each: rowsOf(&out, scanPasskey),
	})
	return first(out, err, "passkey")
}

// PutPasskey implements roster.FactorTx.
func (t *tx) PutPasskey(ctx context.Context, k roster.Passkey) error {
	if err := storableText("label", k.Label); err != nil {
		return fmt.Errorf("put passkey: %w", err)
	}
	return t.later(ctx, "put passkey",
		statement{
			sql:  `DELETE FROM passkeys WHERE tenant_id = $1 AND id = $2 AND member_id = $3`,
			args: []any{t.me(), k.ID, ident(k.Member.UUID)},
		},
		statement{
			sql:   `INSERT INTO passkeys (tenant_id, id, member_id, data, label, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			args:  []any{t.me(), k.ID, ident(k.Member.UUID), k.Data, k.Label, instant(k.CreatedAt), instant(k.UsedAt)},
			taken: &taken{field: takenPasskey},
		})
}

// DropPasskey implements roster.FactorTx.
func (t *tx) DropPasskey(ctx context.Context, m roster.MemberID, id []byte) error {
	return t.later(ctx, "drop passkey", statement{
		sql: `DELETE FROM passkeys WHERE tenant_id = $1 AND id = $2 AND member_id = $3`, args: []any{t.me(), id, ident(m.UUID)},
	})
}

// DropFactors implements roster.FactorTx.
func (t *tx) DropFactors(ctx context.Context, m roster.MemberID) error {
	args := []any{t.me(), ident(m.UUID)}
	return t.later(ctx, "drop factors",
		statement{sql: `DELETE FROM passwords WHERE tenant_id = $1 AND member_id = $2`, args: args},
		statement{sql: `DELETE FROM passkeys WHERE tenant_id = $1 AND member_id = $2`, args: args},
		statement{sql: `DELETE FROM totps WHERE tenant_id = $1 AND member_id = $2`, args: args},
		statement{sql: `DELETE FROM recovery_codes WHERE tenant_id = $1 AND member_id = $2`, args: args})
}

// PutTOTP implements roster.FactorTx.
func (t *tx) PutTOTP(ctx context.Context, p roster.TOTP) error {
	return t.later(ctx, "put authenticator", statement{
		sql: `INSERT INTO totps (tenant_id, member_id, sealed, confirmed_at, step) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (tenant_id, member_id) DO UPDATE SET sealed = excluded.sealed, confirmed_at = excluded.confirmed_at, step = excluded.step`,
		args: []any{t.me(), ident(p.Member.UUID), p.Sealed, instant(p.ConfirmedAt), p.Step},
	})
}

// DropTOTP implements roster.FactorTx.
func (t *tx) DropTOTP(ctx context.Context, m roster.MemberID) error {
	return t.later(ctx, "drop authenticator", statement{
		sql: `DELETE FROM totps WHERE tenant_id = $1 AND member_id = $2`, args: []any{t.me(), ident(m.UUID)},
	})
}

// UseTOTP implements roster.FactorTx.
func (t *tx) UseTOTP(ctx context.Context, m roster.MemberID, step int64) (bool, error) {
	done := false
	err := t.run(ctx, "use authenticator", statement{
		sql:  `UPDATE totps SET step = $3 WHERE tenant_id = $1 AND member_id = $2 AND step < $3 RETURNING member_id`,
		args: []any{t.me(), ident(m.UUID), step}, each: one(&done, new(ident)),
	})
	return done, err
}

// PutRecoveryCodes implements roster.FactorTx.
func (t *tx) PutRecoveryCodes(ctx context.Context, m roster.MemberID, hashes [][32]byte) error {
	list := []statement{{sql: `DELETE FROM recovery_codes WHERE tenant_id = $1 AND member_id = $2`, args: []any{t.me(), ident(m.UUID)}}}
	for _, h := range hashes {
		list = append(list, statement{
			sql: `INSERT INTO recovery_codes (tenant_id, member_id, hash) VALUES ($1, $2, $3)`, args: []any{t.me(), ident(m.UUID), h[:]},
		})
	}
	return t.later(ctx, "put recovery codes", list...)
}

// UseRecoveryCode implements roster.FactorTx.
func (t *tx) UseRecoveryCode(ctx context.Context, m roster.MemberID, hash [32]byte) (bool, error) {
	done := false
	err := t.run(ctx, "use recovery code", statement{
		sql:  `UPDATE recovery_codes SET used_at = $4 WHERE tenant_id = $1 AND member_id = $2 AND hash = $3 AND used_at IS NULL RETURNING member_id`,
		args: []any{t.me(), ident(m.UUID), hash[:], instant(t.now)}, each: one(&done, new(ident)),
	})
	return done, err
}
