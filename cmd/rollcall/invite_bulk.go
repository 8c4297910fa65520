package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"rollcall/internal/roster"
	"rollcall/internal/view"
	"rollcall/invites"
)

type inviteBulkCmd struct {
	tenantFlag
	inviteHow
	File  string `arg:"" help:"The CSV file, with a head: email, first_name, last_name, role. - reads standard input."`
	Check bool   `help:"Only say what would become of each line."`
}

// Help is shown below the flags.
func (*inviteBulkCmd) Help() string {
	return `Each line has its own fate: those that can't be invited are told with the reason, and the others are invited. With --check
nothing is written. The exit code is 1 when a line was not invited.`
}

// Run implements invite bulk.
func (c *inviteBulkCmd) Run(p *program) error {
	raw, err := c.read()
	if err != nil {
		return err
	}
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	common, err := c.draft()
	if err != nil {
		return err
	}
	lines, err := invites.ReadCSV(raw, common)
	if err != nil {
		return err
	}
	views, err := c.invite(p, r, s, lines)
	if err != nil && len(views) == 0 {
		return err
	}
	failed, bad := err, 0 // what was invited before a failure stands, and is told
	for _, v := range views {
		if !v.Good {
			bad++
		}
	}
	err = p.show(views, func(w io.Writer) { c.tell(w, views) })
	if err == nil && failed != nil {
		return failed
	}
	if err == nil && bad > 0 {
		err = refused("%d of %d lines were not invited; the table says why", bad, len(views))
	}
	return err
}

// tell writes the table, and the links where nothing else brings them to anybody.
func (c *inviteBulkCmd) tell(w io.Writer, views []view.InviteResultView) {
	table(w, "No lines.", []string{"LINE", "EMAIL", "VERDICT", "WHAT TO DO"}, list(views, func(v view.InviteResultView) []string {
		return []string{strconv.Itoa(v.Line), printable(v.Email), string(v.Verdict), v.Detail}
	}))
	if !c.NoMail || c.Check {
		return
	}
	say(w, "No mails are sent. Hand these links on; they are shown this once:")
	for _, v := range views {
		if v.Invite != nil {
			say(w, "  %s  %s", printable(v.Email), v.Invite.AcceptURL)
		}
	}
}

func (c *inviteBulkCmd) read() ([]byte, error) {
	in := io.Reader(os.Stdin)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, usage("%w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, invites.MaxCSV+1))
	if err != nil {
		return nil, fmt.Errorf("read the CSV file: %w", err)
	}
	return raw, nil
}

func (c *inviteBulkCmd) invite(p *program, r *roster.Roster, s roster.Staff, lines []roster.InviteDraft) ([]view.InviteResultView, error) {
	if c.Check {
		verdicts, err := r.CheckInvites(p.ctx, s, lines)
		return list(verdicts, view.InviteLine), err
	}
	sender, err := p.inviter(r)
	if err != nil {
		return nil, err
	}
	made, err := sender.CreateMany(p.ctx, s, lines, c.NoMail)
	return list(made, func(m invites.Made) view.InviteResultView { return madeLine(m, p) }), err
}

func madeLine(m invites.Made, p *program) view.InviteResultView {
	v := view.InviteLine(m.InviteVerdict)
	if m.Link != "" {
		i := view.Invite(m.Made, p.now())
		i.AcceptURL = m.Link
		v.Invite = &i
	}
	return v
}
