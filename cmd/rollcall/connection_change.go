package main

import (
	"errors"
	"io"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

type connectionSetCmd struct {
	connectionArg
	Name        *string `placeholder:"NAME" help:"A name for people."`
	Metadata    string  `placeholder:"FILE|URL" help:"SAML: the provider's metadata, in force at once."`
	EntraTenant *string `placeholder:"UUID" help:"OIDC: the Entra tenant that is pinned."`
	samlFlags
	oidcFlags
	mappingFlags
}

// Run implements connection set.
func (c *connectionSetCmd) Run(p *program) error {
	text, err := c.secret()
	if err != nil {
		return err
	}
	r, s, found, err := c.find(p)
	if err != nil {
		return err
	}
	set, err := p.setup(r)
	if err != nil {
		return err
	}
	var warnings []string
	if c.Metadata != "" {
		m, err := readMetadata(c.Metadata)
		if err != nil {
			return err
		}
		if found, warnings, err = set.SetMetadata(p.ctx, s, found, m); err != nil {
			return err
		}
	}
	found, err = set.Change(p.ctx, s, found, c.change(found), text)
	if err != nil {
		return err
	}
	for _, w := range warnings {
		say(p.errs, "%s", printable(w))
	}
	return p.showConnection(found)
}

func (c *connectionSetCmd) change(found tenant.Connection) roster.ConnectionChange {
	ch := roster.ConnectionChange{
		Name: c.Name, NameIDFormat: c.NameIDFormat, SignRequests: c.SignRequests, ForceAuthn: c.ForceAuthn, EntraTenant: c.EntraTenant,
		EntraDomains: c.EntraDomainOwner,
	}
	given := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	several := func(l []string) *[]string {
		if len(l) == 0 {
			return nil
		}
		return &l
	}
	ch.ClientID, ch.AuthMethod, ch.ResponseMode = given(c.ClientID), given(c.AuthMethod), given(c.ResponseMode)
	ch.Scopes, ch.HostedDomains, ch.Algorithms = several(c.Scope), several(c.HostedDomain), several(c.Algorithm)
	if m, changed := c.apply(found.Mapping); changed {
		ch.Mapping = &m
	}
	return ch
}

type connectionMapCmd struct {
	connectionArg
	Rules []string `arg:"" optional:"" name:"RULE" help:"ATTRIBUTE=VALUE -> role ROLE, or group GROUP, or both with a comma between."`
	Clear bool     `help:"Take all rules away."`
}

// Help is shown below the flags.
func (*connectionMapCmd) Help() string {
	return `The rules replace those that were there. They are followed at every sign-in: the first that fits and names a
role wins, the groups of all that fit are given:

  rollcall connection map con_… "groups=engineering -> role editor" "groups=all -> group Staff"

Values are compared to the letter. No rule gives the admin role. A group is one that is kept by hand, by its name or id.
Without rules, and without --clear, the command shows what is set.`
}

// Run implements connection map.
func (c *connectionMapCmd) Run(p *program) error {
	if c.Clear && len(c.Rules) > 0 {
		return usage("give either rules or --clear")
	}
	r, s, found, err := c.find(p)
	if err != nil {
		return err
	}
	if !c.Clear && len(c.Rules) == 0 {
		return p.showConnection(found)
	}
	rules := []tenant.SignInRule{}
	for _, text := range c.Rules {
		rule, err := parseRule(p, s.Tenant, text)
		if err != nil {
			return err
		}
		rules = append(rules, rule)
	}
	found, err = r.ChangeConnection(p.ctx, s, found.ID, roster.ConnectionChange{Rules: &rules})
	if err != nil {
		return err
	}
	return p.showConnection(found)
}

// parseRule reads ATTRIBUTE=VALUE -> role ROLE, group GROUP.
func parseRule(p *program, of tenant.ID, text string) (tenant.SignInRule, error) {
	var rule tenant.SignInRule
	bad := usage("rule %q must be ATTRIBUTE=VALUE -> role ROLE, or -> group GROUP", text)
	left, right, ok := strings.Cut(text, "->")
	if !ok {
		return rule, bad
	}
	if rule.Attribute, rule.Value, ok = strings.Cut(strings.TrimSpace(left), "="); !ok || rule.Attribute == "" || rule.Value == "" {
		return rule, bad
	}
	for part := range strings.SplitSeq(right, ",") {
		what, name, _ := strings.Cut(strings.TrimSpace(part), " ")
		name = strings.TrimSpace(name)
		switch {
		case what == "role" && name != "":
			rule.Role = name
		case what == "group" && name != "":
			group, err := findHandGroup(p, of, name)
			if err != nil {
				return rule, err
			}
			rule.Group = group.ID.UUID
		default:
			return rule, bad
		}
	}
	return rule, nil
}

// findHandGroup finds a group that no directory keeps, by id or name.
func findHandGroup(p *program, of tenant.ID, name string) (roster.Group, error) {
	rd := p.db.Reader(of)
	if u, err := tenant.Parse("grp", name); err == nil {
		g, err := rd.Group(p.ctx, roster.Scope{}, roster.GroupID{UUID: u})
		return g, noSuch(err, "the tenant has no group %s", name)
	}
	page, err := rd.Groups(p.ctx, roster.Query{
		Limit: 100, Where: roster.Compare{Field: roster.Field{Column: roster.ColumnName}, Op: roster.Equal, Value: roster.TextValue(name)},
	})
	if err != nil {
		return roster.Group{}, err
	}
	for _, g := range page.Items {
		if g.Directory.IsZero() {
			return g, nil
		}
	}
	return roster.Group{}, refused("the tenant has no group %q that is kept by hand: make it with `rollcall group create`; groups of directories give roles by `rollcall directory map`", name)
}

type connectionCheckCmd struct{ connectionArg }

// checkView is what check found, as JSON.
type checkView struct {
	ID       tenant.ConnectionID `json:"id"`
	OK       bool                `json:"ok"`
	Problems []string            `json:"problems"`
}

// Run implements connection check.
func (c *connectionCheckCmd) Run(p *program) error {
	r, _, found, err := c.find(p)
	if err != nil {
		return err
	}
	set, err := p.setup(r)
	if err != nil {
		return err
	}
	problems, err := set.Check(p.ctx, found)
	if err != nil {
		return err
	}
	v := checkView{found.ID, len(problems) == 0, append([]string{}, problems...)}
	err = p.show(v, func(w io.Writer) {
		if v.OK {
			say(w, "Nothing keeps connection %s from working. Whether the provider agrees shows in a test sign-in.", found.Name)
		}
		for _, text := range problems {
			say(w, "%s", printable(text))
		}
	})
	if err == nil && !v.OK {
		err = errors.New("the connection would not work as it is")
	}
	return err
}
