package main

import (
	"io"

	"rollcall/internal/roster"
	"rollcall/internal/view"
)

type memberLinksCmd struct{ memberArg }

// Run implements member links.
func (c *memberLinksCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	id, err := findMember(p, s, c.Member)
	if err != nil {
		return err
	}
	links, err := r.Links(p.ctx, s, id)
	if err != nil {
		return err
	}
	views := list(links, view.Link)
	return p.show(views, func(w io.Writer) {
		table(w, "The member has not signed in through a connection.", []string{"ID", "CONNECTION", "SUBJECT", "EMAIL", "LIVE", "SINCE", "SEEN"},
			list(views, func(v view.LinkView) []string {
				return []string{v.ID.String(), v.Connection.String(), printable(v.Subject), string(v.Email), yesNo(v.Live), when(v.CreatedAt), when(v.SeenAt)}
			}))
	})
}

type memberUnlinkCmd struct {
	memberArg
	Link string `arg:"" help:"The link, by its id (lnk_…); member links shows them."`
}

// Run implements member unlink.
func (c *memberUnlinkCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	id, err := findMember(p, s, c.Member)
	if err != nil {
		return err
	}
	link, err := roster.ParseLinkID(c.Link)
	if err != nil {
		return usage("%w", err)
	}
	l, err := r.Unlink(p.ctx, s, id, link)
	if err != nil {
		return err
	}
	return p.show(view.Link(l), func(w io.Writer) {
		say(w, "The subject is nobody now, and its sessions ended. The next sign-in with the member's proven address links anew.")
	})
}
