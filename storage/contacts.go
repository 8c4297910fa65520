package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const contactColumns = `c.member_id, c.phone, c.sms_at, c.schedule, c.language, c.version, c.changed_at`

func scanContact(r row) (roster.Contact, error) {
	var c roster.Contact
	var member ident
	var schedule string
	var since, changed instant
	if err := r.Scan(&member, &c.Phone, &since, &schedule, &c.Language, &c.Version, &changed); err != nil {
		return c, err //nolint:wrapcheck // the caller does
	}
	c.Member.UUID, c.SMSAt, c.ChangedAt = tenant.UUID(member), since.time(), changed.time()
	c.SMS = !c.SMSAt.IsZero()
	if err := json.Unmarshal([]byte(schedule), &c.Schedule); err != nil {
		return c, fmt.Errorf("read a schedule: %w", err)
	}
	return c, nil
}

// Contact implements roster.ContactReader.
func (r *reader) Contact(ctx context.Context, id roster.MemberID) (roster.Contact, error) {
	found, err := r.Contacts(ctx, []roster.MemberID{id})
	if len(found) == 0 {
		return roster.Contact{Member: id}, err
	}
	return found[0], err
}

// Contacts implements roster.ContactReader.
func (r *reader) Contacts(ctx context.Context, ids []roster.MemberID) ([]roster.Contact, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	d := r.db.dialect
	var found []roster.Contact
	err := r.run(ctx, "read contacts", statement{
		sql:  `SELECT ` + contactColumns + ` FROM contacts c WHERE c.tenant_id = $1 AND ` + d.in("c.member_id", "$2") + ` ORDER BY c.member_id`,
		args: []any{r.me(), d.list(memberIdents(ids))}, each: rowsOf(&found, scanContact), brief: len(ids) == 1,
	})
	return found, err
}

// Consents implements roster.ContactReader.
func (r *reader) Consents(ctx context.Context, id roster.MemberID, limit int) ([]roster.Consent, error) {
	var found []roster.Consent
	err := r.run(ctx, "list consents", statement{
		sql: `SELECT c.member_id, c.at, c.given, c.phone, c.wording, c.source, c.ip, c.user_agent, c.request_id FROM sms_consents c
			WHERE c.tenant_id = $1 AND c.member_id = $2 ORDER BY c.id DESC LIMIT $3`,
		args: []any{r.me(), ident(id.UUID), limited(limit)},
		each: rowsOf(&found, func(r row) (roster.Consent, error) {
			var c roster.Consent
			var member ident
			var at instant
			err := r.Scan(&member, &at, &c.Given, &c.Phone, &c.Wording, &c.Source, &c.Client.IP, &c.Client.UserAgent, &c.Client.RequestID)
			c.Member.UUID, c.At = tenant.UUID(member), at.time()
			return c, err
		}),
	})
	return found, err
}

// PutContact implements roster.ContactTx. It writes at once, because two who read the same version must not both
// believe that theirs is kept.
func (t *tx) PutContact(ctx context.Context, c roster.Contact) error {
	schedule, err := json.Marshal(c.Schedule)
	if err := errors.Join(err, storableText("language", c.Language), storableText("phone", c.Phone)); err != nil {
		return fmt.Errorf("put contact: %w", err)
	}
	since := c.SMSAt
	if !c.SMS {
		since = instant{}.time()
	}
	sql := `UPDATE contacts SET phone = $3, sms_at = $4, schedule = $5, language = $6, version = $7, changed_at = $8
		WHERE tenant_id = $1 AND member_id = $2 AND version = $7 - 1 RETURNING member_id`
	if c.Version == 1 {
		sql = `INSERT INTO contacts (tenant_id, member_id, phone, sms_at, schedule, language, version, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING member_id`
	}
	written := false
	err = t.run(ctx, "put contact", statement{
		sql: sql, each: one(&written, new(ident)),
		args: []any{t.me(), ident(c.Member.UUID), c.Phone, instant(since), string(schedule), c.Language, c.Version, instant(c.ChangedAt)},
	})
	if err == nil && !written {
		err = &roster.Error{Kind: roster.Stale, Detail: "The contact was changed by somebody else meanwhile. Read it again and repeat the change."}
	}
	return err
}

// AppendConsent implements roster.ContactTx.
func (t *tx) AppendConsent(ctx context.Context, c roster.Consent) error {
	for _, text := range []string{c.Wording, c.Source, c.Client.UserAgent, c.Client.IP, c.Client.RequestID} {
		if err := storableText("consent", text); err != nil {
			return fmt.Errorf("append consent: %w", err)
		}
	}
	return t.later(ctx, "append consent", statement{
		sql: `INSERT INTO sms_consents (tenant_id, member_id, id, at, given, phone, wording, source, ip, user_agent, request_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		args: []any{
			t.me(), ident(c.Member.UUID), ident(tenant.NewUUID(c.At)), instant(c.At), c.Given, c.Phone, c.Wording, c.Source,
			c.Client.IP, c.Client.UserAgent, c.Client.RequestID,
		},
	})
}
