package storage

import (
	"context"
	"fmt"
	"time"

	"rollcall/internal/roster"
)

// LockInvite implements roster.InviteTx. The lock is taken ahead of the look: what is read is read when it is held.
func (t *tx) LockInvite(ctx context.Context, id roster.InviteID) (roster.Invite, error) {
	var out []roster.Invite
	var list []statement
	if lock := t.db.dialect.forUpdate("i"); lock != "" {
		list = append(list, statement{sql: `SELECT i.id FROM invites i WHERE i.tenant_id = $1 AND i.id = $2` + lock, args: []any{t.me(), ident(id.UUID)}})
	}
	list = append(list, statement{
		sql: `SELECT ` + inviteColumns + fromInvites + ` AND i.id = $2`, args: []any{t.me(), ident(id.UUID)}, each: rowsOf(&out, scanInvite),
	})
	err := t.run(ctx, "lock invite", list...)
	return first(out, err, "invite")
}

// PendingInvite implements roster.InviteReader. Where LockMatches has looked already it costs no round trip.
func (t *tx) PendingInvite(ctx context.Context, e roster.Email) (roster.Invite, error) {
	if found, looked := t.invites[e]; looked {
		return first(found, nil, "invite")
	}
	return t.reader.PendingInvite(ctx, e)
}

// findInvite reads the pending invite of an address, if there is one, for PendingInvite.
func (t *tx) findInvite(e roster.Email) statement {
	t.invites[e] = nil
	s := pendingInvite(t.me(), e, new([]roster.Invite))
	s.each = func(r row) error {
		i, err := scanInvite(r)
		t.invites[e] = []roster.Invite{i}
		return err
	}
	return s
}

// PutInvite implements roster.InviteTx.
func (t *tx) PutInvite(ctx context.Context, i roster.Invite) error {
	for field, text := range map[string]string{"message": i.Message, "language": i.Language, "role": i.Role} {
		if err := storableText(field, text); err != nil {
			return fmt.Errorf("put invite: %w", err)
		}
	}
	names, err := document(i.Names)
	if err == nil {
		err = storableJSON([]byte(names))
	}
	if err != nil {
		return fmt.Errorf("put invite: %w", err)
	}
	groups, err := document(i.Groups)
	if err != nil {
		return fmt.Errorf("put invite: %w", err)
	}
	delete(t.invites, i.Email)
	search := roster.Fold(string(i.Email) + " " + i.Names.First + " " + i.Names.Last + " " + i.Names.Display)
	return t.later(ctx, "put invite", statement{
		sql: `INSERT INTO invites (tenant_id, id, email, role, names, search, group_ids, message, language, actor_source, actor_id, state, reason,
			  created_at, sent_at, expires_at, ended_at, sends, asked_at, member_id, mail_id, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
			ON CONFLICT (tenant_id, id) DO UPDATE SET role = excluded.role, actor_source = excluded.actor_source, actor_id = excluded.actor_id,
			  state = excluded.state, reason = excluded.reason, sent_at = excluded.sent_at, expires_at = excluded.expires_at,
			  ended_at = excluded.ended_at, sends = excluded.sends, asked_at = excluded.asked_at, member_id = excluded.member_id,
			  mail_id = excluded.mail_id, version = excluded.version`,
		args: []any{
			t.me(), ident(i.ID.UUID), string(i.Email), i.Role, names, search, groups, i.Message, i.Language, string(i.By.Source), i.By.ID,
			string(i.State), string(i.Reason), instant(i.CreatedAt), instant(i.SentAt), instant(i.ExpiresAt), instant(i.EndedAt), i.Sends,
			instant(i.AskedAt), ident(i.Member.UUID), ident(i.Mailed.UUID), i.Version,
		},
		taken: &taken{field: takenInvite},
	})
}

// PutInviteToken implements roster.InviteTx.
func (t *tx) PutInviteToken(ctx context.Context, id roster.InviteID, hash [32]byte) error {
	return t.later(ctx, "put invite token",
		statement{
			sql:  `UPDATE invite_tokens SET latest = false WHERE tenant_id = $1 AND invite_id = $2 AND latest`,
			args: []any{t.me(), ident(id.UUID)},
		},
		statement{
			sql:   `INSERT INTO invite_tokens (tenant_id, hash, invite_id, latest) VALUES ($1, $2, $3, true)`,
			args:  []any{t.me(), hash[:], ident(id.UUID)},
			taken: &taken{field: takenToken},
		})
}

// EndInvites implements roster.InviteTx. It is felt by every deactivation, so that PostgreSQL does it in one statement.
func (t *tx) EndInvites(ctx context.Context, e roster.Email, end roster.InviteEnd) error {
	delete(t.invites, e)
	kind := roster.InviteWasRevoked
	if end.State == roster.InviteSuperseded {
		kind = roster.InviteWasSuperseded
	}
	args := []any{
		t.me(), string(e), instant(t.now), string(end.State), string(end.Reason), string(kind), string(end.Actor.Source), end.Actor.ID, end.RequestID,
		ident(end.Member.UUID),
	}
	pending := ` WHERE i.tenant_id = $1 AND i.email = $2 AND i.state = 'pending'`
	data := t.db.dialect.inviteData("i.id", "$5")
	event := `INSERT INTO events (tenant_id, at, kind, member_id, actor_source, actor_id, version, request_id, data)
		SELECT $1, $3, $6, ` + t.db.dialect.asUUID("$10") + `, $7, $8, 0, $9, ` + data
	set := `SET state = $4, reason = $5, ended_at = $3, member_id = ` + t.db.dialect.asUUID("$10") + `, version = i.version + 1`
	if t.db.dialect == postgres {
		return t.later(ctx, "end invites", statement{
			apart: true, args: args,
			sql: `WITH i AS (UPDATE invites i ` + set + pending + ` RETURNING i.id, i.mail_id),
				unsent AS (UPDATE mails m SET state = 'dropped', body = NULL, ended_at = $3::timestamptz FROM i
				  WHERE m.tenant_id = $1 AND m.id = i.mail_id AND m.ended_at IS NULL RETURNING m.id),
				gone AS (DELETE FROM mail_queue q USING unsent u WHERE q.tenant_id = $1 AND q.mail_id = u.id)
				` + event + ` FROM i`,
		})
	}
	mine := `(SELECT i.mail_id FROM invites i` + pending + `)`
	return t.later(ctx, "end invites",
		statement{sql: event + ` FROM invites i` + pending, args: args},
		statement{sql: `DELETE FROM mail_queue WHERE tenant_id = $1 AND mail_id IN ` + mine, args: args[:2]},
		statement{sql: `UPDATE mails SET state = 'dropped', body = NULL, ended_at = $3 WHERE tenant_id = $1 AND ended_at IS NULL AND id IN ` + mine, args: args[:3]},
		statement{sql: `UPDATE invites AS i ` + set + pending, args: args})
}

// inviteData is the Data of an event that tells of an invite. Its id is plain, as in the events of sessions.
func (d dialect) inviteData(id, code string) string {
	if d == postgres {
		return `json_build_object('invite', ` + id + `, 'code', ` + code + `::text)::text`
	}
	return `json_object('invite', ` + id + `, 'code', ` + code + `)`
}

// ShiftInvites implements roster.InviteTx.
func (t *tx) ShiftInvites(ctx context.Context, goodAt time.Time, by time.Duration) error {
	add := `expires_at + $3`
	var arg any = by.Milliseconds()
	if t.db.dialect == postgres {
		add = `expires_at + $3::bigint * interval '1 millisecond'`
	}
	return t.later(ctx, "shift invites", statement{
		sql:  `UPDATE invites SET expires_at = ` + add + ` WHERE tenant_id = $1 AND state = 'pending' AND expires_at > $2`,
		args: []any{t.me(), instant(goodAt), arg},
	})
}
