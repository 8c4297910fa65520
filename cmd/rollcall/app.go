package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type appCmd struct {
	Create     appCreateCmd     `cmd:"" help:"Register an application that people sign in to. Prints its client id and, once, its client secret."`
	List       appListCmd       `cmd:"" help:"List the applications."`
	Show       appShowCmd       `cmd:"" help:"Show an application."`
	Set        appSetCmd        `cmd:"" help:"Change an application. What no flag names stays as it is; a list is replaced as a whole."`
	Disable    appDisableCmd    `cmd:"" help:"Turn an application off: nobody signs in to it, and its tokens are inactive at once."`
	Enable     appEnableCmd     `cmd:"" help:"Turn an application on again."`
	Remove     appRemoveCmd     `cmd:"" help:"Remove an application."`
	Secret     appSecretCmd     `cmd:"" help:"Client secrets of an application."`
	Credential appCredentialCmd `cmd:"" help:"Credentials by which an application uses the JSON API."`
}

// appFlags say what an app is like.
type appFlags struct {
	RedirectURI    []string `placeholder:"URI" sep:"none" help:"Where browsers may be sent back to; again for each."`
	PostLogoutURI  []string `placeholder:"URI" sep:"none" help:"Where browsers may be sent after a logout; again for each."`
	BackchannelURI string   `placeholder:"URI" help:"Where the application hears at once that somebody's session ended."`
	Auth           string   `enum:"secret,private_key_jwt,none," default:"" placeholder:"secret|private_key_jwt|none" help:"How it shows that it is itself (default: secret); none for applications that can keep no secret."`
	JWKS           string   `name:"jwks" type:"path" placeholder:"FILE" help:"Its public key set, for private_key_jwt."`
}

func (f appFlags) fill(a *tenant.App) error {
	if f.RedirectURI != nil {
		a.RedirectURIs = f.RedirectURI
	}
	if f.PostLogoutURI != nil {
		a.PostLogoutURIs = f.PostLogoutURI
	}
	if f.BackchannelURI != "" {
		a.BackchannelLogoutURI = f.BackchannelURI
	}
	if f.Auth != "" {
		a.Auth = tenant.AppAuth(f.Auth)
	}
	if f.JWKS == "" {
		return nil
	}
	text, err := os.ReadFile(f.JWKS)
	if err != nil {
		return fmt.Errorf("read the key set: %w", err)
	}
	a.Keys = json.RawMessage(text)
	return nil
}

// appArg names an app.
type appArg struct {
	App string `arg:"" help:"The application, by its client id (app_…)."`
}

func (c appArg) find(p *program) (*roster.Roster, tenant.App, error) {
	r, err := p.open()
	if err != nil {
		return nil, tenant.App{}, err
	}
	id, err := tenant.ParseAppID(c.App)
	if err != nil {
		return nil, tenant.App{}, usage("%q is no client id, which has the form app_…", c.App)
	}
	a, err := r.App(p.ctx, id)
	return r, a, noSuch(err, "there is no application %s; `rollcall app list` shows all", c.App)
}

type appCreateCmd struct {
	Name string `required:"" placeholder:"TEXT" help:"What people are told that they sign in to."`
	appFlags
}

// newAppView is what app create prints: the only time that the secret shows.
type newAppView struct {
	view.AppView
	Secret string `json:"client_secret,omitempty"`
	Issuer string `json:"issuer"`
}

// newAppSecret makes a client secret.
func newAppSecret(until time.Time) (secret.Token, tenant.AppSecret) {
	token := secret.NewToken(secret.AppSecret)
	hash, text := token.Hash(), token.Reveal()
	return token, tenant.AppSecret{Hash: hash[:], Hint: text[len(text)-4:], ExpiresAt: until}
}

// Run implements app create.
func (c *appCreateCmd) Run(p *program) error {
	r, err := p.open()
	if err != nil {
		return err
	}
	a := tenant.App{Name: c.Name, Auth: tenant.AppSecretAuth}
	if err := c.fill(&a); err != nil {
		return err
	}
	v := newAppView{Issuer: p.baseURL(p.Listen)}
	if a.Auth == tenant.AppSecretAuth {
		token, s := newAppSecret(time.Time{})
		a.Secrets, v.Secret = []tenant.AppSecret{s}, token.Reveal()
	}
	made, err := r.CreateApp(p.ctx, a)
	if err != nil {
		return err
	}
	v.AppView = view.App(made, p.now())
	return p.show(v, func(w io.Writer) {
		say(w, "%s is registered. Give these to it:", printable(made.Name))
		fields(w, "  issuer", v.Issuer, "  client id", v.ID.String(), "  client secret", v.Secret)
		if v.Secret != "" {
			say(w, "The secret is shown this once; only its hash is kept.")
		}
	})
}

type appListCmd struct{}

// Run implements app list.
func (c *appListCmd) Run(p *program) error {
	if _, err := p.open(); err != nil {
		return err
	}
	apps, err := p.db.Apps(p.ctx)
	if err != nil {
		return err
	}
	return p.show(list(apps, func(a tenant.App) view.AppView { return view.App(a, p.now()) }), func(w io.Writer) {
		table(w, "There is no application yet; `rollcall app create` registers one.", []string{"CLIENT ID", "NAME", "STATUS", "AUTH", "SECRETS"},
			list(apps, func(a tenant.App) []string {
				return []string{a.ID.String(), a.Name, string(a.Status), string(a.Auth), strconv.Itoa(len(a.Secrets))}
			}))
	})
}

type appShowCmd struct{ appArg }

// Run implements app show.
func (c *appShowCmd) Run(p *program) error {
	_, a, err := c.find(p)
	if err != nil {
		return err
	}
	return p.showApp(a)
}

func (p *program) showApp(a tenant.App) error {
	return p.show(view.App(a, p.now()), func(w io.Writer) {
		pairs := []string{"client id", a.ID.String(), "name", a.Name, "status", string(a.Status), "authenticates by", string(a.Auth)}
		for _, u := range a.RedirectURIs {
			pairs = append(pairs, "redirect URI", u)
		}
		for _, u := range a.PostLogoutURIs {
			pairs = append(pairs, "after a logout", u)
		}
		pairs = append(pairs, "back-channel logout", a.BackchannelLogoutURI)
		for _, s := range a.Secrets {
			pairs = append(pairs, "secret "+s.ID.String(), "…"+s.Hint+", made "+when(s.CreatedAt)+", ends "+orNever(s.ExpiresAt))
		}
		fields(w, pairs...)
	})
}

type appSetCmd struct {
	appArg
	Name string `placeholder:"TEXT" help:"What people are told that they sign in to."`
	appFlags
}

// Run implements app set.
func (c *appSetCmd) Run(p *program) error {
	r, a, err := c.find(p)
	if err != nil {
		return err
	}
	if err := c.fill(&tenant.App{}); err != nil { // before anything is written
		return err
	}
	changed, err := r.ChangeApp(p.ctx, a.ID, roster.Precondition{}, func(a *tenant.App) {
		if c.Name != "" {
			a.Name = c.Name
		}
		_ = c.fill(a)
	})
	if err != nil {
		return err
	}
	return p.showApp(changed)
}

func (c appArg) become(p *program, s tenant.AppStatus, sentence string) error {
	r, a, err := c.find(p)
	if err != nil {
		return err
	}
	if a, err = r.SetAppStatus(p.ctx, a.ID, roster.Precondition{}, s); err != nil {
		return err
	}
	return p.show(view.App(a, p.now()), func(w io.Writer) { say(w, sentence, printable(a.Name)) })
}

type appDisableCmd struct{ appArg }

// Run implements app disable.
func (c *appDisableCmd) Run(p *program) error {
	return c.become(p, tenant.AppDisabled, "%s is turned off.")
}

type appEnableCmd struct{ appArg }

// Run implements app enable.
func (c *appEnableCmd) Run(p *program) error {
	return c.become(p, tenant.AppActive, "%s is turned on.")
}

type appRemoveCmd struct{ appArg }

// Run implements app remove.
func (c *appRemoveCmd) Run(p *program) error {
	return c.become(p, tenant.AppRemoved, "%s is removed.")
}

type appSecretCmd struct {
	Add    appSecretAddCmd    `cmd:"" help:"Make another client secret, such as one to change to without a gap. Prints it once."`
	Revoke appSecretRevokeCmd `cmd:"" help:"End a client secret at once."`
}

type appSecretAddCmd struct {
	appArg
	Expires string `placeholder:"PERIOD|DATE" help:"When it ends: 2y, 90d, or a date such as 2027-01-31 (default: never)."`
}

// Run implements app secret add.
func (c *appSecretAddCmd) Run(p *program) error {
	until, err := tokenFlags{Expires: c.Expires}.expiry(p.now())
	if err != nil {
		return err
	}
	r, a, err := c.find(p)
	if err != nil {
		return err
	}
	token, s := newAppSecret(until)
	if a, err = r.AddAppSecret(p.ctx, a.ID, s); err != nil {
		return err
	}
	return p.show(newAppView{view.App(a, p.now()), token.Reveal(), p.baseURL(p.Listen)}, func(w io.Writer) {
		say(w, "%s", token.Reveal())
		say(w, "It is shown this once; only its hash is kept. The others are good as before.")
	})
}

type appSecretRevokeCmd struct {
	appArg
	Secret string `arg:"" help:"The secret, by its id (key_…)."`
}

// Run implements app secret revoke.
func (c *appSecretRevokeCmd) Run(p *program) error {
	var id tenant.AppSecretID
	if id.UnmarshalText([]byte(c.Secret)) != nil {
		return usage("%q is no id of a secret, which has the form key_…", c.Secret)
	}
	r, a, err := c.find(p)
	if err != nil {
		return err
	}
	if a, err = r.RevokeAppSecret(p.ctx, a.ID, id); err != nil {
		return err
	}
	return p.showApp(a)
}
