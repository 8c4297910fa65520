package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// shownMoves is how many people a preview names.
const shownMoves = 20

// mappingPreviewView is what mappings would do, as JSON.
type mappingPreviewView struct {
	Members int             `json:"members"`
	Shifts  []roleShiftView `json:"shifts"`
	First   []roleMoveView  `json:"first"`
	Refused roster.Code     `json:"refused,omitempty"`
	Detail  string          `json:"detail,omitempty"`
}

type roleShiftView struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Members int    `json:"members"`
}

type roleMoveView struct {
	Member roster.MemberID `json:"member"`
	Login  string          `json:"login"`
	From   string          `json:"from"`
	To     string          `json:"to"`
}

func previewMappings(p *program, r *roster.Roster, s roster.Staff, d tenant.Directory, mappings []tenant.RoleMapping) error {
	m, err := r.PreviewMappings(p.ctx, s, d.ID, mappings, shownMoves)
	if err != nil {
		return err
	}
	v := mappingPreviewView{Members: m.Members, Shifts: []roleShiftView{}, First: []roleMoveView{}}
	for shift, n := range m.Moves {
		v.Shifts = append(v.Shifts, roleShiftView{shift.From, shift.To, n})
	}
	slices.SortFunc(v.Shifts, func(a, b roleShiftView) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	for _, x := range m.First {
		v.First = append(v.First, roleMoveView{x.Member, cmp.Or(x.Login, string(x.Email)), x.From, x.To})
	}
	if e, ok := errors.AsType[*roster.Error](m.Refusal); ok {
		v.Refused, v.Detail = e.Code, e.Detail
	}
	return p.show(v, func(w io.Writer) {
		say(w, "Of %s, these would have another role. Nothing was changed.", count(m.Members, "member", "members"))
		table(w, "Nobody.", []string{"FROM", "TO", "MEMBERS"}, list(v.Shifts, func(x roleShiftView) []string {
			return []string{x.From, x.To, fmt.Sprint(x.Members)}
		}))
		if len(v.First) > 0 {
			say(w, "")
			table(w, "", []string{"WHO", "FROM", "TO"}, list(v.First, func(x roleMoveView) []string { return []string{x.Login, x.From, x.To} }))
		}
		if v.Refused != "" {
			say(w, "\nIt would be refused: %s (%s)", v.Detail, v.Refused)
		}
	})
}
