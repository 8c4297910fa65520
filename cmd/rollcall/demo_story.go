package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"rollcall/internal/roster"
)

// run tells the story and prints its end; unless it is the last thing that the
// program does, also how to look around.
func (d *demo) run(last bool) error {
	d.tell.plain("Rollcall answers at %s, with an embedded store that is thrown away at the end.", d.baseURL(d.Listen))
	for _, step := range []struct {
		title string
		do    func() error
	}{
		{"The operator sets up a tenant with three directories", d.setUp},
		{"The three directories push their people and groups, over HTTP, as the real ones do", d.push},
		{"Ana, the admin, maps groups to roles", d.mapGroups},
		{"A directory turns somebody off and, later, on again", d.disableAndRestore},
		{"Ana blocks somebody, whatever the directory says", d.block},
		{"Somebody leaves the company", d.leave},
		{"The operator connects the sign-in of Acme and of its Labs, and lets addresses of acme.example join", d.connectSignIn},
		{"People type their work address at /login and sign in at their own company's page", d.signIn},
		{"They go on to an application, which speaks OpenID Connect with Rollcall alone", d.openApp},
		{"Not everybody gets in, and each is told why", d.refuse},
		{"A directory turns somebody off who is signed in", d.cutOff},
		{"Ana invites a partner, whom neither a directory nor an identity provider knows", d.invite},
		{"Why has the one whom Ana blocked no access? `rollcall member explain` answers", d.explain},
	} {
		if err := d.tell.step(step.title, step.do); err != nil {
			return err
		}
	}
	if err := d.showRoster(); err != nil {
		return err
	}
	d.tell.plain("Done in %.1f s.", d.now().Sub(d.began).Seconds())
	if d.json {
		if err := d.showJSON(); err != nil {
			return err
		}
	}
	if !last {
		d.showDoors()
		d.showSignIn()
	}
	return nil
}

// disableAndRestore plays a leave of absence: groups stay while a member is off.
func (d *demo) disableAndRestore() error {
	entra := d.directories[0]
	m, err := d.someone(entra, mapped)
	if err != nil {
		return err
	}
	for _, word := range []string{"False", "True"} { // as Entra writes it without a flag
		if err := d.ask(entra, http.MethodPatch, m.ID, activeWord(word)); err != nil {
			return err
		}
		if err := d.tellStanding(m.ID); err != nil {
			return err
		}
	}
	now, err := d.db.Reader(d.tenant.ID).Member(d.ctx, roster.Scope{}, m.ID, true)
	if err != nil {
		return err
	}
	if len(now.Groups) != len(m.Groups) {
		return refused("%s was in %d groups and is in %d after coming back", m.Email, len(m.Groups), len(now.Groups))
	}
	d.tell.line("Entra does not send memberships again, and need not: still in %s.", quoted(now.Groups))
	return nil
}

// block shows that an admin's "no" and a directory's "yes" are kept apart.
func (d *demo) block() error {
	okta := d.directories[1]
	m, err := d.someone(okta, mapped)
	if err != nil {
		return err
	}
	d.blocked = m.ID
	if _, err := d.roster.SetActive(d.ctx, d.admin, m.ID, false); err != nil {
		return err
	}
	d.tell.line("Ana turns %s off.", m.Email)
	if err := d.tellStanding(m.ID); err != nil {
		return err
	}
	if err := d.ask(okta, http.MethodGet, m.ID, nil); err != nil {
		return err
	}
	d.tell.line("Okta reads back its own word, so it has nothing to correct.")
	return nil
}

// leave turns somebody off for good, as Okta does for catalogue apps.
func (d *demo) leave() error {
	okta := d.directories[1]
	m, err := d.someone(okta, func(m roster.Member) bool { return m.ID != d.blocked })
	if err != nil {
		return err
	}
	d.left = m.ID
	body := map[string]any{
		"schemas":    []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
		"Operations": []any{map[string]any{"op": "replace", "value": map[string]any{"active": false}}},
	}
	if err := d.ask(okta, http.MethodPatch, m.ID, body); err != nil {
		return err
	}
	return d.tellStanding(m.ID)
}

func (d *demo) explain() error {
	e, err := d.roster.Explain(d.ctx, d.operator, d.blocked)
	for _, line := range e.Lines {
		d.tell.wrapped("", " ", strings.Fields(line))
	}
	return err
}

// someone picks the first of a directory's people who fits.
func (d *demo) someone(dir *demoDirectory, fits func(roster.Member) bool) (roster.Member, error) {
	people, err := d.people(dir)
	if err != nil {
		return roster.Member{}, err
	}
	i := slices.IndexFunc(people, fits)
	if i < 0 {
		return roster.Member{}, refused("%s pushed nobody whom the story could tell of", dir.name)
	}
	return people[i], nil
}

func mapped(m roster.Member) bool {
	c, ok := m.Claim(roster.SourceDirectoryGroup)
	return ok && c.Role == m.Standing.Role
}

// ask sends one SCIM request about a user and tells what was asked and what
// came back. An answer other than 200 with the user, or 204, is an error.
func (d *demo) ask(dir *demoDirectory, method string, id roster.MemberID, body any) error {
	text := []byte{}
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return fmt.Errorf("write SCIM request: %w", err)
		}
	}
	path := "/Users/" + id.UUID.UUID()
	req, err := http.NewRequestWithContext(d.ctx, method, dir.baseURL+path, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("make SCIM request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+dir.token)
	req.Header.Set("Content-Type", "application/scim+json")
	d.tell.line("%s: %s %s %s", dir.name, method, path, operations(text))
	began := d.now()
	res, err := (&http.Client{Timeout: 30 * time.Second}).Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer func() { _ = res.Body.Close() }()
	var user struct {
		Active *bool  `json:"active"`
		Detail string `json:"detail"`
	}
	answer, err := io.ReadAll(res.Body)
	if err == nil && len(answer) > 0 {
		err = json.Unmarshal(answer, &user)
	}
	switch {
	case err != nil:
		return fmt.Errorf("read answer of %s %s: %w", method, path, err)
	case res.StatusCode == http.StatusNoContent:
	case res.StatusCode != http.StatusOK || user.Active == nil:
		return refused("%s %s was answered %s: %s", method, path, res.Status, user.Detail)
	}
	says := ""
	if user.Active != nil {
		says = fmt.Sprintf(`: {…, "active": %t, …}`, *user.Active)
	}
	d.tell.line("  → %d in %.1f ms%s", res.StatusCode, float64(d.now().Sub(began).Microseconds())/1000, says)
	return nil
}

// operations is what is worth reading of a PATCH.
func operations(body []byte) string {
	var patch struct {
		Operations json.RawMessage `json:"Operations"`
	}
	if json.Unmarshal(body, &patch) != nil {
		return ""
	}
	return string(patch.Operations)
}

// tellStanding tells what the application would be told of a member.
func (d *demo) tellStanding(id roster.MemberID) error {
	e, err := d.roster.Explain(d.ctx, d.operator, id)
	if err != nil {
		return err
	}
	access := "has access"
	if !e.Access {
		access = "has no access: " + string(e.Reason)
	}
	d.tell.line("  %s (%s) %s.", e.Member.Email, e.Role, access)
	return nil
}

func quoted(groups []roster.GroupRef) string {
	names := list(groups, func(g roster.GroupRef) string { return fmt.Sprintf("%q", g.Name) })
	slices.Sort(names)
	return strings.Join(names, " and ")
}
