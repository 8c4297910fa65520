package main

import (
	"cmp"
	"errors"
	"io"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/view"
)

type memberCmd struct {
	List          memberListCmd       `cmd:"" help:"List a tenant's members: role, access, and by whose word."`
	Show          memberShowCmd       `cmd:"" help:"Show one member with all claims, groups and attributes."`
	Explain       memberExplainCmd    `cmd:"" help:"Say why a member has access and a role, or has not: the rule, who decided, and who would be next."`
	Add           memberAddCmd        `cmd:"" help:"Make somebody a member without a directory."`
	Activate      memberActivateCmd   `cmd:"" help:"Take back your own word that a member is off. A directory's word stays."`
	Deactivate    memberDeactivateCmd `cmd:"" help:"Take a member's access, whatever the directory says."`
	SetRole       memberSetRoleCmd    `cmd:"" help:"Give a member a role."`
	Remove        memberRemoveCmd     `cmd:"" help:"End a membership. The history stays; a directory may bring the same person back."`
	Links         memberLinksCmd      `cmd:"" help:"List who a member is at the tenant's identity providers."`
	Unlink        memberUnlinkCmd     `cmd:"" help:"End a link: the subject is not the member any more."`
	ResetPassword memberResetCmd      `cmd:"" help:"Make a link by which a member without an identity provider sets a password."`
	ResetFactors  memberFactorsCmd    `cmd:"" help:"Take the second factors of a member away who lost them."`
	Confirm       memberConfirmCmd    `cmd:"" help:"Decide on a member whom a directory wants to take over."`
}

type memberListCmd struct {
	tenantFlag
	State   string `placeholder:"STATE" help:"Only members in this state: active, inactive, awaiting_proof, needs_confirmation or removed."`
	Removed bool   `help:"Show removed members too."`
}

// memberPage is how many members are read at once.
const memberPage = 500

// Run implements member list.
func (c *memberListCmd) Run(p *program) error {
	_, s, err := c.staff(p)
	if err != nil {
		return err
	}
	cfg, err := p.db.Reader(s.Tenant).Config(p.ctx)
	if err != nil {
		return err
	}
	want := roster.State(c.State)
	q := roster.Query{Limit: memberPage, WithRemoved: c.Removed || want == roster.StateRemoved}
	views := []view.MemberView{}
	for more := true; more; {
		page, err := p.db.Reader(s.Tenant).Members(p.ctx, q)
		if err != nil {
			return err
		}
		for _, m := range page.Items {
			if want == "" || m.Standing.State == want {
				views = append(views, view.Member(cfg, m))
			}
			q.After = m.ID.UUID
		}
		more = page.More
	}
	return p.show(views, func(w io.Writer) {
		table(w, "The tenant has no such member.", []string{"EMAIL", "NAME", "ROLE", "ACTIVE", "WHY", "SOURCES", "ID"},
			list(views, func(v view.MemberView) []string {
				return []string{
					cmp.Or(string(v.Email), v.Login, "-"), cmp.Or(v.Name, "-"), v.Role, yesNo(v.Active),
					cmp.Or(string(v.Reason), "-"), strings.Join(v.Sources, ","), v.ID.String(),
				}
			}))
	})
}

// memberArg names a member of a tenant.
type memberArg struct {
	tenantFlag
	Member string `arg:"" help:"The member, by id (mem_… or the UUID of SCIM), e-mail address or login."`
}

// change finds the member, does something to it, and prints what it is then.
func (a memberArg) change(p *program, do func(*roster.Roster, roster.Staff, roster.MemberID) (roster.Member, error), sentence string) error {
	r, s, err := a.staff(p)
	if err != nil {
		return err
	}
	id, err := findMember(p, s, a.Member)
	if err != nil {
		return err
	}
	m, err := do(r, s, id)
	if err != nil {
		return err
	}
	return p.showChanged(s, m, sentence)
}

// showChanged prints a member after a change, with the reason where the change
// did not do what somebody may expect.
func (p *program) showChanged(s roster.Staff, m roster.Member, sentence string) error {
	cfg, err := p.db.Reader(s.Tenant).Config(p.ctx)
	if err != nil {
		return err
	}
	v := view.Member(cfg, m)
	return p.show(v, func(w io.Writer) {
		say(w, sentence, printable(cmp.Or(string(v.Email), v.Login, v.ID.String())))
		access := "with access"
		if !v.Active {
			access = "without access (" + string(v.Reason) + ")"
		}
		say(w, "Now: role %s, %s.", v.Role, access)
	})
}

type memberShowCmd struct{ memberArg }

// Run implements member show.
func (c *memberShowCmd) Run(p *program) error {
	_, s, err := c.staff(p)
	if err != nil {
		return err
	}
	id, err := findMember(p, s, c.Member)
	if err != nil {
		return err
	}
	rd := p.db.Reader(s.Tenant)
	m, err := rd.Member(p.ctx, roster.Scope{}, id, true)
	if err != nil {
		return err
	}
	cfg, err := rd.Config(p.ctx)
	if err != nil {
		return err
	}
	v := view.MemberDetail(cfg, m)
	return p.show(v, func(w io.Writer) { writeMember(w, cfg, v) })
}

type memberExplainCmd struct{ memberArg }

// Run implements member explain.
func (c *memberExplainCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	id, err := findMember(p, s, c.Member)
	if err != nil {
		return err
	}
	e, err := r.Explain(p.ctx, s, id)
	if err != nil {
		return err
	}
	cfg, err := p.db.Reader(s.Tenant).Config(p.ctx)
	if err != nil {
		return err
	}
	v := view.Explanation(cfg, e)
	return p.show(v, func(w io.Writer) {
		say(w, "%s (%s)", printable(cmp.Or(string(v.Member.Email), v.Member.Login)), v.Member.ID)
		for _, line := range v.Lines {
			say(w, "%s", printable(line))
		}
	})
}

type memberAddCmd struct {
	tenantFlag
	Email string `arg:"" help:"The person's e-mail address. You vouch for it: the member has access at once."`
	Role  string `placeholder:"ROLE" help:"The member's role (default: the domain's, or else the tenant's default)."`
	Name  string `placeholder:"NAME" help:"The person's name."`
}

// Run implements member add.
func (c *memberAddCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	m, err := r.AddMember(p.ctx, s, c.Email, c.Role, c.Name)
	if err != nil {
		return err
	}
	return p.showChanged(s, m, "%s is a member.")
}

type memberActivateCmd struct{ memberArg }

// Run implements member activate.
func (c *memberActivateCmd) Run(p *program) error {
	return c.change(p, func(r *roster.Roster, s roster.Staff, id roster.MemberID) (roster.Member, error) {
		return r.SetActive(p.ctx, s, id, true)
	}, "You keep %s off no more.")
}

type memberDeactivateCmd struct{ memberArg }

// Run implements member deactivate.
func (c *memberDeactivateCmd) Run(p *program) error {
	return c.change(p, func(r *roster.Roster, s roster.Staff, id roster.MemberID) (roster.Member, error) {
		return r.SetActive(p.ctx, s, id, false)
	}, "%s is off until you say otherwise, whatever a directory says.")
}

type memberSetRoleCmd struct {
	memberArg
	NewRole string `arg:"" optional:"" name:"role" help:"The role; the tenant's roles are shown by tenant show."`
	Role    string `placeholder:"ROLE" help:"The same as the argument. An empty text takes your word back, so that the next one counts."`
}

// Run implements member set-role.
func (c *memberSetRoleCmd) Run(p *program) error {
	if c.NewRole != "" && c.Role != "" && c.NewRole != c.Role {
		return usage("give one role, not %q and %q", c.NewRole, c.Role)
	}
	return c.change(p, func(r *roster.Roster, s roster.Staff, id roster.MemberID) (roster.Member, error) {
		return r.SetRole(p.ctx, s, id, cmp.Or(c.NewRole, c.Role))
	}, "The role of %s is noted.")
}

type memberRemoveCmd struct{ memberArg }

// Run implements member remove.
func (c *memberRemoveCmd) Run(p *program) error {
	return c.change(p, func(r *roster.Roster, s roster.Staff, id roster.MemberID) (roster.Member, error) {
		if err := r.RemoveMember(p.ctx, s, id); err != nil {
			return roster.Member{}, err
		}
		return p.db.Reader(s.Tenant).Member(p.ctx, roster.Scope{}, id, false)
	}, "%s is a member no more.")
}

type memberConfirmCmd struct {
	memberArg
	Refuse bool `help:"Keep the directory out: the member stays as it was before."`
}

// Run implements member confirm.
func (c *memberConfirmCmd) Run(p *program) error {
	sentence := "The directory manages %s from now on."
	if c.Refuse {
		sentence = "The directory does not manage %s."
	}
	return c.change(p, func(r *roster.Roster, s roster.Staff, id roster.MemberID) (roster.Member, error) {
		m, err := r.Confirm(p.ctx, s, id, !c.Refuse)
		if errors.Is(err, roster.Stale) {
			return m, refused("somebody else changed the member just now; look at it and decide again")
		}
		return m, err
	}, sentence)
}
