package main

import (
	"context"
	"io"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
	"rollcall/sso"
)

type connectionTestCmd struct{ connectionArg }

// Help is shown below the flags.
func (*connectionTestCmd) Help() string {
	return `Prints a link that is good for 30 minutes and for the connection as it is now. Who opens it signs in at the identity
provider and sees what came, what was used, ignored and missing, and what would become of them. Nobody is signed in here, and
drafts can be tested, too. A test that passes is what ` + "`rollcall tenant sso enforce`" + ` asks for. docs/sign-in-setup.md`
}

// Run implements connection test.
func (c *connectionTestCmd) Run(p *program) error {
	_, _, con, err := c.find(p)
	if err != nil {
		return err
	}
	key, err := p.key()
	if err != nil {
		return err
	}
	v, err := testLink(key, p.baseURL(p.Listen), p.now)(p.ctx, con)
	if err != nil {
		return err
	}
	return p.show(v, func(w io.Writer) {
		say(w, "%s", v.URL)
		say(w, "Good until %s, and until the connection changes.", when(v.ExpiresAt))
	})
}

// testLink makes what makes links of test sign-ins.
func testLink(key secret.Key, publicURL string, now func() time.Time) func(context.Context, tenant.Connection) (view.TestLinkView, error) {
	return func(_ context.Context, con tenant.Connection) (view.TestLinkView, error) {
		if !con.Testable() {
			return view.TestLinkView{}, &roster.Error{
				Kind: roster.Refused, Code: roster.CodeConnectionDisabled, Field: "connection",
				Detail: "The connection is " + string(con.Status) + ", and nobody signs in through it, not even for a test. Activate it first.",
			}
		}
		at := now().Truncate(time.Second)
		return view.TestLinkView{URL: sso.TestURL(publicURL, key.Derive(secret.TestTicketKey), con, at), ExpiresAt: at.Add(sso.TestLife)}, nil
	}
}
