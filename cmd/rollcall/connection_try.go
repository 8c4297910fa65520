package main

import (
	"context"
	"io"
	"os"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
	"rollcall/jit"
)

type connectionTryCmd struct {
	connectionArg
	File string `arg:"" help:"A JSON object with attributes or claims, such as the payload of an ID token; with SAML the NameID under \"NameID\". - reads the standard input."`
}

// maxClaims bounds the file.
const maxClaims = 1 << 20

// Run implements connection try.
func (c *connectionTryCmd) Run(p *program) error {
	r, s, con, err := c.find(p)
	if err != nil {
		return err
	}
	var in io.Reader = os.Stdin
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return usage("read the claims: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	claims, err := io.ReadAll(io.LimitReader(in, maxClaims))
	if err != nil {
		return usage("read the claims: %w", err)
	}
	v, err := trial(r)(p.ctx, s.Tenant, con, claims)
	if err != nil {
		return err
	}
	return p.show(v, func(w io.Writer) { writeTrial(w, v) })
}

// trial makes what tells what a connection would make of claims that nobody has verified. Nothing is written.
func trial(r *roster.Roster) func(context.Context, tenant.ID, tenant.Connection, []byte) (view.TrialView, error) {
	return func(ctx context.Context, id tenant.ID, con tenant.Connection, claims []byte) (view.TrialView, error) {
		who, err := jit.Claimed(id, con, claims)
		if err != nil {
			return view.TrialView{}, &roster.Error{Kind: roster.Invalid, Field: "claims", Detail: "The claims can't be used: " + err.Error() + "."}
		}
		d, err := jit.Joiner{Roster: r}.Try(ctx, who)
		if err != nil {
			return view.TrialView{}, err
		}
		return viewTrial(jit.Explain(con, who, d)), nil
	}
}

func viewTrial(e jit.Explanation) view.TrialView {
	v := view.Trial(e.SignInPlan)
	v.Rules, v.Notes = append(v.Rules, e.Rules...), append(v.Notes, e.Notes...)
	v.Ignored, v.Missing = append(v.Ignored, e.Ignored...), append(v.Missing, e.Missing...)
	for _, c := range e.Came {
		v.Came = append(v.Came, view.TrialValue(c))
	}
	for _, u := range e.Used {
		v.Used = append(v.Used, view.TrialUse(u))
	}
	return v
}

func writeTrial(w io.Writer, v view.TrialView) {
	outcome := map[roster.SignInOutcome]string{
		roster.SignInKnown: "The person would sign in as the member that the key is linked to.",
		roster.SignInLinks: "The person would sign in as the member with this address, and be linked.",
		roster.SignInJoins: "The person would become a member.",
		roster.SignInAsks:  "The person would have to wait for an admin's approval (approval_pending).",
	}[v.Outcome]
	if outcome == "" {
		outcome = "The person would be refused (" + string(v.Code) + ")."
	}
	say(w, "%s %s", outcome, v.Detail)
	groups := list(v.Groups, roster.GroupID.String)
	member := ""
	if !v.Member.IsZero() {
		member = v.Member.String()
	}
	fields(w, "member", member, "role by mapping", v.Role, "groups by mapping", strings.Join(groups, ", "), "new address", string(v.Email))
	say(w, "")
	table(w, "Nothing was used.", []string{"USED AS", "FROM", "VALUE"}, list(v.Used, func(u view.TrialUse) []string {
		return []string{u.As, printable(u.From), printable(u.Value)}
	}))
	section := func(title string, lines []string) {
		if len(lines) > 0 {
			say(w, "\n%s:", title)
		}
		for _, l := range lines {
			say(w, "  %s", printable(l))
		}
	}
	section("Ignored", v.Ignored)
	section("Missing", v.Missing)
	section("Notes", v.Notes)
	section("Rules", v.Rules)
}
