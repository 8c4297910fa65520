package scim

import (
	"context"
	"iter"
	"net/http"
	"strconv"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Bounds on what one answer holds in memory. Longer ones leave in pieces, read as they are written.
const (
	streamBytes = 256 << 10 // written at once; an answer that is not longer has a Content-Length
	streamRead  = 2 << 20   // about as many bytes of resources are read at once
)

// batches are how many rows are read at once.
type batches struct {
	first, more int // resources of a list
	members     int // of groups
}

// next is how many resources to read after some that took so many bytes.
func (b batches) next(items, bytes int) int {
	return min(b.more, max(1, streamRead*items/max(bytes, 1)))
}

func newBatches() batches { return batches{first: defaultPage, more: 500, members: 5000} }

// stream writes an answer with a body that may be long. What fails after its first piece has gone breaks
// the connection: see recorder.
type stream struct {
	w      http.ResponseWriter
	status int
	buf    []byte
	begun  bool
	sent   int // bytes that were written
}

func newStream(w http.ResponseWriter, status int) *stream {
	return &stream{w: w, status: status, buf: make([]byte, 0, 4<<10)}
}

// full sends what is there, if it is much.
func (s *stream) full() error {
	if len(s.buf) < streamBytes {
		return nil
	}
	if !s.begun {
		head(s.w)
		s.w.WriteHeader(s.status)
		s.begun = true
	}
	if _, err := s.w.Write(s.buf); err != nil {
		return &gone{err}
	}
	s.sent += len(s.buf)
	s.buf = s.buf[:0]
	return nil
}

// size is how long the answer is so far.
func (s *stream) size() int { return s.sent + len(s.buf) }

// end sends the rest.
func (s *stream) end() error {
	if !s.begun {
		return write(s.w, s.status, s.buf)
	}
	if _, err := s.w.Write(s.buf); err != nil {
		return &gone{err}
	}
	return nil
}

// lister reads and writes the resources of one list.
type lister[T any] struct {
	read func(context.Context, roster.Query) (roster.Page[T], error)
	id   func(T) tenant.UUID
	// batch writes resources that were read together. It calls next before each.
	batch func(s *stream, items []T, next func() error) error
}

// writePages answers with a ListResponse (RFC 7644 §3.4.2). A page that is longer than what is read at once
// is continued behind its last item, so that nothing stands in it twice.
func writePages[T any](d *Door, w http.ResponseWriter, q *request, l list, query roster.Query, by lister[T]) error {
	query.Limit = min(l.count, d.reads.first)
	page, err := readPage(q.Context(), query, l.total, by.read)
	if err != nil {
		return err
	}
	total, items := page.Total, len(page.Items)
	s := newStream(w, http.StatusOK)
	short := !page.More || items == l.count
	s.buf = append(append(s.buf, `{"schemas":["`+listURN+`"],"totalResults":`...), strconv.Itoa(total)...)
	if !l.byCursor {
		s.buf = append(append(s.buf, `,"startIndex":`...), strconv.Itoa(l.start)...)
	}
	if short { // most lists; what is known now stands at the top
		s.buf = by.rest(s.buf, d, l, page, items, total)
	}
	s.buf = append(s.buf, `,"Resources":[`...)
	first := true
	next := func() error {
		if !first {
			s.buf = append(s.buf, ',')
		}
		first = false
		return s.full()
	}
	for {
		before := s.size()
		if err := by.batch(s, page.Items, next); err != nil {
			return err
		}
		if short || !page.More || items >= l.count || len(page.Items) == 0 {
			break
		}
		query.Offset, query.After, query.AfterKey = 0, by.id(page.Items[len(page.Items)-1]), page.LastKey
		query.Limit = min(l.count-items, d.reads.next(len(page.Items), s.size()-before))
		if err = q.back(); err != nil {
			return err
		}
		if page, err = by.read(q.Context(), query); err != nil {
			return err
		}
		items += len(page.Items)
	}
	s.buf = append(s.buf, ']')
	if !short {
		s.buf = by.rest(s.buf, d, l, page, items, total)
	}
	s.buf = append(s.buf, '}')
	return s.end()
}

// rest writes what follows from the last item of a page.
func (by lister[T]) rest(dst []byte, d *Door, l list, page roster.Page[T], items, total int) []byte {
	dst = append(append(dst, `,"itemsPerPage":`...), strconv.Itoa(items)...)
	if l.byCursor && page.More && len(page.Items) > 0 {
		last := page.Items[len(page.Items)-1]
		dst = append(append(append(dst, `,"nextCursor":"`...), d.next(l, place{by.id(last), page.LastKey}, total)...), '"')
	}
	return dst
}

// memberPages walks the members of a group, page by page, each in a turn of the request.
func (d *Door) memberPages(q *request, group roster.GroupID) iter.Seq2[[]roster.GroupMember, error] {
	return func(yield func([]roster.GroupMember, error) bool) {
		var after roster.MemberID
		for {
			if err := q.back(); err != nil {
				yield(nil, err)
				return
			}
			page, err := d.Store.Reader(q.by.Tenant).GroupMembers(q.Context(), group, after, d.reads.members)
			if !yield(page, err) || err != nil || len(page) < d.reads.members {
				return
			}
			after = page[len(page)-1].ID
		}
	}
}

// onePage is the pages of members that are all there.
func onePage(members []roster.GroupMember) iter.Seq2[[]roster.GroupMember, error] {
	return func(yield func([]roster.GroupMember, error) bool) { yield(members, nil) }
}
