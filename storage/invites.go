package storage

import (
	"context"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const inviteColumns = `i.id, i.email, i.role, i.names, i.group_ids, i.message, i.language, i.actor_source, i.actor_id, i.state, i.reason,
	i.created_at, i.sent_at, i.expires_at, i.ended_at, i.sends, i.asked_at, i.member_id, i.mail_id, i.version, coalesce(ml.state, ''), coalesce(ml.detail, '')`

// fromInvites is followed by conditions; what became of the latest mail comes along.
const fromInvites = ` FROM invites i LEFT JOIN mails ml ON ml.tenant_id = i.tenant_id AND ml.id = i.mail_id WHERE i.tenant_id = $1`

func scanInvite(r row) (roster.Invite, error) {
	var i roster.Invite
	err := scanInviteAnd(r, &i)
	return i, err
}

func scanInviteAnd(r row, i *roster.Invite, more ...any) error {
	var id, member, mail ident
	var email, names, groups, source, state, reason, mailed string
	var created, sent, expires, ended, asked instant
	err := r.Scan(append([]any{
		&id, &email, &i.Role, &names, &groups, &i.Message, &i.Language, &source, &i.By.ID, &state, &reason,
		&created, &sent, &expires, &ended, &i.Sends, &asked, &member, &mail, &i.Version, &mailed, &i.MailDetail,
	}, more...)...)
	if err != nil {
		return err //nolint:wrapcheck // the caller does
	}
	i.ID.UUID, i.Member.UUID, i.Mailed.UUID = tenant.UUID(id), tenant.UUID(member), tenant.UUID(mail)
	i.Email, i.By.Source, i.State, i.Reason = roster.Email(email), roster.Source(source), roster.InviteState(state), roster.Code(reason)
	i.CreatedAt, i.SentAt, i.ExpiresAt, i.EndedAt, i.AskedAt = created.time(), sent.time(), expires.time(), ended.time(), asked.time()
	i.Mail = roster.MailState(mailed)
	if err := undocument([]byte(names), &i.Names); err != nil {
		return err
	}
	return undocument([]byte(groups), &i.Groups)
}

// Invite implements roster.InviteReader.
func (r *reader) Invite(ctx context.Context, id roster.InviteID) (roster.Invite, error) {
	var out []roster.Invite
	err := r.run(ctx, "find invite", statement{
		sql: `SELECT ` + inviteColumns + fromInvites + ` AND i.id = $2`, args: []any{r.me(), ident(id.UUID)}, each: rowsOf(&out, scanInvite),
	})
	return first(out, err, "invite")
}

// InviteByToken implements roster.InviteReader.
func (r *reader) InviteByToken(ctx context.Context, hash [32]byte) (roster.Invite, bool, error) {
	var out []roster.Invite
	latest := false
	err := r.run(ctx, "find invite by token", statement{
		sql: `SELECT ` + inviteColumns + `, tk.latest FROM invite_tokens tk JOIN invites i ON i.tenant_id = tk.tenant_id AND i.id = tk.invite_id
			LEFT JOIN mails ml ON ml.tenant_id = i.tenant_id AND ml.id = i.mail_id
			WHERE tk.tenant_id = $1 AND tk.hash = $2`,
		args: []any{r.me(), hash[:]},
		each: rowsOf(&out, func(r row) (roster.Invite, error) {
			var i roster.Invite
			err := scanInviteAnd(r, &i, &latest)
			return i, err
		}),
	})
	i, err := first(out, err, "invite")
	return i, latest, err
}

// PendingInvite implements roster.InviteReader.
func (r *reader) PendingInvite(ctx context.Context, e roster.Email) (roster.Invite, error) {
	var out []roster.Invite
	err := r.run(ctx, "find pending invite", pendingInvite(r.me(), e, &out))
	return first(out, err, "invite")
}

func pendingInvite(me ident, e roster.Email, into *[]roster.Invite) statement {
	return statement{
		sql:  `SELECT ` + inviteColumns + fromInvites + ` AND i.email = $2 AND i.state = 'pending'`,
		args: []any{me, string(e)}, each: rowsOf(into, scanInvite), brief: true,
	}
}

// Invites implements roster.InviteReader.
func (r *reader) Invites(ctx context.Context, q roster.InviteQuery) (roster.Page[roster.Invite], error) {
	var page roster.Page[roster.Invite]
	list := narrowed(`SELECT `+inviteColumns+fromInvites, r.me())
	narrowInvites(list, q)
	var statements []statement
	if q.Count {
		count := narrowed(`SELECT count(*)`+fromInvites, r.me())
		narrowInvites(count, q)
		statements = append(statements, statement{sql: count.sql, args: count.args, each: func(r row) error { return r.Scan(&page.Total) }})
	}
	if q.Limit > 0 {
		if !q.Before.IsZero() {
			list.and("i.id < ?", ident(q.Before.UUID))
		}
		list.sql += ` ORDER BY i.id DESC LIMIT ` + list.argument(q.Limit+1)
		statements = append(statements, statement{sql: list.sql, args: list.args, each: rowsOf(&page.Items, scanInvite)})
	}
	if len(statements) == 0 {
		return page, nil
	}
	err := r.run(ctx, "list invites", statements...)
	if len(page.Items) > q.Limit {
		page.Items, page.More = page.Items[:q.Limit], true
	}
	return page, err
}

func narrowInvites(n *narrow, q roster.InviteQuery) {
	if q.Email != "" {
		n.and("i.email = ?", string(q.Email))
	}
	if text := strings.TrimSpace(q.Text); text != "" {
		n.and(`i.search LIKE ? ESCAPE '\'`, likely(roster.Fold(text)))
	}
	if !q.EndedSince.IsZero() {
		at := n.argument(instant(q.EndedSince))
		n.sql += ` AND (i.ended_at IS NULL OR i.ended_at >= ` + at + `) AND i.expires_at >= ` + at
	}
	if len(q.States) == 0 {
		return
	}
	bound := ""
	now := func() string { // PostgreSQL refuses an argument that nothing asks for
		if bound == "" {
			bound = n.argument(instant(q.Now))
		}
		return bound
	}
	var either []string
	for _, s := range q.States {
		switch s {
		case roster.InvitePending:
			either = append(either, `i.state = 'pending' AND i.expires_at > `+now()+` AND coalesce(ml.state, '') <> 'bounced'`)
		case roster.InviteBounced:
			either = append(either, `i.state = 'pending' AND i.expires_at > `+now()+` AND ml.state = 'bounced'`)
		case roster.InviteExpired:
			either = append(either, `i.state = 'pending' AND i.expires_at <= `+now(), `i.state = 'expired'`)
		default:
			either = append(either, `i.state = `+n.argument(string(s)))
		}
	}
	n.sql += ` AND ((` + strings.Join(either, `) OR (`) + `))`
}

// CountInvites implements roster.InviteReader.
func (r *reader) CountInvites(ctx context.Context, since time.Time, a roster.Actor) (roster.InviteCount, error) {
	var c roster.InviteCount
	err := r.run(ctx, "count invites", statement{
		sql: `SELECT count(*), count(CASE WHEN actor_source = $3 AND actor_id = $4 THEN 1 END) FROM invites
			WHERE tenant_id = $1 AND created_at >= $2`,
		args: []any{r.me(), instant(since), string(a.Source), a.ID}, each: func(r row) error { return r.Scan(&c.Tenant, &c.Actor) },
	})
	return c, err
}
