package main

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func writeMember(w io.Writer, cfg tenant.Config, v view.MemberDetailView) {
	state := string(v.State)
	if v.Reason != "" {
		state += " (" + string(v.Reason) + ")"
	}
	fields(w, "id", v.ID.String(), "email", string(v.Email), "login", v.Login, "external id", v.ExternalID, "name", v.Name,
		"role", v.Role, "active", yesNo(v.Active), "state", state, "waits for an admin", string(v.Conflict),
		"directory", directoryName(cfg, v.Directory), "directory says", saysActive(v), "other addresses", others(v),
		"groups", strings.Join(list(v.Groups, func(g view.GroupRefView) string { return g.Name }), ", "),
		"created", when(v.CreatedAt), "changed", when(v.ChangedAt), "removed", when(v.RemovedAt))
	say(w, "")
	table(w, "Nobody says anything of the member.", []string{"CLAIM OF", "HERE", "ACTIVE", "ROLE", "SINCE"},
		list(v.Claims, func(c roster.Claim) []string {
			active := "-"
			if c.Active != nil {
				active = yesNo(*c.Active)
			}
			return []string{roster.Speaker(c, cfg), yesNo(c.Here), active, cmp.Or(c.Role, "-"), when(c.At)}
		}))
}

func directoryName(cfg tenant.Config, id string) string {
	for _, d := range cfg.Directories {
		if d.ID.String() == id {
			return d.Name + " (" + id + ")"
		}
	}
	if id == (tenant.DirectoryID{}).String() {
		return "" // none, such as behind a decision that let go of it
	}
	return id
}

func saysActive(v view.MemberDetailView) string {
	if v.Directory == "" {
		return ""
	}
	return "active: " + yesNo(v.DirectoryActive)
}

func others(v view.MemberDetailView) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(v.Addresses), func(a string) bool { return a == string(v.Email) }), ", ")
}
