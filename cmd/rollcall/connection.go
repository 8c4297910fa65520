package main

import (
	"cmp"
	"context"
	"io"
	"os"
	"strings"

	"rollcall/internal/connect"
	"rollcall/internal/outbound"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
	"rollcall/sso/oidc"
)

type connectionCmd struct {
	Create    connectionCreateCmd    `cmd:"" help:"Make a SAML or OIDC connection. Prints what the identity provider must be given."`
	List      connectionListCmd      `cmd:"" help:"List a tenant's connections."`
	Show      connectionShowCmd      `cmd:"" help:"Show one connection: URLs, certificates, mapping, what waits."`
	Set       connectionSetCmd       `cmd:"" help:"Change a connection. What no flag names stays as it is."`
	Map       connectionMapCmd       `cmd:"" help:"Give roles and groups by what the identity provider says of a person."`
	Check     connectionCheckCmd     `cmd:"" help:"Say what keeps a connection from working, as far as that can be told without a sign-in."`
	Try       connectionTryCmd       `cmd:"" help:"Say what a connection would make of attributes or claims in a file. Nothing is verified or written."`
	Test      connectionTestCmd      `cmd:"" help:"Make a link by which somebody signs in for a test, and sees what came and what would become of it."`
	Activate  connectionActivateCmd  `cmd:"" help:"Let people sign in through a connection."`
	Disable   connectionDisableCmd   `cmd:"" help:"Let nobody sign in through a connection any more, at once."`
	Remove    connectionRemoveCmd    `cmd:"" help:"End a connection; can be undone for 30 days."`
	Restore   connectionRestoreCmd   `cmd:"" help:"Undo remove within 30 days, with the same URLs and keys. The connection is disabled then."`
	Refresh   connectionRefreshCmd   `cmd:"" help:"Look at the identity provider's metadata now. What differs waits to be accepted."`
	Accept    connectionAcceptCmd    `cmd:"" help:"Put the changed metadata that waits in force."`
	RotateKey connectionRotateKeyCmd `cmd:"" help:"Make a new key pair of ours for a SAML connection; the old one goes on for a while."`
}

// connectionService sets connections up.
func (p *program) connectionService(r *roster.Roster, key secret.Key, publicURL string) *connect.Service {
	client := outbound.New(outbound.Config{Loopback: connect.Local(publicURL)})
	return &connect.Service{
		Roster: r, Key: key, Fetch: client.Get, PublicURL: publicURL, Now: p.now,
		Discover: func(ctx context.Context, c oidc.Config) (oidc.Provider, error) {
			return oidc.New(oidc.Options{HTTP: client.HTTP(), Now: p.now}).Discover(ctx, c)
		},
	}
}

// setup is connectionService for a command.
func (p *program) setup(r *roster.Roster) (*connect.Service, error) {
	key, err := p.key()
	if err != nil {
		return nil, err
	}
	return p.connectionService(r, key, p.baseURL(p.Listen)), nil
}

func (p *program) viewConnection(c tenant.Connection) view.ConnectionView {
	return view.Connection(c, p.baseURL(p.Listen), p.now())
}

// refreshMetadata looks at the metadata of connections whose day has come.
func (p *program) refreshMetadata(ctx context.Context, r *roster.Roster) error {
	set, err := p.setup(r)
	if err != nil {
		return err
	}
	_, err = set.RefreshDue(ctx)
	return err
}

type connectionCreateCmd struct {
	tenantFlag
	Type     string `required:"" enum:"saml,oidc" placeholder:"saml|oidc" help:"What the identity provider speaks: saml or oidc."`
	Name     string `placeholder:"NAME" help:"A name for people, such as the provider's (default: SAML or OIDC)."`
	Draft    bool   `help:"Let nobody sign in but in a test, until activate."`
	Metadata string `placeholder:"FILE|URL" help:"SAML: the provider's metadata. At a URL it is looked at again each day."`
	samlFlags
	oidcFlags
	Issuer      string `placeholder:"URL" help:"OIDC: the issuer, to the letter; may be left out with --entra-tenant."`
	EntraTenant string `placeholder:"UUID" help:"OIDC with Entra: the directory (tenant) id; sign-ins from another one are refused."`
	Ask         bool   `help:"OIDC: ask the provider first whether it is there."`
	mappingFlags
}

// samlFlags are those of SAML that set has too.
type samlFlags struct {
	NameIDFormat *string `name:"name-id-format" placeholder:"URN" help:"SAML: the NameID format to ask for (default: the provider's choice)."`
	SignRequests *bool   `negatable:"" help:"SAML: whether our requests are signed (default: as the metadata wants it)."`
	ForceAuthn   *bool   `negatable:"" help:"SAML: whether people must show their password again at each sign-in."`
}

// oidcFlags are those of OIDC that set has too.
type oidcFlags struct {
	ClientID         string   `placeholder:"ID" help:"OIDC: the client id that the provider gave to Rollcall."`
	ClientSecret     string   `placeholder:"SECRET" help:"OIDC: the client secret. It is sealed and never shown again."`
	ClientSecretFile string   `type:"existingfile" placeholder:"FILE" help:"OIDC: the same from a file, so that it shows in no list of processes."`
	AuthMethod       string   `enum:"client_secret_basic,client_secret_post,none," default:"" placeholder:"METHOD" help:"OIDC: client_secret_basic, client_secret_post or none (default: what the provider prefers)."`
	Scope            []string `placeholder:"SCOPE" help:"OIDC: asked for beside openid; may be given several times (default: email and profile)."`
	EntraDomainOwner *bool    `negatable:"" help:"OIDC with Entra: whether the claim xms_edov vouches for addresses, as email_verified does elsewhere (default: no)."`
	ResponseMode     string   `enum:"query,form_post," default:"" placeholder:"MODE" help:"OIDC: how the browser brings the answer, query or form_post (default: query)."`
	HostedDomain     []string `placeholder:"DOMAIN" help:"OIDC with Google: the Workspace domain whose people may sign in; may be given several times."`
	Algorithm        []string `placeholder:"ALG" help:"OIDC: a signature algorithm of ID tokens; may be given several times (default: all safe ones)."`
}

// secret reads the client secret, wherever it is.
func (f oidcFlags) secret() (secret.Text, error) {
	if f.ClientSecretFile == "" {
		return secret.NewText(f.ClientSecret), nil
	}
	if f.ClientSecret != "" {
		return secret.Text{}, usage("give either --client-secret or --client-secret-file")
	}
	raw, err := os.ReadFile(f.ClientSecretFile)
	if err != nil {
		return secret.Text{}, usage("--client-secret-file: %w", err)
	}
	return secret.NewText(strings.TrimSpace(string(raw))), nil
}

// mappingFlags name the attributes or claims that are read.
type mappingFlags struct {
	EmailAttribute       *string `placeholder:"NAME" help:"The attribute or claim with the e-mail address (default: the well-known ones, or the NameID)."`
	FirstNameAttribute   *string `placeholder:"NAME" help:"The one with the first name (default: the well-known ones)."`
	LastNameAttribute    *string `placeholder:"NAME" help:"The one with the last name (default: the well-known ones)."`
	DisplayNameAttribute *string `placeholder:"NAME" help:"The one with the whole name (default: the well-known ones)."`
	GroupsAttribute      *string `placeholder:"NAME" help:"The one with the groups (default: the well-known ones)."`
}

func (f mappingFlags) apply(m tenant.SignInMapping) (tenant.SignInMapping, bool) {
	before := m
	override(&m.Email, f.EmailAttribute)
	override(&m.FirstName, f.FirstNameAttribute)
	override(&m.LastName, f.LastNameAttribute)
	override(&m.DisplayName, f.DisplayNameAttribute)
	override(&m.Groups, f.GroupsAttribute)
	return m, m.Email != before.Email || m.FirstName != before.FirstName || m.LastName != before.LastName ||
		m.DisplayName != before.DisplayName || m.Groups != before.Groups
}

// Help is shown below the flags.
func (*connectionCreateCmd) Help() string {
	return `For SAML the provider wants our entity id and ACS URL, and gives us its metadata:

  rollcall connection create --tenant acme --type saml --metadata https://idp.example/metadata

For OIDC it wants our redirect URL, and gives us a client:

  rollcall connection create --tenant acme --type oidc --issuer https://idp.example --client-id ID --client-secret SECRET
  rollcall connection create --tenant acme --type oidc --entra-tenant UUID --client-id ID --client-secret-file FILE

Our URLs are not known before the connection is there: make it, then enter them at the provider. docs/connect-sso.md
has the names that each provider's console gives to them.`
}

// Run implements connection create.
func (c *connectionCreateCmd) Run(p *program) error {
	if c.Type == "saml" && c.Metadata == "" {
		return usage("--metadata is missing: a file with the provider's metadata, or its URL")
	}
	if c.Type == "oidc" && (c.Issuer == "" && c.EntraTenant == "" || c.ClientID == "") {
		return usage("--issuer and --client-id are missing; for Entra --entra-tenant may stand for the issuer")
	}
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	set, err := p.setup(r)
	if err != nil {
		return err
	}
	var made tenant.Connection
	var warnings []string
	mapping, _ := c.apply(tenant.SignInMapping{})
	if c.Type == "saml" {
		made, warnings, err = c.saml(p, set, s, mapping)
	} else {
		made, err = c.oidc(p, set, s, mapping)
	}
	if err != nil {
		return err
	}
	v := createdConnection{p.viewConnection(made), warnings}
	return p.show(v, func(w io.Writer) {
		say(w, "Connection %s (%s) is there (%s). Give these to the identity provider:", v.Name, v.ID, v.Status)
		fields(w, "  entity id", v.EntityID, "  ACS URL", v.ACSURL, "  metadata", v.MetadataURL, "  redirect URL", v.RedirectURL)
		for _, text := range warnings {
			say(w, "%s", text)
		}
		if p.PublicURL == "" {
			say(w, "The URLs are those of this machine: set ROLLCALL_PUBLIC_URL to the gateway's URL as browsers reach it, then make the connection anew.")
		}
		if c.Draft {
			say(w, "Next: rollcall connection test %s", v.ID)
			say(w, "Then: rollcall connection activate %s", v.ID)
			return
		}
		say(w, "People begin at %s, or with their address at the gateway's /login.", v.LoginURL)
	})
}

// createdConnection is what create and set --metadata print.
type createdConnection struct {
	view.ConnectionView
	Warnings []string `json:"warnings,omitempty"`
}

func (c *connectionCreateCmd) saml(p *program, set *connect.Service, s roster.Staff, mapping tenant.SignInMapping) (tenant.Connection, []string, error) {
	metadata, err := readMetadata(c.Metadata)
	if err != nil {
		return tenant.Connection{}, nil, err
	}
	d := connect.SAMLDraft{Name: cmp.Or(c.Name, "SAML"), Metadata: metadata, SignRequests: c.SignRequests, Mapping: mapping, Draft: c.Draft}
	override(&d.NameIDFormat, c.NameIDFormat)
	override(&d.ForceAuthn, c.ForceAuthn)
	return set.CreateSAML(p.ctx, s, d)
}

func (c *connectionCreateCmd) oidc(p *program, set *connect.Service, s roster.Staff, mapping tenant.SignInMapping) (tenant.Connection, error) {
	text, err := c.secret()
	if err != nil {
		return tenant.Connection{}, err
	}
	return set.CreateOIDC(p.ctx, s, connect.OIDCDraft{
		Name: cmp.Or(c.Name, "OIDC"), Secret: text, Mapping: mapping, Draft: c.Draft, Ask: c.Ask,
		Settings: tenant.OIDCSettings{
			Issuer: c.Issuer, ClientID: c.ClientID, AuthMethod: c.AuthMethod, Scopes: c.Scope, EntraTenant: c.EntraTenant,
			HostedDomains: c.HostedDomain, Algorithms: c.Algorithm, ResponseMode: c.ResponseMode, EntraDomainOwner: c.EntraDomainOwner != nil && *c.EntraDomainOwner,
		},
	})
}

// readMetadata takes a URL, or reads a file.
func readMetadata(text string) (connect.Metadata, error) {
	if strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://") {
		return connect.Metadata{URL: text}, nil
	}
	raw, err := os.ReadFile(text)
	if err != nil {
		return connect.Metadata{}, usage("--metadata: %w", err)
	}
	return connect.Metadata{Document: raw}, nil
}
