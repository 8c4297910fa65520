package view

import (
	"encoding/json"
	"time"

	"rollcall/internal/tenant"
)

// AppView is an app as JSON, without its secrets.
type AppView struct {
	ID                   tenant.AppID     `json:"client_id"`
	Name                 string           `json:"name"`
	Status               tenant.AppStatus `json:"status" enum:"active,disabled,removed"`
	Auth                 tenant.AppAuth   `json:"auth" enum:"secret,private_key_jwt,none" doc:"How the app shows that it is itself."`
	RedirectURIs         []string         `json:"redirect_uris" doc:"Where browsers may be sent back to, compared to the letter."`
	PostLogoutURIs       []string         `json:"post_logout_redirect_uris" doc:"Where browsers may be sent after a logout."`
	BackchannelLogoutURI string           `json:"backchannel_logout_uri" doc:"Where the app hears that a session ended; empty: nowhere."`
	Keys                 json.RawMessage  `json:"jwks,omitempty" doc:"The app's public key set, for private_key_jwt."`
	Secrets              []AppSecretView  `json:"secrets"`
	Version              int64            `json:"version"`
	CreatedAt            time.Time        `json:"created_at"`
	ChangedAt            time.Time        `json:"changed_at"`
}

// AppSecretView is a client secret as JSON: what tells it from others, never itself.
type AppSecretView struct {
	ID        tenant.AppSecretID `json:"id"`
	Hint      string             `json:"hint" doc:"Its last four characters."`
	CreatedAt time.Time          `json:"created_at"`
	ExpiresAt time.Time          `json:"expires_at,omitzero" doc:"Absent: it does not expire."`
	Expired   bool               `json:"expired"`
}

// App shows an app.
func App(a tenant.App, now time.Time) AppView {
	v := AppView{
		ID: a.ID, Name: a.Name, Status: a.Status, Auth: a.Auth, RedirectURIs: texts(a.RedirectURIs), PostLogoutURIs: texts(a.PostLogoutURIs),
		BackchannelLogoutURI: a.BackchannelLogoutURI, Keys: a.Keys, Secrets: []AppSecretView{},
		Version: a.Version, CreatedAt: a.CreatedAt, ChangedAt: a.ChangedAt,
	}
	for _, s := range a.Secrets {
		v.Secrets = append(v.Secrets, AppSecretView{ID: s.ID, Hint: s.Hint, CreatedAt: s.CreatedAt, ExpiresAt: s.ExpiresAt, Expired: !s.Usable(now)})
	}
	return v
}

func texts(s []string) []string { return append([]string{}, s...) }
