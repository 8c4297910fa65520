package scim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// cursorLife is how long a cursor is good for (RFC 9865 §2.3, cursorTimeout).
const cursorLife = time.Hour

// A cursor (RFC 9865) is a place in one list of one directory. It is kept
// nowhere: it carries what it says and a signature over that and over the list that it
// belongs to. It gives no rights; every page is authenticated like the first.
//
//	byte 0       form, 2
//	bytes 1–8    when it ends, seconds since 1970
//	bytes 9–12   total of the list when it was begun
//	bytes 13–28  id of the last item that was shown
//	byte 29      1 when what the item was sorted by follows, else 0
//	bytes 30–    what it was sorted by
//	last 16      first half of HMAC-SHA256(key, all before, list)
const (
	cursorForm = 2
	cursorBody = 30
	cursorSign = 16
)

// signer signs cursors. Its key is derived, so that the secret may have other uses.
type signer struct{ key [32]byte }

func newSigner(secret []byte) signer {
	m := hmac.New(sha256.New, secret)
	_, _ = m.Write([]byte("rollcall scim cursor")) // a hash never fails
	return signer{key: [32]byte(m.Sum(nil))}
}

func (s signer) sign(body []byte, bound string) []byte {
	m := hmac.New(sha256.New, s.key[:])
	_, _ = m.Write(body)
	_, _ = m.Write([]byte(bound))
	return m.Sum(nil)[:cursorSign]
}

// place is where in a list a page begins: behind the item with this id that the
// list had sorted by this key.
type place struct {
	id  tenant.UUID
	key *string // nil: it has none, or the order is that of ids
}

// next makes the cursor that continues l behind the page that ended with last.
// It is empty for lists that are paged by index. The text has only characters
// that URLs leave alone.
func (d *Door) next(l list, last place, total int) string {
	if !l.byCursor {
		return ""
	}
	b := make([]byte, cursorBody, cursorBody+cursorSign+64)
	b[0] = cursorForm
	binary.BigEndian.PutUint64(b[1:], uint64(d.Now().Add(cursorLife).Unix()))
	binary.BigEndian.PutUint32(b[9:], uint32(total))
	copy(b[13:], last.id[:])
	if last.key != nil {
		b[29] = 1
		b = append(b, *last.key...)
	}
	return base64.RawURLEncoding.EncodeToString(append(b, d.signer.sign(b, l.bound)...))
}

// resume moves l to where the cursor points; the empty cursor is the first page.
func (d *Door) resume(l *list, cursor string) error {
	l.start = 1
	if cursor == "" {
		return nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	end := len(b) - cursorSign
	if err != nil || end < cursorBody || b[0] != cursorForm || !hmac.Equal(b[end:], d.signer.sign(b[:end], l.bound)) {
		return &roster.Error{Kind: roster.BadCursor, Detail: "The cursor was not made for this query. " +
			"Send the cursor as it was given, with the same filter and sort order, or begin anew without one."}
	}
	if d.Now().Unix() >= int64(binary.BigEndian.Uint64(b[1:])) {
		return &roster.Error{Kind: roster.OldCursor, Detail: "The cursor has expired. Begin anew without one."}
	}
	l.total = int(binary.BigEndian.Uint32(b[9:]))
	copy(l.after.id[:], b[13:])
	if b[29] == 1 {
		key := string(b[cursorBody:end])
		l.after.key = &key
	}
	return nil
}
