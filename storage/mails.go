package storage

import (
	"context"
	"fmt"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Mail implements roster.MailReader.
func (r *reader) Mail(ctx context.Context, id roster.MailID) (roster.Mail, error) {
	var out []roster.Mail
	err := r.run(ctx, "find mail", statement{
		sql: `SELECT m.id, m.kind, m.recipient, m.body, m.invite_id, m.member_id, m.state, m.detail, m.queued_at, m.ended_at
			FROM mails m WHERE m.tenant_id = $1 AND m.id = $2`,
		args: []any{r.me(), ident(id.UUID)}, each: rowsOf(&out, scanMail),
	})
	return first(out, err, "mail")
}

func scanMail(r row) (roster.Mail, error) {
	var m roster.Mail
	var id, invite, member ident
	var kind, to, state string
	var queued, ended instant
	err := r.Scan(&id, &kind, &to, &m.Body, &invite, &member, &state, &m.Detail, &queued, &ended)
	m.ID.UUID, m.Invite.UUID, m.Member.UUID = tenant.UUID(id), tenant.UUID(invite), tenant.UUID(member)
	m.Kind, m.To, m.State = roster.MailKind(kind), roster.Email(to), roster.MailState(state)
	m.QueuedAt, m.EndedAt = queued.time(), ended.time()
	return m, err //nolint:wrapcheck // the caller does
}

// QueueMail implements roster.MailTx.
func (t *tx) QueueMail(ctx context.Context, d roster.MailDraft) (roster.MailID, error) {
	id := roster.MailID{UUID: tenant.NewUUID(t.now)}
	err := t.later(ctx, "queue mail",
		statement{
			sql: `INSERT INTO mails (tenant_id, id, kind, recipient, body, invite_id, member_id, state, detail, queued_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', '', $8)`,
			args: []any{
				t.me(), ident(id.UUID), string(d.Kind), string(d.To), d.Body, ident(d.Invite.UUID), ident(d.Member.UUID), instant(t.now),
			},
		},
		statement{
			sql:  `INSERT INTO mail_queue (tenant_id, mail_id, queued_at, due_at, attempts) VALUES ($1, $2, $3, $3, 0)`,
			args: []any{t.me(), ident(id.UUID), instant(t.now)},
		})
	if err != nil || t.mailed {
		return id, err
	}
	t.mailed = true
	return id, t.Enqueue(ctx, roster.MailJob, nil, time.Time{})
}

// DropMails implements roster.MailTx.
func (t *tx) DropMails(ctx context.Context, id roster.InviteID) error {
	args := []any{t.me(), ident(id.UUID)}
	return t.later(ctx, "drop mails",
		statement{
			sql: `DELETE FROM mail_queue WHERE tenant_id = $1 AND mail_id IN
				(SELECT id FROM mails WHERE tenant_id = $1 AND invite_id = $2 AND ended_at IS NULL)`,
			args: args,
		},
		statement{
			sql: `UPDATE mails SET state = 'dropped', body = NULL, ended_at = $3
				WHERE tenant_id = $1 AND invite_id = $2 AND ended_at IS NULL`,
			args: append(args, instant(t.now)),
		})
}

// EndMail implements roster.MailTx.
func (t *tx) EndMail(ctx context.Context, id roster.MailID, state roster.MailState, detail string) error {
	args := []any{t.me(), ident(id.UUID), detail}
	if state == roster.MailQueued {
		return t.later(ctx, "note on mail", statement{
			sql: `UPDATE mails SET detail = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL`, args: args,
		})
	}
	return t.later(ctx, "end mail",
		statement{
			sql: `UPDATE mails SET state = $4, detail = $3, body = NULL, ended_at = $5
				WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL`,
			args: append(args, string(state), instant(t.now)),
		},
		statement{sql: `DELETE FROM mail_queue WHERE tenant_id = $1 AND mail_id = $2`, args: args[:2]})
}

// ClaimMails implements roster.MailLocator. Most of the time there are none, and then nothing is written.
func (db *DB) ClaimMails(ctx context.Context, limit int, lease time.Duration) ([]roster.MailTicket, error) {
	due := false
	err := db.common(ctx, "look for mails", statement{
		sql: `SELECT 1 FROM mail_queue WHERE due_at <= $1 LIMIT 1`, args: []any{instant(db.now())}, each: one(&due, new(int)), brief: true,
	})
	if err != nil || !due || limit <= 0 {
		return nil, err
	}
	var found []roster.MailTicket
	err = db.update(ctx, tenant.ID{}, func(t *tx) error {
		found = nil
		return t.run(ctx, "claim mails", statement{
			sql: `UPDATE mail_queue SET due_at = $2, attempts = attempts + 1 WHERE (tenant_id, mail_id) IN
				(SELECT q.tenant_id, q.mail_id FROM mail_queue q WHERE q.due_at <= $1 ORDER BY q.due_at, q.mail_id LIMIT $3` +
				db.dialect.skipLocked("q") + `) RETURNING tenant_id, mail_id, queued_at, attempts`,
			args: []any{instant(t.now), instant(t.now.Add(lease)), limit},
			each: rowsOf(&found, scanTicket),
		})
	})
	return found, err
}

func scanTicket(r row) (roster.MailTicket, error) {
	var k roster.MailTicket
	var id, mail ident
	var queued instant
	err := r.Scan(&id, &mail, &queued, &k.Attempts)
	k.Tenant.UUID, k.Mail.UUID, k.QueuedAt = tenant.UUID(id), tenant.UUID(mail), queued.time()
	return k, err //nolint:wrapcheck // the caller does
}

// RetryMail implements roster.MailLocator.
func (db *DB) RetryMail(ctx context.Context, k roster.MailTicket, due time.Time) error {
	err := db.update(ctx, tenant.ID{}, func(t *tx) error {
		return t.later(ctx, "postpone mail", statement{
			sql:  `UPDATE mail_queue SET due_at = $4 WHERE tenant_id = $1 AND mail_id = $2 AND attempts = $3`,
			args: []any{ident(k.Tenant.UUID), ident(k.Mail.UUID), k.Attempts, instant(due)},
		})
	})
	if err != nil {
		return fmt.Errorf("retry mail: %w", err)
	}
	return nil
}
