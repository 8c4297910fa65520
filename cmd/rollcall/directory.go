package main

import (
	"cmp"
	"io"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/scim"
)

type directoryCmd struct {
	Create  directoryCreateCmd  `cmd:"" help:"Make a directory with its first token. Prints the base URL and the token for the identity provider."`
	List    directoryListCmd    `cmd:"" help:"List a tenant's directories."`
	Show    directoryShowCmd    `cmd:"" help:"Show one directory, its role mappings and its groups."`
	Map     directoryMapCmd     `cmd:"" help:"Give roles to the members of a directory's groups."`
	Preview directoryPreviewCmd `cmd:"" help:"Say what a first sync would mean: who is new, matched, doubtful, and why. Changes nothing."`
	Pause   directoryPauseCmd   `cmd:"" help:"Let a directory read but not write, until resume."`
	Resume  directoryResumeCmd  `cmd:"" help:"End a pause."`
	Set     directorySetCmd     `cmd:"" help:"Change what a directory does when it turns off too many people at once."`
	Held    heldCmd             `cmd:"" help:"What is held back of a directory that turned off too many people at once."`
	Remove  directoryRemoveCmd  `cmd:"" help:"End a directory; can be undone for 30 days."`
	Restore directoryRestoreCmd `cmd:"" help:"Undo remove within 30 days, with the same ids and tokens."`
	Undo    directoryUndoCmd    `cmd:"" help:"Turn on again whom a directory turned off in one run of too many."`
	Rate    directoryRateCmd    `cmd:"" help:"Let a directory send more or less than others."`
	Log     logCmd              `cmd:"" help:"What a directory asked, was answered, and changed."`
	Pull    pullCmd             `cmd:"" help:"Read a Google Workspace account, which does not push."`
	Health  directoryHealthCmd  `cmd:"" help:"How directories do: last request, usual rhythm, alarms."`
	Token   tokenCmd            `cmd:"" help:"The bearer tokens of a directory."`
	Secret  secretCmd           `cmd:"" help:"The client secrets of a directory, for its token endpoint."`
	Trust   trustCmd            `cmd:"" help:"Issuers whose signed assertions open a directory, such as Entra's workload identities."`
}

// directoryView is a directory as JSON.
type directoryView struct {
	ID             tenant.DirectoryID     `json:"id"`
	Name           string                 `json:"name"`
	Provider       tenant.Provider        `json:"provider"`
	Status         tenant.DirectoryStatus `json:"status"`
	BaseURL        string                 `json:"base_url"`
	TokenURL       string                 `json:"token_url"`
	Strict         bool                   `json:"strict"`
	RolesAttribute bool                   `json:"roles_attribute"`
	Rate           int                    `json:"rate,omitempty"` // requests per second; 0: the gateway's, -1: no limit
	Burst          int                    `json:"burst,omitempty"`
	Hold           bool                   `json:"hold"`                      // mass changes are held back
	Mappings       []mappingView          `json:"mappings"`                  // the first that fits wins
	LogBodiesUntil time.Time              `json:"log_bodies_until,omitzero"` // values in bodies are shown until then
	LogDays        int                    `json:"log_days"`
	LogEntries     int                    `json:"log_entries"`
	CreatedAt      time.Time              `json:"created_at"`
	RemovedAt      time.Time              `json:"removed_at,omitzero"`
	MassChangeAt   time.Time              `json:"mass_change_at,omitzero"` // turned off too many people at once; undo can bring them back
	sightView                             // of list and show only
}

type mappingView struct {
	Group tenant.UUID `json:"-"`
	ID    string      `json:"group"` // as SCIM shows it
	Role  string      `json:"role"`
}

func (p *program) viewDirectory(d tenant.Directory) directoryView {
	return directoryView{
		ID: d.ID, Name: d.Name, Provider: d.Provider, Status: d.Status,
		BaseURL: p.baseURL(p.Listen) + scim.Prefix + "/" + d.ID.UUID.UUID(), TokenURL: p.baseURL(p.Listen) + scim.TokenPath(d.ID),
		Strict: d.Settings.Strict, RolesAttribute: d.Settings.RolesAttribute, Rate: d.Settings.Rate, Burst: d.Settings.Burst,
		Hold:           d.Settings.Hold,
		Mappings:       list(d.Mappings, func(m tenant.RoleMapping) mappingView { return mappingView{m.Group, m.Group.UUID(), m.Role} }),
		LogBodiesUntil: d.Settings.LogBodies, LogDays: cmp.Or(d.Settings.LogDays, roster.LogDays), LogEntries: cmp.Or(d.Settings.LogEntries, roster.LogEntries),
		CreatedAt: d.CreatedAt, RemovedAt: d.RemovedAt, MassChangeAt: d.MassChangeAt,
	}
}

type directoryCreateCmd struct {
	tenantFlag
	Provider       string `required:"" placeholder:"NAME" help:"Who pushes: entra, okta, google, onelogin, jumpcloud, ping, rippling, authentik, keycloak, synctools, or generic for any other."`
	Name           string `placeholder:"NAME" help:"A name for people, shown to admins when the directory overrules them (default: the provider's)."`
	Strict         bool   `help:"Answer by the letter of the RFCs where Rollcall is lenient otherwise."`
	RolesAttribute bool   `help:"Let the roles attribute of a user name the member's role. It never makes an admin."`
	tokenFlags
}

// createdView is what directory create prints: the only time the token shows.
type createdView struct {
	directoryView
	Token   string              `json:"token"`
	TokenID tenant.CredentialID `json:"token_id"`
}

// Run implements directory create.
func (c *directoryCreateCmd) Run(p *program) error {
	if _, err := c.expiry(p.now()); err != nil { // before anything is made
		return err
	}
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	d, err := r.CreateDirectory(p.ctx, s, cmp.Or(c.Name, tenant.Provider(c.Provider).DefaultName()), tenant.Provider(c.Provider),
		tenant.DirectorySettings{Strict: c.Strict, RolesAttribute: c.RolesAttribute})
	if err != nil {
		return err
	}
	token, credential, err := addToken(p, r, s, d.ID, c.tokenFlags)
	if err != nil {
		return refused("directory %s is there, but its token is not; `rollcall directory token add --directory %s` makes one: %w", d.ID, d.ID, err)
	}
	v := createdView{p.viewDirectory(d), token.Reveal(), credential.ID}
	return p.show(v, func(w io.Writer) {
		say(w, "Directory %s (%s) is there. Give these to the identity provider:", d.Name, d.ID)
		fields(w, "  base URL", v.BaseURL, "  token", v.Token, "  token URL", v.TokenURL+" (for client secrets and trusted issuers only)")
		say(w, "The token is shown this once; only its hash is kept.")
		for _, doubt := range publicDoubts(v.BaseURL) {
			say(w, "%s", doubt)
		}
		if p.PublicURL == "" {
			say(w, "The base URL is the one of this machine: set ROLLCALL_PUBLIC_URL to the gateway's URL as the provider reaches it.")
		}
	})
}

type directoryListCmd struct{ tenantFlag }

// Run implements directory list.
func (c *directoryListCmd) Run(p *program) error {
	_, s, err := c.staff(p)
	if err != nil {
		return err
	}
	cfg, err := p.db.Reader(s.Tenant).Config(p.ctx)
	if err != nil {
		return err
	}
	seen, err := p.seen(s.Tenant)
	if err != nil {
		return err
	}
	views := list(cfg.Directories, func(d tenant.Directory) directoryView { return p.viewDirectory(d).with(seen[d.ID]) })
	return p.show(views, func(w io.Writer) {
		rows := list(views, func(v directoryView) []string {
			return []string{v.ID.String(), v.Name, string(v.Provider), string(v.Recognised), string(v.Status), when(v.LastSeenAt), when(v.CreatedAt)}
		})
		table(w, "The tenant has no directory yet; `rollcall directory create` makes one.",
			[]string{"ID", "NAME", "PROVIDER", "RECOGNISED", "STATUS", "LAST SEEN", "CREATED"}, rows)
	})
}

// directoryArg names a directory.
type directoryArg struct {
	Directory string `arg:"" name:"id" help:"The directory, by its id (dir_…) or the UUID of its base URL."`
}

type directoryShowCmd struct{ directoryArg }

// Run implements directory show.
func (c *directoryShowCmd) Run(p *program) error {
	_, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	return p.showDirectory(s.Tenant, d)
}

func (p *program) showDirectory(id tenant.ID, d tenant.Directory) error {
	seen, err := p.seen(id)
	if err != nil {
		return err
	}
	v := p.viewDirectory(d).with(seen[d.ID])
	names, err := groupNames(p, id, d)
	if err != nil {
		return err
	}
	others, err := otherGroups(p, id, d)
	if err != nil {
		return err
	}
	return p.show(v, func(w io.Writer) {
		fields(w, "id", v.ID.String(), "name", v.Name, "provider", string(v.Provider), "recognised", v.recognisedWords(), "last seen", when(v.LastSeenAt),
			"status", string(v.Status), "base URL", v.BaseURL,
			"token URL", v.TokenURL, "strict", yesNo(v.Strict), "roles attribute", yesNo(v.RolesAttribute), "may send", rateWords(v.Rate, v.Burst),
			"holds mass changes", yesNo(v.Hold), "created", when(v.CreatedAt), "removed", when(v.RemovedAt), "turned off too many at", when(v.MassChangeAt))
		say(w, "")
		table(w, "No group of this directory gives a role; `rollcall directory map` sets that.", []string{"GROUP", "ROLE", "GROUP ID"},
			list(v.Mappings, func(m mappingView) []string {
				return []string{cmp.Or(names[m.Group], "(deleted)"), m.Role, m.ID}
			}))
		if len(others) > 0 {
			say(w, "Other groups: %s", printable(strings.Join(others, ", ")))
		}
	})
}

type directoryRemoveCmd struct {
	directoryArg
	People string `default:"keep" enum:"keep,off" placeholder:"keep|off" help:"What becomes of its people: keep leaves those who are active with their access, at your word from now on; off turns all of them off (default: keep)."`
}

// Run implements directory remove.
func (c *directoryRemoveCmd) Run(p *program) error {
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	if d, err = r.RemoveDirectory(p.ctx, s, d.ID, c.People == "keep"); err != nil {
		return err
	}
	return p.show(p.viewDirectory(d), func(w io.Writer) {
		say(w, "Directory %s is removed; its tokens open nothing any more.", d.Name)
		say(w, "To undo that within 30 days: rollcall directory restore %s", d.ID)
	})
}

type directoryRestoreCmd struct{ directoryArg }

// Run implements directory restore.
func (c *directoryRestoreCmd) Run(p *program) error {
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	if d, err = r.RestoreDirectory(p.ctx, s, d.ID); err != nil {
		return err
	}
	return p.show(p.viewDirectory(d), func(w io.Writer) {
		say(w, "Directory %s answers again and manages its people as before.", strings.TrimSpace(d.Name))
	})
}

type directoryUndoCmd struct{ directoryArg }

// Help is shown below the flags.
func (*directoryUndoCmd) Help() string {
	return `A directory that turns off or deletes more than 10 people, and more than a fifth of its people, within 15
minutes is obeyed, and marked: directory show and the events tell of it. This command turns those people on again, and brings back who was deleted,
as if the directory had said so, with the groups they were in. What is held back of it (directory set --hold on) is dropped;
whom an admin released stays off. Put the mistake right at the provider first.`
}

// Run implements directory undo.
func (c *directoryUndoCmd) Run(p *program) error {
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	n, err := r.UndoMassChange(p.ctx, s, d.ID)
	if err != nil {
		return err
	}
	return p.show(undoView{d.ID, n}, func(w io.Writer) {
		say(w, "On again of directory %s: %s.", d.Name, count(n, "person", "people"))
	})
}

// undoView is what undo did, as JSON.
type undoView struct {
	Directory tenant.DirectoryID `json:"directory"`
	Restored  int                `json:"restored"`
}
