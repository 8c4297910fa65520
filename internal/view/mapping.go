package view

import (
	"cmp"
	"errors"
	"slices"

	"rollcall/internal/roster"
)

// MappingPreviewView is what mappings would do, as JSON.
type MappingPreviewView struct {
	Members int             `json:"members" doc:"Of the directory."`
	Shifts  []RoleShiftView `json:"shifts" doc:"How many would go from which role to which."`
	First   []RoleMoveView  `json:"first" doc:"The first of them, by id."`
	Refused roster.Code     `json:"refused,omitempty" doc:"Why the mappings would be refused."`
	Detail  string          `json:"detail,omitempty"`
}

// RoleShiftView is how many members would go from one role to another.
type RoleShiftView struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Members int    `json:"members"`
}

// RoleMoveView is one of them.
type RoleMoveView struct {
	Member roster.MemberID `json:"member"`
	Login  string          `json:"login"`
	From   string          `json:"from"`
	To     string          `json:"to"`
}

// Mappings shows what mappings would do: the shifts by role, the people as they come.
func Mappings(m roster.MappingPreview) MappingPreviewView {
	v := MappingPreviewView{Members: m.Members, Shifts: []RoleShiftView{}, First: []RoleMoveView{}}
	for shift, n := range m.Moves {
		v.Shifts = append(v.Shifts, RoleShiftView{shift.From, shift.To, n})
	}
	slices.SortFunc(v.Shifts, func(a, b RoleShiftView) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	for _, x := range m.First {
		v.First = append(v.First, RoleMoveView{x.Member, cmp.Or(x.Login, string(x.Email)), x.From, x.To})
	}
	if e, ok := errors.AsType[*roster.Error](m.Refusal); ok {
		v.Refused, v.Detail = e.Code, e.Detail
	}
	return v
}
