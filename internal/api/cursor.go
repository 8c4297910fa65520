package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"

	"rollcall/internal/roster"
)

// cursors makes and reads the places in lists. A cursor is the key of the last item that was shown,
// behind a signature over that and over the list that it belongs to: the operation, the tenant and
// the filters. It is kept nowhere, gives no rights and does not expire.
type cursors struct{ key []byte }

const signature = 16

func (c cursors) sign(place []byte, list string) []byte {
	m := hmac.New(sha256.New, c.key)
	_, _ = m.Write([]byte(list)) // a hash never fails
	_, _ = m.Write([]byte{0})
	_, _ = m.Write(place)
	return m.Sum(nil)[:signature]
}

// write makes the cursor of a place.
func (c cursors) write(list string, place []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(c.sign(place, list), place...))
}

// read returns the place of a cursor; nothing for the empty one, which is the first page.
func (c cursors) read(list, cursor string) ([]byte, error) {
	if cursor == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) <= signature || !hmac.Equal(b[:signature], c.sign(b[signature:], list)) {
		return nil, &roster.Error{
			Kind: roster.BadCursor, Field: "cursor",
			Detail: "The cursor was not made for this list. Send next_cursor as it was given, with the same filters, or begin anew without one.",
		}
	}
	return b[signature:], nil
}

// Paging are the parameters of lists.
type Paging struct {
	Limit  int    `query:"limit" default:"100" minimum:"1" maximum:"1000" doc:"The most items of a page."`
	Cursor string `query:"cursor" maxLength:"2000" doc:"The next_cursor of the page before; none for the first page."`
}

// page is one page of a list.
type page[T any] struct {
	Items      []T    `json:"items" doc:"The page, in the order of creation where nothing else is said."`
	NextCursor string `json:"next_cursor,omitempty" doc:"Where the next page begins; absent on the last one."`
}

// pageOf makes a page of what a store found. next is the key of the last item.
func pageOf[T, V any](c cursors, list string, found roster.Page[T], view func(T) V, next func(T) []byte) *answer[page[V]] {
	p := page[V]{Items: views(found.Items, view)}
	if found.More && len(found.Items) > 0 {
		p.NextCursor = c.write(list, next(found.Items[len(found.Items)-1]))
	}
	return the(p)
}

func views[T, V any](in []T, view func(T) V) []V {
	out := make([]V, len(in))
	for i, v := range in {
		out[i] = view(v)
	}
	return out
}

type listKey struct{}

// listOf names the list that a request asks for, whatever page of it.
func listOf(ctx context.Context) string {
	s, _ := ctx.Value(listKey{}).(string)
	return s
}

// withList notes the list that a request asks for. Parameters are in order of their names.
func withList(r *http.Request) context.Context {
	q := r.URL.Query()
	q.Del("cursor")
	q.Del("limit")
	return context.WithValue(r.Context(), listKey{}, r.URL.Path+"?"+q.Encode())
}
