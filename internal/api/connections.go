package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"rollcall/internal/connect"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) connections() {
	const tag = "Connections"
	add(d, tag, operation{id: "listConnections", verb: "GET /tenants/{tenant}/connections", scope: ReadConnections, summary: "List connections", about: "The SAML and OIDC sign-in connections of a tenant, removed ones too. No secret is ever shown."}, d.listConnections)
	add(d, tag, operation{id: "createConnection", verb: "POST /tenants/{tenant}/connections", scope: WriteConnections, summary: "Make a connection", about: "Makes a SAML connection from the provider's metadata, or an OIDC connection from its issuer and a client. The answer holds what the identity provider must be given.", status: http.StatusCreated}, d.createConnection)
	add(d, tag, operation{id: "getConnection", verb: "GET /tenants/{tenant}/connections/{connection}", scope: ReadConnections, summary: "Show a connection", about: "One connection with its URLs, certificates, mapping, and metadata that waits to be accepted."}, d.getConnection)
	add(d, tag, operation{id: "changeConnection", verb: "PATCH /tenants/{tenant}/connections/{connection}", scope: WriteConnections, summary: "Change a connection", about: "Changes the name, the settings or the mapping; what the body does not name stays. Metadata given here is in force at once."}, d.changeConnection)
	add(d, tag, operation{id: "checkConnection", verb: "POST /tenants/{tenant}/connections/{connection}/check", scope: WriteConnections, summary: "Check a connection", about: "Says what keeps the connection from working, as far as that can be told without a sign-in. It asks the provider."}, d.checkConnection)
	for _, o := range []struct {
		id, path, summary, about string
		do                       func(*roster.Roster, context.Context, roster.Staff, tenant.ConnectionID) (tenant.Connection, error)
	}{
		{"activateConnection", "activate", "Activate a connection", "Lets people sign in through it. Refused when it could verify nobody.", (*roster.Roster).ActivateConnection},
		{"disableConnection", "disable", "Disable a connection", "Lets nobody sign in through it any more, those included who are under way.", (*roster.Roster).DisableConnection},
		{"restoreConnection", "restore", "Restore a connection", "Undoes the removal within 30 days, with the same URLs and keys. It is disabled then.", (*roster.Roster).RestoreConnection},
		{"acceptMetadata", "metadata/accept", "Accept changed metadata", "Puts the metadata that waits in force. With If-Match nothing newer than what you saw.", (*roster.Roster).AcceptMetadata},
	} {
		add(d, tag, operation{id: o.id, verb: "POST /tenants/{tenant}/connections/{connection}/" + o.path, scope: WriteConnections, summary: o.summary, about: o.about}, d.onConnection(o.do))
	}
	add(d, tag, operation{id: "removeConnection", verb: "DELETE /tenants/{tenant}/connections/{connection}", scope: WriteConnections, summary: "Remove a connection", about: "Ends a connection. Can be undone for 30 days."}, d.onConnection((*roster.Roster).RemoveConnection))
	add(d, tag, operation{id: "refreshMetadata", verb: "POST /tenants/{tenant}/connections/{connection}/metadata/refresh", scope: WriteConnections, summary: "Look at the metadata now", about: "Reads the provider's metadata at its URL. What differs waits to be accepted; a failure is in the answer."}, d.refreshMetadata)
	add(d, tag, operation{id: "rotateConnectionKey", verb: "POST /tenants/{tenant}/connections/{connection}/rotate-key", scope: WriteConnections, summary: "Rotate our key", about: "Makes a new key pair of ours for a SAML connection. It signs after the overlap, a week unless the body says otherwise; the old one decrypts for as long again."}, d.rotateConnectionKey)
}

// InConnection names a connection of a tenant.
type InConnection struct {
	InTenant
	Connection string `path:"connection" doc:"By its id (con_…) or the UUID in its URLs."`
}

// connection finds the connection that a path names, removed ones too.
func (d *Door) connection(ctx context.Context, in InConnection) (tenant.Connection, roster.Staff, error) {
	cfg, s, err := d.work(ctx, in.InTenant)
	if err != nil {
		return tenant.Connection{}, s, err
	}
	id, err := tenant.ParseConnectionID(in.Connection)
	i := slices.IndexFunc(cfg.Connections, func(c tenant.Connection) bool { return c.ID == id })
	if err != nil || i < 0 {
		return tenant.Connection{}, s, none("connection")
	}
	return cfg.Connections[i], s, nil
}

func (d *Door) viewConnection(c tenant.Connection) view.ConnectionView {
	return view.Connection(c, d.Connections.PublicURL, d.Now())
}

func (d *Door) shownConnection(c tenant.Connection, err error) (*lively[view.ConnectionView], error) {
	if err != nil {
		return nil, err
	}
	return live(c.Version, d.viewConnection(c)), nil
}

func (d *Door) listConnections(ctx context.Context, in *InTenant) (*answer[page[view.ConnectionView]], error) {
	cfg, err := d.config(ctx, *in)
	if err != nil {
		return nil, err
	}
	return the(page[view.ConnectionView]{Items: views(cfg.Connections, d.viewConnection)}), nil
}

func (d *Door) getConnection(ctx context.Context, in *InConnection) (*lively[view.ConnectionView], error) {
	c, _, err := d.connection(ctx, *in)
	return d.shownConnection(c, err)
}

type createConnectionIn struct {
	InTenant
	Body struct {
		Type          tenant.ConnectionType `json:"type" enum:"saml,oidc"`
		Name          string                `json:"name,omitempty" maxLength:"200" doc:"For people; the type when absent."`
		Draft         bool                  `json:"draft,omitempty" doc:"Test sign-ins only, until it is activated."`
		Metadata      string                `json:"metadata,omitempty" doc:"SAML: the provider's metadata, the XML itself."`
		MetadataURL   string                `json:"metadata_url,omitempty" maxLength:"2000" doc:"SAML: where it is; looked at again each day."`
		NameIDFormat  string                `json:"name_id_format,omitempty" maxLength:"500"`
		SignRequests  *bool                 `json:"sign_requests,omitempty" doc:"SAML: absent: as the metadata wants it."`
		ForceAuthn    bool                  `json:"force_authn,omitempty"`
		Issuer        string                `json:"issuer,omitempty" maxLength:"2000" doc:"OIDC: to the letter; may be absent with entra_tenant."`
		ClientID      string                `json:"client_id,omitempty" maxLength:"512"`
		ClientSecret  string                `json:"client_secret,omitempty" maxLength:"2000" doc:"Sealed, and never shown again."`
		AuthMethod    string                `json:"auth_method,omitempty" enum:"client_secret_basic,client_secret_post,none"`
		Scopes        []string              `json:"scopes,omitempty" maxItems:"30"`
		EntraTenant   string                `json:"entra_tenant,omitempty" maxLength:"64"`
		EntraDomains  bool                  `json:"entra_domain_owner,omitempty" doc:"OIDC with Entra: the claim xms_edov vouches for addresses."`
		ResponseMode  string                `json:"response_mode,omitempty" enum:"query,form_post" doc:"OIDC: query when absent."`
		HostedDomains []string              `json:"hosted_domains,omitempty" maxItems:"100"`
		Algorithms    []string              `json:"algorithms,omitempty" maxItems:"20"`
		Ask           bool                  `json:"ask,omitempty" doc:"OIDC: ask the provider first whether it is there."`
		Mapping       view.SignInNames      `json:"mapping,omitzero"`
	}
}

func (d *Door) createConnection(ctx context.Context, in *createConnectionIn) (*lively[view.ConnectionView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	b := in.Body
	if b.Type == tenant.SAML {
		if (b.Metadata == "") == (b.MetadataURL == "") {
			return nil, oneMetadata()
		}
		c, _, err := d.Connections.CreateSAML(ctx, s, connect.SAMLDraft{
			Name: cmp.Or(b.Name, "SAML"), Metadata: connect.Metadata{Document: []byte(b.Metadata), URL: b.MetadataURL},
			NameIDFormat: b.NameIDFormat, SignRequests: b.SignRequests, ForceAuthn: b.ForceAuthn, Mapping: names(b.Mapping), Draft: b.Draft,
		})
		return d.shownConnection(c, err)
	}
	return d.shownConnection(d.Connections.CreateOIDC(ctx, s, connect.OIDCDraft{
		Name: cmp.Or(b.Name, "OIDC"), Secret: secret.NewText(b.ClientSecret), Mapping: names(b.Mapping), Draft: b.Draft, Ask: b.Ask,
		Settings: tenant.OIDCSettings{
			Issuer: b.Issuer, ClientID: b.ClientID, AuthMethod: b.AuthMethod, Scopes: b.Scopes, EntraTenant: b.EntraTenant,
			HostedDomains: b.HostedDomains, Algorithms: b.Algorithms, EntraDomainOwner: b.EntraDomains, ResponseMode: b.ResponseMode,
		},
	}))
}

func oneMetadata() error {
	return &roster.Error{Kind: roster.Invalid, Field: "metadata", Detail: "Give either the provider's metadata or its URL."}
}

func names(n view.SignInNames) tenant.SignInMapping {
	return tenant.SignInMapping{Email: n.Email, FirstName: n.FirstName, LastName: n.LastName, DisplayName: n.DisplayName, Groups: n.Groups}
}

type changeConnectionIn struct {
	InConnection
	Conditional
	Body struct {
		Name          *string           `json:"name,omitempty" maxLength:"200"`
		Metadata      string            `json:"metadata,omitempty" doc:"SAML: the provider's metadata, the XML itself. In force at once."`
		MetadataURL   string            `json:"metadata_url,omitempty" maxLength:"2000" doc:"SAML: where it is."`
		NameIDFormat  *string           `json:"name_id_format,omitempty" maxLength:"500"`
		SignRequests  *bool             `json:"sign_requests,omitempty"`
		ForceAuthn    *bool             `json:"force_authn,omitempty"`
		ClientID      *string           `json:"client_id,omitempty" maxLength:"512"`
		ClientSecret  string            `json:"client_secret,omitempty" maxLength:"2000" doc:"Sealed, and never shown again."`
		AuthMethod    *string           `json:"auth_method,omitempty" enum:"client_secret_basic,client_secret_post,none"`
		Scopes        []string          `json:"scopes,omitempty" maxItems:"30"`
		EntraTenant   *string           `json:"entra_tenant,omitempty" maxLength:"64"`
		EntraDomains  *bool             `json:"entra_domain_owner,omitempty" doc:"OIDC with Entra: whether the claim xms_edov vouches for addresses."`
		ResponseMode  *string           `json:"response_mode,omitempty" enum:"query,form_post"`
		HostedDomains []string          `json:"hosted_domains,omitempty" maxItems:"100"`
		Algorithms    []string          `json:"algorithms,omitempty" maxItems:"20"`
		Mapping       *view.SignInNames `json:"mapping,omitempty" doc:"Replaces all the names."`
		Rules         []view.RuleView   `json:"rules,omitempty" maxItems:"500" doc:"Replaces all rules; an empty list takes them away."`
	}
}

func (d *Door) changeConnection(ctx context.Context, in *changeConnectionIn) (*lively[view.ConnectionView], error) {
	c, s, err := d.connection(ctx, in.InConnection)
	if err != nil {
		return nil, err
	}
	s.If = in.precondition()
	b := in.Body
	ch := roster.ConnectionChange{
		Name: b.Name, NameIDFormat: b.NameIDFormat, SignRequests: b.SignRequests, ForceAuthn: b.ForceAuthn, ClientID: b.ClientID,
		AuthMethod: b.AuthMethod, EntraTenant: b.EntraTenant, EntraDomains: b.EntraDomains, ResponseMode: b.ResponseMode,
	}
	for _, l := range []struct {
		from []string
		into **[]string
	}{{b.Scopes, &ch.Scopes}, {b.HostedDomains, &ch.HostedDomains}, {b.Algorithms, &ch.Algorithms}} {
		if l.from != nil {
			*l.into = &l.from
		}
	}
	if b.Mapping != nil {
		m := names(*b.Mapping)
		ch.Mapping = &m
	}
	if b.Rules != nil {
		rules, err := parseRules(b.Rules)
		if err != nil {
			return nil, err
		}
		ch.Rules = &rules
	}
	if b.Metadata != "" && b.MetadataURL != "" {
		return nil, oneMetadata()
	}
	if b.Metadata != "" || b.MetadataURL != "" {
		if c, _, err = d.Connections.SetMetadata(ctx, s, c, connect.Metadata{Document: []byte(b.Metadata), URL: b.MetadataURL}); err != nil {
			return nil, err
		}
		s.If = roster.Precondition{} // it held
	}
	return d.shownConnection(d.Connections.Change(ctx, s, c, ch, secret.NewText(b.ClientSecret)))
}

func parseRules(in []view.RuleView) ([]tenant.SignInRule, error) {
	out := make([]tenant.SignInRule, len(in))
	for i, r := range in {
		out[i] = tenant.SignInRule{Attribute: r.Attribute, Value: r.Value, Role: r.Role}
		if r.Group == "" {
			continue
		}
		id, err := roster.ParseGroupID(r.Group)
		if err != nil {
			return nil, &roster.Error{Kind: roster.Invalid, Field: "rules", Detail: "A rule names a group by its id, as the list of groups shows it."}
		}
		out[i].Group = id.UUID
	}
	return out, nil
}

// InConnectionAction names a connection that is acted on, in the version that the caller saw.
type InConnectionAction struct {
	InConnection
	Conditional
}

// onConnection makes the handler of an action that takes nothing but the connection.
func (d *Door) onConnection(do func(*roster.Roster, context.Context, roster.Staff, tenant.ConnectionID) (tenant.Connection, error)) func(context.Context, *InConnectionAction) (*lively[view.ConnectionView], error) {
	return func(ctx context.Context, in *InConnectionAction) (*lively[view.ConnectionView], error) {
		c, s, err := d.connection(ctx, in.InConnection)
		if err != nil {
			return nil, err
		}
		s.If = in.precondition()
		return d.shownConnection(do(d.Roster, ctx, s, c.ID))
	}
}

func (d *Door) refreshMetadata(ctx context.Context, in *InConnection) (*lively[view.ConnectionView], error) {
	c, s, err := d.connection(ctx, *in)
	if err != nil {
		return nil, err
	}
	return d.shownConnection(d.Connections.Refresh(ctx, s, c))
}

// checkedView is what a check found.
type checkedView struct {
	OK       bool     `json:"ok"`
	Problems []string `json:"problems" doc:"What to change, a sentence each."`
}

func (d *Door) checkConnection(ctx context.Context, in *InConnection) (*answer[checkedView], error) {
	c, _, err := d.connection(ctx, *in)
	if err != nil {
		return nil, err
	}
	problems, err := d.Connections.Check(ctx, c)
	if err != nil {
		return nil, err
	}
	return the(checkedView{len(problems) == 0, append([]string{}, problems...)}), nil
}

type rotateConnectionKeyIn struct {
	InConnection
	Body *struct {
		OverlapHours *int `json:"overlap_hours,omitempty" minimum:"0" maximum:"2160" doc:"After how many hours the new key signs; absent: 168, a week."`
	}
}

func (d *Door) rotateConnectionKey(ctx context.Context, in *rotateConnectionKeyIn) (*lively[view.ConnectionView], error) {
	c, s, err := d.connection(ctx, in.InConnection)
	if err != nil {
		return nil, err
	}
	hours := weekOfHours
	if in.Body != nil && in.Body.OverlapHours != nil {
		hours = *in.Body.OverlapHours
	}
	return d.shownConnection(d.Connections.RotateKey(ctx, s, c.ID, time.Duration(hours)*time.Hour))
}
