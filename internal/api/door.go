package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gorilla/mux"

	"rollcall/internal/connect"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// Prefix is the path under which the API answers.
const Prefix = "/api/v1"

// Config is what a Door needs. Fields that are not said to be optional are required.
type Config struct {
	Roster  *roster.Roster
	Store   roster.Store
	Locator roster.Locator
	// Who tells whose credential a request bears.
	Who Authenticator
	// Kept keeps the answers to requests with an Idempotency-Key.
	Kept Kept
	// Key signs cursors and seals what is kept.
	Key secret.Key
	Now func() time.Time
	// Endpoints is what an identity provider must know of a directory.
	Endpoints func(tenant.DirectoryID) Endpoints
	// Connections sets sign-in connections up.
	Connections *connect.Service
	// Inviter makes invites with their links and mails.
	Inviter Inviter
	// MailReset mails a member a link to set a password. Optional.
	MailReset func(context.Context, tenant.ID, roster.MemberID) (roster.Member, error)
	// FactorsReset writes the mail that tells a person that their second factors were reset. Optional.
	FactorsReset func() roster.NoticeFunc
	// Trial tries connections. Optional.
	Trial Trial
	// TestLink makes links of test sign-ins. Optional.
	TestLink TestLink
	// Browsers tells who a browser is, whose session is then a credential for the gateway's own pages. Optional.
	Browsers Browsers
	// PhoneRegion is the country whose phone numbers may be written without its code. Optional.
	PhoneRegion string
	// Guesses bounds how often somebody may try keys that are nobody's. Optional.
	Guesses Guesses
}

// Endpoints is what an identity provider is told of a directory.
type Endpoints struct {
	BaseURL  string `json:"base_url" doc:"The SCIM endpoint."`
	TokenURL string `json:"token_url" doc:"Where client secrets and assertions get access tokens."`
	ClientID string `json:"client_id"`
}

// Door serves the API. It is safe for concurrent use.
type Door struct {
	Config
	api      huma.API
	router   *mux.Router
	cursors  cursors
	document []byte
}

// New makes a door. The error says what the configuration lacks.
func New(c Config) (*Door, error) {
	if c.Roster == nil || c.Store == nil || c.Locator == nil || c.Who == nil || c.Kept == nil || c.Now == nil || c.Endpoints == nil || c.Connections == nil || c.Inviter == nil || c.Key.IsZero() {
		return nil, errors.New("api: all of the configuration but Trial, TestLink, Browsers and Guesses is required")
	}
	if c.Guesses == nil {
		c.Guesses = unbounded{}
	}
	return &Door{Config: c, cursors: cursors{c.Key.Derive(secret.APIKey)}}, nil
}

// resources is the table of contents: what each line adds stands in a file of its own.
func (d *Door) resources() {
	d.tenants()
	d.apps()
	d.domains()
	d.directories()
	d.mappings()
	d.previews()
	d.held()
	d.log()
	d.logSettings()
	d.schemas()
	d.entitlements()
	d.credentials()
	d.connections()
	d.sso()
	d.pulls()
	d.members()
	d.memberActions()
	d.sessions()
	d.conflicts()
	d.signIns()
	d.groups()
	d.invites()
	d.reviews()
	d.events()
	d.me()
	d.contacts()
	d.apiTokens()
	d.appCredentials()
	d.access()
}

// Routes mounts the door on r. Every path below Prefix is the door's, so that what is not there is
// not told apart from what is without a credential.
func (d *Door) Routes(r *mux.Router) {
	d.router = r.PathPrefix(Prefix).Subrouter()
	d.router.Path("/openapi.json").Methods(http.MethodGet, http.MethodHead).HandlerFunc(d.describe)
	d.api = huma.NewAPI(describe(), adapter{d})
	d.resources()
	settle(d.api.OpenAPI())
	d.document, _ = json.MarshalIndent(d.api.OpenAPI(), "", "  ") //nolint:errchkjson // it is made of texts and numbers
	d.router.PathPrefix("").Handler(d.guard(nil, http.HandlerFunc(d.nowhere)))
}

// describe answers with the OpenAPI document, which is no secret.
func (d *Door) describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(append(d.document, '\n'))
}

// nowhere answers what no operation serves: 405 with the methods that the path has, or 404.
func (d *Door) nowhere(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		var match mux.RouteMatch
		if d.router.Match(other, &match) && match.Route.GetName() != "" {
			allow = append(allow, method)
		}
	}
	if len(allow) == 0 {
		d.refuse(w, r, &roster.Error{Kind: roster.NotFound, Detail: "There is nothing at this address; " + Prefix + "/openapi.json tells what there is."})
		return
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	d.answer(w, r, fault{problem(r.Context(), http.StatusMethodNotAllowed, "This address takes "+strings.Join(allow, ", ")+" only.")}, fmt.Errorf("method not allowed"))
}
