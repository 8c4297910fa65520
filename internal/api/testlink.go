package api

import (
	"context"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

// TestLink makes the link of a test sign-in at a connection as it is now. Refused for one through which nobody signs in.
type TestLink func(context.Context, tenant.Connection) (view.TestLinkView, error)

func (d *Door) testLinks() {
	add(d, "Sign-ins", operation{id: "makeTestLink", verb: "POST /tenants/{tenant}/connections/{connection}/test-link", scope: WriteConnections, summary: "Make the link of a test sign-in", about: "Who opens it signs in at the provider and sees what came, and what would become of them; nobody is signed in here. It is good for 30 minutes, and until the connection changes. A test that passes lets SSO be enforced."}, d.makeTestLink)
}

func (d *Door) makeTestLink(ctx context.Context, in *InConnection) (*answer[view.TestLinkView], error) {
	c, _, err := d.connection(ctx, *in)
	if err != nil {
		return nil, err
	}
	if d.TestLink == nil {
		return nil, &roster.Error{Kind: roster.Unavailable, Detail: "This program can't make links of test sign-ins."}
	}
	v, err := d.TestLink(ctx, c)
	if err != nil {
		return nil, err
	}
	return the(v), nil
}
