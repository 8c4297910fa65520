package main

import (
	"cmp"
	"io"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

type heldCmd struct {
	List    heldListCmd    `cmd:"" help:"List whom the directory turned off or deleted, and whose access is kept for now."`
	Release heldReleaseCmd `cmd:"" help:"Let what is held back take effect now: of all, or of the people who are named."`
	Refuse  heldRefuseCmd  `cmd:"" help:"Keep the people whom the directory wants off, at your word."`
}

type heldListCmd struct{ directoryArg }

// heldView is one held change as JSON.
type heldView struct {
	Member roster.MemberID `json:"member"`
	Login  string          `json:"login"`
	Email  roster.Email    `json:"email"`
	Change string          `json:"change"` // deactivate or remove
	Since  time.Time       `json:"since"`
	Due    time.Time       `json:"due"`
}

// Run implements directory held list.
func (c *heldListCmd) Run(p *program) error {
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	views := []heldView{}
	q := roster.HeldQuery{Directory: d.ID, Limit: memberPage}
	for more := true; more; {
		page, err := r.HeldChanges(p.ctx, s, q)
		if err != nil {
			return err
		}
		for _, h := range page.Items {
			m, err := p.db.Reader(s.Tenant).Member(p.ctx, roster.Scope{}, h.Member, false)
			if err != nil {
				return err
			}
			v := heldView{Member: h.Member, Login: m.Login, Email: m.Email, Change: "deactivate", Since: h.Since, Due: h.Due}
			if h.Removal {
				v.Change = "remove"
			}
			views = append(views, v)
			q.After = h.Member
		}
		more = page.More
	}
	return p.show(views, func(w io.Writer) {
		table(w, "Nothing is held back.", []string{"EMAIL", "CHANGE", "SINCE", "TAKES EFFECT", "ID"}, list(views, func(v heldView) []string {
			return []string{cmp.Or(string(v.Email), v.Login), v.Change, when(v.Since), when(v.Due), v.Member.String()}
		}))
	})
}

// heldArg names a directory and, of what is held back there, some people or all.
type heldArg struct {
	directoryArg
	Members []string `arg:"" optional:"" name:"member" help:"The people, by id, e-mail address or login. None: all."`
}

// heldDone is what became of held changes, as JSON.
type heldDone struct {
	Directory tenant.DirectoryID `json:"directory"`
	People    int                `json:"people"`
}

func (a heldArg) settle(p *program, do func(*roster.Roster, roster.Staff, tenant.DirectoryID, []roster.MemberID) (int, error), sentence string) error {
	r, s, d, err := findDirectory(p, a.Directory)
	if err != nil {
		return err
	}
	var ids []roster.MemberID
	for _, name := range a.Members {
		id, err := findMember(p, s, name)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	n, err := do(r, s, d.ID, ids)
	if err != nil {
		return err
	}
	return p.show(heldDone{d.ID, n}, func(w io.Writer) { say(w, sentence, count(n, "person", "people")) })
}

type heldReleaseCmd struct{ heldArg }

// Run implements directory held release.
func (c *heldReleaseCmd) Run(p *program) error {
	return c.settle(p, func(r *roster.Roster, s roster.Staff, d tenant.DirectoryID, ids []roster.MemberID) (int, error) {
		return r.ReleaseHeld(p.ctx, s, d, ids)
	}, "Done: the directory's word counts for %s now.")
}

type heldRefuseCmd struct{ heldArg }

// Run implements directory held refuse.
func (c *heldRefuseCmd) Run(p *program) error {
	return c.settle(p, func(r *roster.Roster, s roster.Staff, d tenant.DirectoryID, ids []roster.MemberID) (int, error) {
		return r.RefuseHeld(p.ctx, s, d, ids)
	}, "Refused. Kept at your word: %s.")
}
