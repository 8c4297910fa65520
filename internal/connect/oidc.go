package connect

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/sso/oidc"
)

// OIDCDraft is what CreateOIDC needs. Vendor may be empty: it follows from the issuer.
type OIDCDraft struct {
	Name     string
	Settings tenant.OIDCSettings // without Secret
	Secret   secret.Text
	Mapping  tenant.SignInMapping
	// Draft leaves the connection to test sign-ins until it is activated.
	Draft bool
	// Ask asks the provider first whether it is there and says the same issuer.
	Ask bool
}

const (
	entraLogin   = "https://login.microsoftonline.com/"
	googleIssuer = "https://accounts.google.com"
)

// CreateOIDC makes an OIDC connection. Entra's tenant may be named instead of the issuer.
func (s *Service) CreateOIDC(ctx context.Context, by roster.Staff, d OIDCDraft) (tenant.Connection, error) {
	c := tenant.Connection{
		ID: tenant.ConnectionID{UUID: tenant.NewUUID(s.now())}, Name: d.Name, Type: tenant.OIDC, Status: tenant.ConnectionActive, Mapping: d.Mapping,
	}
	if d.Draft {
		c.Status = tenant.ConnectionDraft
	}
	set := vendored(d.Settings)
	if set.AuthMethod == "" && d.Secret.IsZero() {
		set.AuthMethod = tenant.AuthNone
	}
	set.Secret = s.seal(c.ID, d.Secret)
	c.OIDC = &set
	if err := s.checkOIDC(ctx, c, d.Ask); err != nil {
		return c, err
	}
	return s.Roster.CreateConnection(ctx, by, c)
}

// vendored fills in what follows from the vendor, or the vendor from the rest.
func vendored(set tenant.OIDCSettings) tenant.OIDCSettings {
	set.EntraTenant = strings.ToLower(strings.TrimSpace(set.EntraTenant))
	rest, entra := strings.CutPrefix(set.Issuer, entraLogin)
	switch {
	case set.EntraTenant != "" && set.Issuer == "":
		set.Issuer, set.Vendor = entraLogin+set.EntraTenant+"/v2.0", tenant.OIDCEntra
	case entra:
		set.Vendor = tenant.OIDCEntra
		named, _, _ := strings.Cut(rest, "/")
		if id, err := tenant.ParseUUID(named); err == nil && set.EntraTenant == "" {
			set.EntraTenant = id.UUID()
		}
	case set.Issuer == googleIssuer:
		set.Vendor = tenant.OIDCGoogle
	case set.EntraTenant != "":
		set.Vendor = tenant.OIDCEntra
	}
	return set
}

func (s *Service) seal(id tenant.ConnectionID, text secret.Text) []byte {
	if text.IsZero() {
		return nil
	}
	return s.Key.Seal([]byte(text.Reveal()), about(id))
}

// Change changes a connection, with a new client secret of an OIDC connection; the zero Text leaves the old one. What
// CreateOIDC would refuse is refused here too. A client that becomes public loses its secret.
func (s *Service) Change(ctx context.Context, by roster.Staff, c tenant.Connection, ch roster.ConnectionChange, text secret.Text) (tenant.Connection, error) {
	if !text.IsZero() {
		sealed := s.seal(c.ID, text)
		ch.Secret = &sealed
	}
	if c.OIDC != nil {
		if ch.EntraTenant != nil {
			lower := strings.ToLower(strings.TrimSpace(*ch.EntraTenant))
			ch.EntraTenant = &lower
		}
		wanted, err := ch.On(c, s.now())
		if err == nil && !reflect.DeepEqual(wanted.OIDC, c.OIDC) { // a name or a mapping is changed whatever the provider's side is like
			err = s.checkOIDC(ctx, wanted, false)
		}
		if err != nil {
			return c, err
		}
	}
	return s.Roster.ChangeConnection(ctx, by, c.ID, ch)
}

// OIDC turns a connection into what package sso/oidc works with.
func (s *Service) OIDC(c tenant.Connection) (oidc.Config, error) {
	if c.OIDC == nil {
		return oidc.Config{}, invalid("connection", "The connection speaks SAML.")
	}
	var text secret.Text
	if len(c.OIDC.Secret) > 0 {
		plain, err := s.Key.Open(c.OIDC.Secret, about(c.ID))
		if err != nil {
			return oidc.Config{}, fmt.Errorf("open the client secret of connection %s: %w", c.ID, err)
		}
		text = secret.NewText(string(plain))
	}
	out, _ := oidc.ConfigOf(c, text, s.PublicURL, Local(s.PublicURL))
	return out, nil
}

func (s *Service) checkOIDC(ctx context.Context, c tenant.Connection, ask bool) error {
	config, err := s.OIDC(c)
	if err != nil {
		return err
	}
	if err := config.Check(); err != nil {
		return refusal("issuer", err)
	}
	if !ask || s.Discover == nil {
		return nil
	}
	if _, err := s.Discover(ctx, config); err != nil {
		return refusal("issuer", err)
	}
	return nil
}

// Check says in sentences what keeps a connection from working, as far as that can be told without a person who signs
// in: none when nothing does. It asks a provider of OIDC, and reads metadata at a URL.
func (s *Service) Check(ctx context.Context, c tenant.Connection) ([]string, error) {
	if c.OIDC != nil {
		return sentence(s.checkOIDC(ctx, c, true)), nil
	}
	config, err := s.SAML(c)
	if err != nil {
		return nil, err
	}
	wrong := config.Check(s.Now())
	if c.SAML.MetadataURL != "" {
		_, err := s.read(ctx, Metadata{URL: c.SAML.MetadataURL}, config.IDP.Certificates)
		wrong = append(wrong, sentence(err)...)
	}
	return wrong, nil
}
