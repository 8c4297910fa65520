package storage

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"rollcall/internal/tenant"
)

// ident is an id as the databases hold it: uuid in PostgreSQL, text in SQLite, NULL for none.
type ident tenant.UUID

// Value implements driver.Valuer, for SQLite and bun.
func (id ident) Value() (driver.Value, error) { return tenant.UUID(id).Value() }

// Scan implements sql.Scanner, for SQLite.
func (id *ident) Scan(src any) error { return (*tenant.UUID)(id).Scan(src) }

// UUIDValue implements pgtype.UUIDValuer, for PostgreSQL.
func (id ident) UUIDValue() (pgtype.UUID, error) {
	return pgtype.UUID{Bytes: id, Valid: id != ident{}}, nil
}

// ScanUUID implements pgtype.UUIDScanner, for PostgreSQL.
func (id *ident) ScanUUID(v pgtype.UUID) error {
	*id = ident{}
	if v.Valid {
		*id = v.Bytes
	}
	return nil
}

// instant is a time as the databases hold it: timestamptz in PostgreSQL, milliseconds since 1970 in
// SQLite, NULL for the zero time. Whatever goes in is cut to the millisecond here, and whatever
// comes out is UTC.
type instant time.Time

func (t instant) time() time.Time { return time.Time(t) }

func truncate(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// Value implements driver.Valuer, for SQLite.
func (t instant) Value() (driver.Value, error) {
	if time.Time(t).IsZero() {
		return nil, nil //nolint:nilnil // NULL is what a time that never came is stored as
	}
	return time.Time(t).UnixMilli(), nil
}

// Scan implements sql.Scanner, for SQLite.
func (t *instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = instant{}
	case int64:
		*t = instant(time.UnixMilli(v).UTC())
	default:
		return fmt.Errorf("cannot read a time from %T", src)
	}
	return nil
}

// TimestamptzValue implements pgtype.TimestamptzValuer, for PostgreSQL.
func (t instant) TimestamptzValue() (pgtype.Timestamptz, error) {
	return pgtype.Timestamptz{Time: truncate(time.Time(t)), Valid: !time.Time(t).IsZero()}, nil
}

// ScanTimestamptz implements pgtype.TimestamptzScanner, for PostgreSQL.
func (t *instant) ScanTimestamptz(v pgtype.Timestamptz) error {
	*t = instant{}
	if v.Valid {
		*t = instant(v.Time.UTC())
	}
	return nil
}

// list binds a list of ids as one argument, for dialect.in: an array in PostgreSQL, a JSON array in
// SQLite.
func (d dialect) list(ids []ident) any {
	if d == postgres {
		return ids
	}
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = tenant.UUID(id).UUID()
	}
	b, _ := json.Marshal(texts) //nolint:errchkjson // strings always encode
	return string(b)
}

// document keeps a value as JSON text. An empty list is kept as [] and read back as nil.
func document(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode a %T: %w", v, err)
	}
	if string(b) == "null" {
		return "[]", nil
	}
	return string(b), nil
}

// undocument reads what document wrote.
func undocument(text []byte, v any) error {
	if string(text) == "[]" {
		return nil
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("decode a %T: %w", v, err)
	}
	return nil
}
