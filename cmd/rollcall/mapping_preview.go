package main

import (
	"fmt"
	"io"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

// shownMoves is how many people a preview names.
const shownMoves = 20

func previewMappings(p *program, r *roster.Roster, s roster.Staff, d tenant.Directory, mappings []tenant.RoleMapping) error {
	m, err := r.PreviewMappings(p.ctx, s, d.ID, mappings, shownMoves)
	if err != nil {
		return err
	}
	v := view.Mappings(m)
	return p.show(v, func(w io.Writer) {
		say(w, "Of %s, these would have another role. Nothing was changed.", count(m.Members, "member", "members"))
		table(w, "Nobody.", []string{"FROM", "TO", "MEMBERS"}, list(v.Shifts, func(x view.RoleShiftView) []string {
			return []string{x.From, x.To, fmt.Sprint(x.Members)}
		}))
		if len(v.First) > 0 {
			say(w, "")
			table(w, "", []string{"WHO", "FROM", "TO"}, list(v.First, func(x view.RoleMoveView) []string { return []string{x.Login, x.From, x.To} }))
		}
		if v.Refused != "" {
			say(w, "\nIt would be refused: %s (%s)", v.Detail, v.Refused)
		}
	})
}
