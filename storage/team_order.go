package storage

import (
	"strconv"
	"strings"
	"time"

	"rollcall/internal/roster"
)

// lastMoment is the latest time that a place names, in milliseconds: the end of the year 9999.
const lastMoment = 253_402_300_799_999

// teamOrder is what the team is sorted by: columns, of which the last is the id.
type teamOrder struct {
	columns []string
	desc    bool
}

// orderTeam is the order of a list, which it has begin behind the query's place, or end before it. What ties is in the
// order of names. BadCursor for a place in a list of another order.
func orderTeam(q roster.TeamQuery, s *narrow) (teamOrder, error) {
	o := teamOrder{columns: []string{"m.label_fold", "m.id"}}
	place, backwards := q.After, false
	if !q.Before.ID.IsZero() {
		place, backwards = q.Before, true
	}
	label, err := sameText(place.Key)
	values := []any{label, ident(place.ID.UUID)}
	switch q.Sort {
	case roster.TeamByActivity:
		ms, name, _ := strings.Cut(place.Key, " ")
		seen, perr := strconv.ParseInt(ms, 10, 64)
		if !place.ID.IsZero() && (perr != nil || seen < 0 || seen > lastMoment) {
			return o, badKey()
		}
		values[0] = name
		values = append([]any{instant(time.UnixMilli(seen))}, values...)
		o.columns = append([]string{"coalesce(a.seen_at, " + s.argument(instant(time.Unix(0, 0))) + ")"}, o.columns...)
	case roster.TeamByJoined:
		o, values = teamOrder{columns: o.columns[1:], desc: true}, values[1:]
	case roster.TeamByName:
	}
	if err != nil || place.ID.IsZero() {
		return o, err
	}
	op := " > "
	if o.desc != backwards {
		op = " < "
	}
	s.sql += " AND " + behind(s, op, o.columns, values)
	return o, nil
}

// behind is the condition of what comes behind a place. The comparison of the first column stands alone, so that the scan
// of its index begins there.
func behind(s *narrow, op string, columns []string, values []any) string {
	column, value := columns[0], s.argument(values[0])
	if len(columns) == 1 {
		return column + op + value
	}
	or := strings.TrimRight(op, " ") + "= "
	return column + or + value + " AND (" + column + op + value + " OR " + behind(s, op, columns[1:], values[1:]) + ")"
}

// by is the order in SQL, or that from the end.
func (o teamOrder) by(backwards bool) string {
	direction := ""
	if o.desc != backwards {
		direction = " DESC"
	}
	return " ORDER BY " + strings.Join(o.columns, direction+", ") + direction
}

// placeOf is where a member stands in a list of an order.
func placeOf(id roster.MemberID, seen instant, label string, by roster.TeamSort) roster.TeamPlace {
	p := roster.TeamPlace{ID: id, Key: label}
	switch by {
	case roster.TeamByActivity:
		ms := int64(0)
		if !seen.time().IsZero() {
			ms = seen.time().UnixMilli()
		}
		p.Key = strconv.FormatInt(ms, 10) + " " + label
	case roster.TeamByJoined:
		p.Key = ""
	case roster.TeamByName:
	}
	return p
}
