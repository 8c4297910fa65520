package scim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"rollcall/internal/roster"
)

// Page sizes, as ServiceProviderConfig shows them.
const (
	defaultPage = 100
	maxPage     = 1000
)

const (
	listURN   = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	searchURN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
	// maxSearchBody bounds a SearchRequest.
	maxSearchBody = 64 << 10
)

// list is a parsed query for resources (RFC 7644 §3.4.2, RFC 9865 §2).
type list struct {
	where      roster.Predicate
	order      roster.Field
	desc       bool
	start      int // from 1
	count      int
	byCursor   bool
	after      place  // of the cursor
	total      int    // as the cursor remembers it; -1: not known yet
	bound      string // what a cursor of this list holds for
	projection *projection
}

// parseList reads the query of a list request.
func (d *Door) parseList(q *request, kind resourceKind) (l list, err error) {
	p := q.params
	if l.projection, err = q.projection(kind); err != nil {
		return l, err
	}
	if filter := p.get("filter"); filter != "" {
		if l.where, err = parseFilter(filter, q.quirks.schema(kind), d.Limits); err != nil {
			return l, err
		}
	}
	if by := p.get("sortBy"); by != "" {
		if l.order, err = parseSort(by, q.quirks.schema(kind)); err != nil {
			return l, err
		}
		if l.desc, err = descending(p.get("sortOrder")); err != nil {
			return l, err
		}
	}
	return l, d.parsePaging(q, &l, q.quirks.schema(kind).noun)
}

// parsePaging reads which page of a list is asked for. of tells the lists of a directory apart.
func (d *Door) parsePaging(q *request, l *list, of string) (err error) {
	p := q.params
	l.total = -1
	l.byCursor = p.has("cursor")
	if l.start, err = p.number("startIndex", 1); err != nil {
		return err
	}
	if l.count, err = p.number("count", defaultPage); err != nil {
		if l.byCursor {
			err = &fault{status: http.StatusBadRequest, scimType: "invalidCount", detail: "count is not a whole number."}
		}
		return err
	}
	l.start, l.count = max(l.start, 1), min(max(l.count, 0), maxPage)
	if l.byCursor {
		// Sort and filter are part of a cursor; the size of a page is not (RFC 9865 §2).
		l.bound = fmt.Sprintf("%s %s %q %q %t", q.by.Directory.ID, of, p.get("filter"), strings.ToLower(p.get("sortBy")), l.desc)
		err = d.resume(l, p.get("cursor"))
	}
	return err
}

// descending reads sortOrder (RFC 7644 §3.4.2.3).
func descending(order string) (bool, error) {
	switch {
	case order == "" || strings.EqualFold(order, "ascending"):
		return false, nil
	case strings.EqualFold(order, "descending"):
		return true, nil
	}
	return false, invalidValue("sortOrder is ascending or descending.")
}

// number reads a whole number of the query. One too large to hold is the
// largest: it means the same.
func (p params) number(key string, otherwise int) (int, error) {
	v := strings.TrimSpace(p.get(key))
	if v == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, invalidValue(key + " is not a whole number.")
	}
	return int(min(max(n, math.MinInt32), math.MaxInt32)), nil
}

// query is what the store is asked.
func (l list) query(s roster.Scope) roster.Query {
	return roster.Query{
		Scope: s, Where: l.where, Order: l.order, Desc: l.desc,
		Offset: l.start - 1, After: l.after.id, AfterKey: l.after.key, Limit: l.count,
	}
}

// readPage reads a page and its total. Counting costs as much as the whole
// list is long, so it is left to pages from which the total does not follow.
func readPage[T any](ctx context.Context, query roster.Query, known int, read func(context.Context, roster.Query) (roster.Page[T], error)) (roster.Page[T], error) {
	var page roster.Page[T]
	var err error
	if query.Limit > 0 {
		if page, err = read(ctx, query); err != nil {
			return page, err
		}
	}
	seen := query.Offset + len(page.Items)
	switch {
	case known >= 0:
		page.Total = known
	case !page.More && query.After.IsZero() && (len(page.Items) > 0 || query.Limit > 0 && query.Offset == 0):
		page.Total = seen
	default:
		count := roster.Query{Scope: query.Scope, Where: query.Where, Count: true}
		counted, err := read(ctx, count)
		if err != nil {
			return page, err
		}
		page.Total = counted.Total
		if len(page.Items) > 0 {
			page.Total = max(page.Total, seen) // others may write between the two
		}
	}
	return page, nil
}

// writeList answers with a ListResponse (RFC 7644 §3.4.2).
func writeList[T any](w http.ResponseWriter, l list, next string, page roster.Page[T], appendItem func([]byte, T) []byte) error {
	b := make([]byte, 0, 256+1024*len(page.Items))
	b = append(b, `{"schemas":["`+listURN+`"],"totalResults":`...)
	b = strconv.AppendInt(b, int64(page.Total), 10)
	if !l.byCursor {
		b = append(b, `,"startIndex":`...)
		b = strconv.AppendInt(b, int64(l.start), 10)
	}
	b = append(b, `,"itemsPerPage":`...)
	b = strconv.AppendInt(b, int64(len(page.Items)), 10)
	if l.byCursor && next != "" {
		b = append(b, `,"nextCursor":"`+next+`"`...)
	}
	b = append(b, `,"Resources":[`...)
	for i, item := range page.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendItem(b, item)
	}
	return write(w, http.StatusOK, append(b, "]}"...))
}

// search reads a SearchRequest (RFC 7644 §3.4.3) into the parameters that the
// same query has in a URL.
func (q *request) search(w http.ResponseWriter) error {
	body, err := q.body(w, maxSearchBody)
	if err != nil {
		return err
	}
	var s struct {
		Schemas            []string     `json:"schemas"`
		Attributes         []string     `json:"attributes"`
		ExcludedAttributes []string     `json:"excludedAttributes"`
		Filter             *string      `json:"filter"`
		SortBy             *string      `json:"sortBy"`
		SortOrder          *string      `json:"sortOrder"`
		StartIndex         *json.Number `json:"startIndex"`
		Count              *json.Number `json:"count"`
		Cursor             *string      `json:"cursor"`
	}
	decode := json.NewDecoder(bytes.NewReader(body))
	if err := decode.Decode(&s); err != nil || decode.More() {
		return &roster.Error{Kind: roster.BadSyntax, Detail: "The body is not a SearchRequest object of RFC 7644 §3.4.3.", Err: err}
	}
	if q.quirks.strict && !hasFold(s.Schemas, searchURN) {
		return &roster.Error{Kind: roster.BadSyntax, Detail: "schemas lacks " + searchURN + "."}
	}
	q.params = params{}
	for key, v := range map[string]*string{"filter": s.Filter, "sortBy": s.SortBy, "sortOrder": s.SortOrder, "cursor": s.Cursor} {
		if v != nil {
			q.params[key] = *v
		}
	}
	for key, v := range map[string]*json.Number{"startIndex": s.StartIndex, "count": s.Count} {
		if v != nil {
			q.params[key] = v.String()
		}
	}
	for key, v := range map[string][]string{"attributes": s.Attributes, "excludedAttributes": s.ExcludedAttributes} {
		if len(v) > 0 {
			q.params[key] = strings.Join(v, ",")
		}
	}
	return nil
}

func hasFold(list []string, want string) bool {
	for _, v := range list {
		if strings.EqualFold(v, want) {
			return true
		}
	}
	return false
}
