package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"rollcall/internal/roster"
	"rollcall/internal/simulate"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

// maxDemoRows is how much of a long roster is shown.
const maxDemoRows = 30

// showRoster prints everybody of the tenant as a table.
func (d *demo) showRoster() error {
	all, cfg, err := d.standings()
	if err != nil {
		return err
	}
	shown := all[:min(len(all), maxDemoRows)]
	d.tell.plain("\nThe roster of %s", d.tenant.Name)
	names := map[roster.GroupID]string{}
	for _, e := range all {
		for _, g := range e.Member.Groups {
			names[g.ID] = g.Name
		}
	}
	var b strings.Builder
	table(&b, "", []string{"MEMBER", "ROLE", "ACTIVE", "BY WHOSE WORD", "WHY"}, list(shown, func(e roster.Explanation) []string {
		word := "-"
		if e.Because.Winner != nil {
			word = speaker(*e.Because.Winner, cfg)
		}
		return []string{string(e.Member.Email), e.Role, yesNo(e.Access), word, demoWhy(e, cfg, names)}
	}))
	d.tell.plain("%s", strings.TrimRight(b.String(), "\n"))
	if n := len(all) - len(shown); n > 0 {
		d.tell.plain("… and %d more: rollcall member list", n)
	}
	return nil
}

// speaker is roster.Speaker, shorter: everybody in the table comes from a directory or a connection.
func speaker(c roster.Claim, cfg tenant.Config) string {
	return strings.TrimPrefix(strings.TrimPrefix(roster.Speaker(c, cfg), "directory "), "sign-in through the connection ")
}

// demoWhy says where a role comes from, or what keeps a member off.
func demoWhy(e roster.Explanation, cfg tenant.Config, names map[roster.GroupID]string) string {
	if !e.Access {
		why := string(e.Reason)
		if next := e.Because.RunnerUp; next != nil {
			why += "; " + speaker(*next, cfg) + " says " + onOff(*next)
		}
		return why
	}
	w := e.Rank.Winner
	if w == nil {
		return e.Rank.Rule
	}
	switch w.Source {
	case roster.SourceDirectoryGroup:
		return "role by group " + cmp.Or(names[w.Group], w.Group.String())
	case roster.SourceDomain:
		return "role by domain default"
	case roster.SourceTenant:
		return "role by tenant default"
	default:
		return "role by " + speaker(*w, cfg)
	}
}

func onOff(c roster.Claim) string {
	if c.Active != nil && !*c.Active {
		return "off"
	}
	return "on"
}

// standings explains everybody of the tenant.
func (d *demo) standings() ([]roster.Explanation, tenant.Config, error) {
	cfg, err := d.db.Reader(d.tenant.ID).Config(d.ctx)
	if err != nil {
		return nil, cfg, err
	}
	people, err := d.people(nil)
	if err != nil {
		return nil, cfg, err
	}
	all := make([]roster.Explanation, len(people))
	for i, m := range people {
		if all[i], err = d.roster.Explain(d.ctx, d.operator, m.ID); err != nil {
			return nil, cfg, err
		}
	}
	return all, cfg, nil
}

// demoView is the result as JSON.
type demoView struct {
	PublicURL   string                 `json:"public_url"`
	AdminURL    string                 `json:"admin_url"`
	Tenant      view.TenantView        `json:"tenant"`
	Directories []demoDirectoryView    `json:"directories"`
	SignIns     []demoSignInView       `json:"sign_ins"`
	Invited     demoInviteView         `json:"invited"`
	AppURL      string                 `json:"app_url"`
	DeadInMS    float64                `json:"session_dead_after_ms"`
	ShutInMS    float64                `json:"app_shut_after_ms"`
	Members     []view.ExplanationView `json:"members"`
}

type demoDirectoryView struct {
	ID      tenant.DirectoryID `json:"id"`
	Name    string             `json:"name"`
	BaseURL string             `json:"base_url"`
	Token   string             `json:"token"`
	Pushed  simulate.Summary   `json:"pushed"`
}

func (d *demo) showJSON() error {
	all, cfg, err := d.standings()
	if err != nil {
		return err
	}
	return d.show(demoView{
		PublicURL: d.baseURL(d.Listen), AdminURL: "http://" + reachable(d.AdminListen), Tenant: view.Tenant(cfg.Tenant),
		Directories: list(d.directories, func(dir *demoDirectory) demoDirectoryView {
			return demoDirectoryView{dir.id, dir.name, dir.baseURL, dir.token, dir.summary}
		}),
		SignIns: d.signIns, Invited: d.invited, AppURL: d.app.url, DeadInMS: milliseconds(d.deadIn), ShutInMS: milliseconds(d.shutIn),
		Members: list(all, func(e roster.Explanation) view.ExplanationView { return view.Explanation(cfg, e) }),
	}, func(io.Writer) {})
}

// showDoors says how to look around while the demo serves on.
func (d *demo) showDoors() {
	d.tell.plain("\nThe gateway serves on until you press Ctrl-C. Look around:\n")
	d.tell.plain("  # the commands, on the demo's store")
	d.tell.plain("  export ROLLCALL_DATABASE_URL=%s ROLLCALL_LISTEN=%s ROLLCALL_ADMIN_LISTEN=%s", d.DatabaseURL, d.Listen, d.AdminListen)
	d.tell.plain("  go run ./cmd/rollcall member list --tenant %s", d.tenant.Slug)
	d.tell.plain("  go run ./cmd/rollcall audit list --tenant %s", d.tenant.Slug)
	d.tell.plain("\n  # be a directory yourself: list its users, or let its company grow to 50 people")
	okta := d.directories[1]
	d.tell.plain("  curl -H 'Authorization: Bearer %s' '%s/Users?count=2'", okta.token, okta.baseURL)
	d.tell.plain("  go run ./cmd/rollcall simulate okta --keep --users 50 --groups 5 --domain %s \\\n    --base-url %s \\\n    --token %s",
		okta.domain, okta.baseURL, okta.token)
	d.tell.plain("\n  # health and metrics")
	d.tell.plain("  curl http://%[1]s/readyz http://%[1]s/metrics", reachable(d.AdminListen))
	d.tell.plain("\n  SCIM base URLs and tokens, also for a real identity provider behind a tunnel:")
	for _, dir := range d.directories {
		d.tell.plain("  %-6s  %s  %s", dir.name, dir.baseURL, dir.token)
	}
}

// teller prints the story.
type teller struct {
	w     io.Writer
	now   func() time.Time
	steps int
}

// step prints a title, what do tells, and how long it took.
func (t *teller) step(title string, do func() error) error {
	t.steps++
	t.plain("\n%d. %s", t.steps, title)
	began := t.now()
	if err := do(); err != nil {
		return err
	}
	t.line("(%d ms)", t.now().Sub(began).Milliseconds())
	return nil
}

func (t *teller) plain(format string, args ...any) { say(t.w, format, args...) }

func (t *teller) line(format string, args ...any) {
	t.plain("   %s", strings.TrimRight(printable(fmt.Sprintf(format, args...)), " "))
}

// tellWidth is how long a wrapped line may get.
const tellWidth = 100

// wrapped prints words with a separator between them, on as many lines as they need.
func (t *teller) wrapped(indent, separator string, words []string) {
	row := ""
	for _, w := range words {
		if row != "" && utf8.RuneCountInString(row+separator+w) > tellWidth {
			t.line("%s%s", indent, row)
			row = ""
		}
		if row != "" {
			row += separator
		}
		row += w
	}
	if row != "" {
		t.line("%s%s", indent, row)
	}
}
