package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) apps() {
	const tag = "Apps"
	add(d, tag, operation{id: "listApps", verb: "GET /apps", scope: ReadApps, summary: "List apps", about: "The applications that people of all tenants sign in to."}, d.listApps)
	add(d, tag, operation{id: "createApp", verb: "POST /apps", scope: WriteApps, summary: "Register an app", about: "Makes an OpenID Connect client. Its client secret, if it has one, is shown in this answer only.", status: http.StatusCreated}, d.createApp)
	add(d, tag, operation{id: "getApp", verb: "GET /apps/{app}", scope: ReadApps, summary: "Show an app", about: "One application, without its secrets."}, d.getApp)
	add(d, tag, operation{id: "changeApp", verb: "PATCH /apps/{app}", scope: WriteApps, summary: "Change an app", about: "Changes an application; what the body does not name stays, a list is replaced as a whole. One that is disabled signs nobody in, and its tokens are inactive at once."}, d.changeApp)
	add(d, tag, operation{id: "removeApp", verb: "DELETE /apps/{app}", scope: WriteApps, summary: "Remove an app", about: "Removes an application. Nobody signs in to it, and its tokens are inactive at once."}, d.removeApp)
	add(d, tag, operation{id: "addAppSecret", verb: "POST /apps/{app}/secrets", scope: WriteApps, summary: "Add a client secret", about: "Makes another client secret beside those that there are, up to five. It is shown in this answer only.", status: http.StatusCreated}, d.addAppSecret)
	add(d, tag, operation{id: "revokeAppSecret", verb: "DELETE /apps/{app}/secrets/{secret}", scope: WriteApps, summary: "Revoke a client secret", about: "Ends a client secret at once."}, d.revokeAppSecret)
}

// InApp names an app.
type InApp struct {
	App string `path:"app" doc:"The client id, app_…."`
}

// id reads the id. Apps are there for those only who see all tenants.
func (in InApp) id(ctx context.Context) (tenant.AppID, error) {
	id, err := tenant.ParseAppID(in.App)
	if err == nil {
		err = ofAll(ctx)
	}
	if err != nil {
		return id, none("app")
	}
	return id, nil
}

// ofAll refuses principals that see one tenant only.
func ofAll(ctx context.Context) error {
	if !principal(ctx).all() {
		return &roster.Error{Kind: roster.Forbidden, Detail: "Apps belong to no tenant; the credential sees some tenants only."}
	}
	return nil
}

func (d *Door) listApps(ctx context.Context, _ *struct{}) (*answer[page[view.AppView]], error) {
	if err := ofAll(ctx); err != nil {
		return nil, err
	}
	apps, err := d.Locator.Apps(ctx)
	if err != nil {
		return nil, err
	}
	return the(page[view.AppView]{Items: views(apps, d.viewApp)}), nil
}

func (d *Door) viewApp(a tenant.App) view.AppView { return view.App(a, d.Now()) }

// AppFields are what a client may set of an app.
type AppFields struct {
	Name                 *string          `json:"name,omitempty" maxLength:"200" doc:"What people are told that they sign in to."`
	Auth                 *tenant.AppAuth  `json:"auth,omitempty" enum:"secret,private_key_jwt,none" doc:"How the app shows that it is itself; secret when absent."`
	RedirectURIs         *[]string        `json:"redirect_uris,omitempty" maxItems:"50" doc:"Where browsers may be sent back to, compared to the letter."`
	PostLogoutURIs       *[]string        `json:"post_logout_redirect_uris,omitempty" maxItems:"50" doc:"Where browsers may be sent after a logout."`
	BackchannelLogoutURI *string          `json:"backchannel_logout_uri,omitempty" maxLength:"2000" doc:"Where the app hears that a session ended; empty: nowhere."`
	Keys                 *json.RawMessage `json:"jwks,omitempty" doc:"The app's public key set, for private_key_jwt."`
}

func (f AppFields) fill(a *tenant.App) {
	set(&a.Name, f.Name)
	set(&a.Auth, f.Auth)
	set(&a.RedirectURIs, f.RedirectURIs)
	set(&a.PostLogoutURIs, f.PostLogoutURIs)
	set(&a.BackchannelLogoutURI, f.BackchannelLogoutURI)
	set(&a.Keys, f.Keys)
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

type createAppIn struct {
	Body AppFields
}

// newAppView is an app in the only answer that shows its secret.
type newAppView struct {
	view.AppView
	Secret string `json:"client_secret,omitempty" doc:"The secret itself, shown this once."`
}

func newAppSecret(until time.Time) (secret.Token, tenant.AppSecret) {
	token := secret.NewToken(secret.AppSecret)
	hash, text := token.Hash(), token.Reveal()
	return token, tenant.AppSecret{Hash: hash[:], Hint: text[len(text)-4:], ExpiresAt: until}
}

func (d *Door) createApp(ctx context.Context, in *createAppIn) (*versioned[newAppView], error) {
	if err := ofAll(ctx); err != nil {
		return nil, err
	}
	a := tenant.App{Auth: tenant.AppSecretAuth}
	in.Body.fill(&a)
	var out newAppView
	if a.Auth == tenant.AppSecretAuth {
		token, s := newAppSecret(time.Time{})
		a.Secrets, out.Secret = []tenant.AppSecret{s}, token.Reveal()
	}
	made, err := d.Roster.CreateApp(ctx, a)
	if err != nil {
		return nil, err
	}
	out.AppView = d.viewApp(made)
	return version(made.Version, out), nil
}

func (d *Door) getApp(ctx context.Context, in *InApp) (*versioned[view.AppView], error) {
	id, err := in.id(ctx)
	if err != nil {
		return nil, err
	}
	a, err := d.Roster.App(ctx, id)
	if err != nil {
		return nil, err
	}
	return version(a.Version, d.viewApp(a)), nil
}

type changeAppIn struct {
	InApp
	Conditional
	Body struct {
		AppFields
		Status tenant.AppStatus `json:"status,omitempty" enum:"active,disabled" doc:"Whether people may sign in to it."`
	}
}

func (d *Door) changeApp(ctx context.Context, in *changeAppIn) (*versioned[view.AppView], error) {
	id, err := in.id(ctx)
	if err != nil {
		return nil, err
	}
	a, err := d.Roster.ChangeApp(ctx, id, in.precondition(), in.Body.fill)
	if err == nil && in.Body.Status != "" && in.Body.Status != a.Status {
		a, err = d.Roster.SetAppStatus(ctx, id, roster.Precondition{Version: a.Version}, in.Body.Status)
	}
	if err != nil {
		return nil, err
	}
	return version(a.Version, d.viewApp(a)), nil
}

type removeAppIn struct {
	InApp
	Conditional
}

func (d *Door) removeApp(ctx context.Context, in *removeAppIn) (*struct{}, error) {
	id, err := in.id(ctx)
	if err != nil {
		return nil, err
	}
	_, err = d.Roster.SetAppStatus(ctx, id, in.precondition(), tenant.AppRemoved)
	return nil, err
}

type addAppSecretIn struct {
	InApp
	Body *struct {
		ExpiresAt time.Time `json:"expires_at,omitzero" doc:"When it ends; absent: never."`
	}
}

func (d *Door) addAppSecret(ctx context.Context, in *addAppSecretIn) (*answer[newAppView], error) {
	id, err := in.id(ctx)
	if err != nil {
		return nil, err
	}
	var until time.Time
	if in.Body != nil {
		until = in.Body.ExpiresAt
	}
	token, s := newAppSecret(until)
	a, err := d.Roster.AddAppSecret(ctx, id, s)
	if err != nil {
		return nil, err
	}
	return the(newAppView{d.viewApp(a), token.Reveal()}), nil
}

type revokeAppSecretIn struct {
	InApp
	Secret string `path:"secret" doc:"The secret's id, key_…."`
}

func (d *Door) revokeAppSecret(ctx context.Context, in *revokeAppSecretIn) (*struct{}, error) {
	id, err := in.id(ctx)
	if err != nil {
		return nil, err
	}
	var which tenant.AppSecretID
	if which.UnmarshalText([]byte(in.Secret)) != nil {
		return nil, none("secret")
	}
	_, err = d.Roster.RevokeAppSecret(ctx, id, which)
	return nil, err
}
