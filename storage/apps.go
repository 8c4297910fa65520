package storage

import (
	"context"
	"encoding/json"
	"fmt"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// appSettings is an app as it is stored.
type appSettings struct {
	Name                 string             `json:"name"`
	Status               tenant.AppStatus   `json:"status"`
	Auth                 tenant.AppAuth     `json:"auth"`
	Secrets              []tenant.AppSecret `json:"secrets,omitempty"`
	Keys                 json.RawMessage    `json:"keys,omitempty"`
	RedirectURIs         []string           `json:"redirect_uris"`
	PostLogoutURIs       []string           `json:"post_logout_uris,omitempty"`
	BackchannelLogoutURI string             `json:"backchannel_logout_uri,omitempty"`
}

const appColumns = `a.id, a.settings, a.version, a.created_at, a.changed_at`

func scanApp(r row) (tenant.App, error) {
	var id ident
	var text string
	var a tenant.App
	var created, changed instant
	if err := r.Scan(&id, &text, &a.Version, &created, &changed); err != nil {
		return a, err //nolint:wrapcheck // the caller does
	}
	var s appSettings
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return a, fmt.Errorf("read an app's settings: %w", err)
	}
	a.ID, a.CreatedAt, a.ChangedAt = tenant.AppID{UUID: tenant.UUID(id)}, created.time(), changed.time()
	a.Name, a.Status, a.Auth, a.Secrets, a.Keys = s.Name, s.Status, s.Auth, s.Secrets, s.Keys
	a.RedirectURIs, a.PostLogoutURIs, a.BackchannelLogoutURI = s.RedirectURIs, s.PostLogoutURIs, s.BackchannelLogoutURI
	return a, nil
}

// common reads what belongs to no tenant.
func (db *DB) common(ctx context.Context, doing string, s statement) error {
	if err := db.backend.reader(tenant.ID{}).run(ctx, s); err != nil {
		return fmt.Errorf("%s: %w", doing, explain(err))
	}
	return nil
}

// App implements roster.AppLocator.
func (db *DB) App(ctx context.Context, id tenant.AppID) (tenant.App, error) {
	var found []tenant.App
	err := db.common(ctx, "find app", statement{
		sql: `SELECT ` + appColumns + ` FROM apps a WHERE a.id = $1`, args: []any{ident(id.UUID)}, each: rowsOf(&found, scanApp),
	})
	return first(found, err, "app")
}

// Apps implements roster.AppLocator.
func (db *DB) Apps(ctx context.Context) ([]tenant.App, error) {
	var found, apps []tenant.App
	err := db.common(ctx, "list apps", statement{sql: `SELECT ` + appColumns + ` FROM apps a ORDER BY a.id`, each: rowsOf(&found, scanApp)})
	for _, a := range found {
		if a.Status != tenant.AppRemoved {
			apps = append(apps, a)
		}
	}
	return apps, err
}

// PutApp implements roster.AppLocator.
func (db *DB) PutApp(ctx context.Context, a tenant.App) error {
	settings, err := document(appSettings{a.Name, a.Status, a.Auth, a.Secrets, a.Keys, a.RedirectURIs, a.PostLogoutURIs, a.BackchannelLogoutURI})
	if err != nil {
		return fmt.Errorf("put app: %w", err)
	}
	return db.update(ctx, tenant.ID{}, func(t *tx) error {
		if a.Version == 1 {
			return t.later(ctx, "create app", statement{
				sql:   `INSERT INTO apps (id, settings, version, created_at, changed_at) VALUES ($1, $2, 1, $3, $4)`,
				args:  []any{ident(a.ID.UUID), settings, instant(a.CreatedAt), instant(a.ChangedAt)},
				taken: &taken{field: takenID},
			})
		}
		written := false
		err := t.run(ctx, "change app", statement{
			sql:  `UPDATE apps SET settings = $2, version = $3, changed_at = $4 WHERE id = $1 AND version = $3 - 1 RETURNING id`,
			args: []any{ident(a.ID.UUID), settings, a.Version, instant(a.ChangedAt)},
			each: one(&written, new(ident)),
		})
		if err == nil && !written {
			err = &roster.Error{Kind: roster.Stale, Detail: "The app was changed meanwhile."}
		}
		return err
	})
}
