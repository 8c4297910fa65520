package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"rollcall/internal/roster"
)

const (
	insertMember = `
		INSERT INTO members (tenant_id, id, created_at,
		  person_id, directory_id, login, login_fold, external_id, email, proven, addresses, aliases, directory_active,
		  claims, reason, state, role, conflict, version, changed_at, removed_at, attributes, search, label, label_fold)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)`
	setMember = `
		UPDATE members SET person_id = $4, directory_id = $5, login = $6, login_fold = $7, external_id = $8, email = $9,
		  proven = $10, addresses = $11, aliases = $12, directory_active = $13, claims = $14, reason = $15, state = $16,
		  role = $17, conflict = $18, version = $19, changed_at = $20, removed_at = $21`
	setDocument = `, attributes = $22, search = $23, label = $24, label_fold = $25`
	whereMember = ` WHERE tenant_id = $1 AND id = $2 AND version = $3`
)

// memberArgs are the arguments $4 to $21 of insertMember and setMember.
func memberArgs(m roster.Member) ([]any, error) {
	if err := errors.Join(storableText("login", m.Login), storableText("external_id", m.ExternalID)); err != nil {
		return nil, err
	}
	var texts [3]string
	for i, v := range []any{m.Addresses, m.Aliases, m.Claims} {
		var err error
		if texts[i], err = document(v); err != nil {
			return nil, err
		}
	}
	return []any{
		ident(m.Person.UUID), ident(m.Directory.UUID), m.Login, roster.Fold(m.Login), m.ExternalID, string(m.Email), m.Proven,
		texts[0], texts[1], m.DirectoryActive, texts[2], string(m.Standing.Reason), string(m.Standing.State), m.Standing.Role,
		string(m.Conflict), m.Version, instant(m.ChangedAt), instant(m.RemovedAt),
	}, nil
}

// documentArgs are the arguments $22 to $25: the document, and what is worked out of it.
func documentArgs(m roster.Member) ([]any, error) {
	folded, err := m.Attributes.Folded()
	if err != nil {
		return nil, err //nolint:wrapcheck // it says what
	}
	if err := storableJSON(folded); err != nil {
		return nil, err
	}
	name := label(m)
	return []any{string(m.Attributes), string(folded), name, roster.Fold(name)}, nil
}

// InsertMember implements roster.Tx.
func (t *tx) InsertMember(ctx context.Context, m roster.Member) error {
	args, err := memberArgs(m)
	if err != nil {
		return fmt.Errorf("insert member: %w", err)
	}
	doc, err := documentArgs(m)
	if err != nil {
		return fmt.Errorf("insert member: %w", err)
	}
	args = append(append([]any{t.me(), ident(m.ID.UUID), instant(m.CreatedAt)}, args...), doc...)
	list := []statement{{sql: insertMember, part: 'm', args: args, taken: t.loginOrExternalID(m)}}
	if !m.Removed() {
		list = append(list, t.tally(m.Directory, 1, 0)...)
	}
	list = append(list, t.emailChanges(nil, &m)...)
	if !m.Person.IsZero() {
		list = append(list, t.link(m))
	}
	keys, err := t.keyChanges(ctx, memberOwner(m), indexable{}, indexable{m.Attributes, !m.Removed()})
	if err != nil {
		return err
	}
	list = append(list, keys...)
	t.members[m.ID] = m.Version
	return t.later(ctx, "insert member", list...)
}

// UpdateMember implements roster.Tx. The row is locked, here or by an earlier call, so that its
// version can't change between the look and the write.
func (t *tx) UpdateMember(ctx context.Context, before, after roster.Member) error {
	stored, locked := t.members[before.ID]
	if !locked {
		m, err := t.LockMember(ctx, roster.Scope{}, before.ID)
		if err != nil && !errors.Is(err, roster.NotFound) {
			return err
		}
		stored = m.Version // 0: it is not there, which is another version too
	}
	if err := (roster.Precondition{Version: before.Version}).Check(stored); err != nil {
		return fmt.Errorf("update member: %w", err)
	}
	args, err := memberArgs(after)
	if err != nil {
		return fmt.Errorf("update member: %w", err)
	}
	args = append([]any{t.me(), ident(after.ID.UUID), before.Version}, args...)
	sql, part := setMember+whereMember, byte('u')
	// Most changes leave the document alone, which is the most expensive part of a row. Without a
	// display name the label is the login.
	if !bytes.Equal(before.Attributes, after.Attributes) || before.Login != after.Login {
		doc, err := documentArgs(after)
		if err != nil {
			return fmt.Errorf("update member: %w", err)
		}
		args, sql, part = append(args, doc...), setMember+setDocument+whereMember, 'w'
	}
	list := []statement{{sql: sql, expects: true, part: part, args: args, taken: t.loginOrExternalID(after)}}
	list = append(list, t.moved(before, after)...)
	list = append(list, t.emailChanges(&before, &after)...)
	list = append(list, t.heldChanges(before, after)...)
	if before.Person != after.Person || before.Removed() != after.Removed() && !after.Person.IsZero() {
		list = append(list, t.link(after))
	}
	if !bytes.Equal(before.Attributes, after.Attributes) || before.Removed() != after.Removed() {
		keys, err := t.keyChanges(ctx, memberOwner(after), indexable{before.Attributes, !before.Removed()}, indexable{after.Attributes, !after.Removed()})
		if err != nil {
			return err
		}
		list = append(list, keys...)
	}
	t.members[after.ID] = after.Version
	return t.later(ctx, "update member", list...)
}

func (t *tx) loginOrExternalID(m roster.Member) *taken {
	return &taken{field: takenExternalID, instead: takenLogin, probe: &statement{
		sql:  `SELECT 1 FROM members WHERE tenant_id = $1 AND directory_id = $2 AND login_fold = $3 AND id <> $4 AND removed_at IS NULL`,
		args: []any{t.me(), ident(m.Directory.UUID), roster.Fold(m.Login), ident(m.ID.UUID)},
	}}
}
