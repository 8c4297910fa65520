package connect

import (
	"context"
	"crypto/x509"
	"fmt"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/sso/saml"
)

// keyLife is how long our own certificates are good for. Providers look at the date, if at all, and nobody but the
// tenant's admin can bring them another one: so it is long, and a key is rotated when there is a reason.
const keyLife = 10 * 365 * 24 * time.Hour

// metadataType is what we ask for where metadata is fetched.
const metadataType = "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"

// Metadata names a provider's metadata: the document, or where it is.
type Metadata struct {
	Document []byte
	URL      string
}

// SAMLDraft is what CreateSAML needs.
type SAMLDraft struct {
	Name         string
	Metadata     Metadata
	NameIDFormat string
	SignRequests *bool // nil: as the metadata wants it
	ForceAuthn   bool
	Mapping      tenant.SignInMapping
	// Draft leaves the connection to test sign-ins until it is activated.
	Draft bool
}

// CreateSAML makes a SAML connection with a key pair of its own from a provider's metadata. warnings are sentences for
// the admin about what was left out of it.
func (s *Service) CreateSAML(ctx context.Context, by roster.Staff, d SAMLDraft) (made tenant.Connection, warnings []string, err error) {
	read, err := s.read(ctx, d.Metadata, nil)
	if err != nil {
		return made, nil, err
	}
	now := s.now()
	c := tenant.Connection{
		ID: tenant.ConnectionID{UUID: tenant.NewUUID(now)}, Name: d.Name, Type: tenant.SAML, Status: tenant.ConnectionActive, Mapping: d.Mapping,
		SAML: &tenant.SAMLSettings{
			MetadataURL: d.Metadata.URL, NameIDFormat: d.NameIDFormat, SignRequests: read.WantAuthnRequestsSigned, ForceAuthn: d.ForceAuthn,
			CheckedAt: now,
		},
	}
	if d.SignRequests != nil {
		c.SAML.SignRequests = *d.SignRequests
	}
	if d.Draft {
		c.Status = tenant.ConnectionDraft
	}
	m := inForce(read)
	c.SAML.IDPEntityID, c.SAML.SSOURL, c.SAML.SSOBinding = m.IDPEntityID, m.SSOURL, m.SSOBinding
	c.SAML.Certificates, c.SAML.ValidUntil = m.Certificates, m.ValidUntil
	pair, err := s.newKey(c.ID, now)
	if err != nil {
		return made, nil, err
	}
	c.SAML.Keys = []tenant.SealedKeyPair{pair}
	if err := s.checkSAML(c); err != nil {
		return made, nil, err
	}
	made, err = s.Roster.CreateConnection(ctx, by, c)
	return made, read.Warnings, err
}

// SetMetadata gives a connection its provider's metadata by hand. It is in force at once.
func (s *Service) SetMetadata(ctx context.Context, by roster.Staff, c tenant.Connection, m Metadata) (tenant.Connection, []string, error) {
	if c.SAML == nil {
		return c, nil, invalid("metadata", "The connection speaks OIDC and has no metadata.")
	}
	read, err := s.read(ctx, m, certificates(c.SAML.Certificates))
	if err != nil {
		return c, nil, err
	}
	fresh := inForce(read)
	out, err := s.Roster.ChangeConnection(ctx, by, c.ID, roster.ConnectionChange{Metadata: &fresh, MetadataURL: &m.URL})
	return out, read.Warnings, err
}

// RotateKey gives a SAML connection a new key pair of ours; see roster.RotateKey.
func (s *Service) RotateKey(ctx context.Context, by roster.Staff, id tenant.ConnectionID, overlap time.Duration) (tenant.Connection, error) {
	pair, err := s.newKey(id, s.now())
	if err != nil {
		return tenant.Connection{}, err
	}
	return s.Roster.RotateKey(ctx, by, id, pair, overlap)
}

// SAML turns a connection into what package sso/saml works with. The key that signs now comes first.
func (s *Service) SAML(c tenant.Connection) (saml.Config, error) {
	if c.SAML == nil {
		return saml.Config{}, invalid("connection", "The connection speaks OIDC.")
	}
	at, set := c.ID.URLs(s.PublicURL), c.SAML
	out := saml.Config{
		EntityID: at.EntityID, ACSURL: at.ACS, MetadataURL: at.Metadata,
		IDP: saml.IDP{
			EntityID: set.IDPEntityID, SSOURL: set.SSOURL, Binding: set.SSOBinding, Certificates: certificates(set.Certificates),
		},
		NameIDFormat: set.NameIDFormat, ForceAuthn: set.ForceAuthn, SignRequests: set.SignRequests, Policy: s.policy(),
	}
	now := s.now()
	signs, _ := set.SigningKey(now)
	for _, k := range set.LiveKeys(now) {
		private, err := s.Key.Open(k.PrivateKey, about(c.ID))
		if err != nil {
			return out, fmt.Errorf("open the key of connection %s: %w", c.ID, err)
		}
		pair, err := saml.ParseKeyPair(private, k.Certificate)
		if err != nil {
			return out, fmt.Errorf("read the key of connection %s: %w", c.ID, err)
		}
		if string(k.Certificate) == string(signs.Certificate) {
			out.Keys = append([]saml.KeyPair{pair}, out.Keys...)
			continue
		}
		out.Keys = append(out.Keys, pair)
	}
	return out, nil
}

func (s *Service) policy() saml.Policy { return saml.Policy{AllowInsecureLoopback: Local(s.PublicURL)} }

// checkSAML sees that the protocol's own rules let the connection be used.
func (s *Service) checkSAML(c tenant.Connection) error {
	config, err := s.SAML(c)
	if err != nil {
		return err
	}
	if wrong := config.Check(s.Now()); len(wrong) > 0 && c.Usable() {
		return invalid("metadata", wrong[0])
	}
	return nil
}

func (s *Service) newKey(id tenant.ConnectionID, now time.Time) (tenant.SealedKeyPair, error) {
	pair, err := saml.NewKeyPair(id.URLs(s.PublicURL).EntityID, now, keyLife)
	if err != nil {
		return tenant.SealedKeyPair{}, fmt.Errorf("make a key for connection %s: %w", id, err)
	}
	private, der, err := pair.Marshal()
	if err != nil {
		return tenant.SealedKeyPair{}, fmt.Errorf("make a key for connection %s: %w", id, err)
	}
	return tenant.SealedKeyPair{Certificate: der, PrivateKey: s.Key.Seal(private, about(id)), CreatedAt: now, SignsFrom: now}, nil
}

// read reads metadata, fetched where it is at a URL.
func (s *Service) read(ctx context.Context, m Metadata, known []*x509.Certificate) (saml.Metadata, error) {
	raw := m.Document
	if m.URL != "" {
		var err error
		if raw, err = s.Fetch(ctx, m.URL, metadataType); err != nil {
			return saml.Metadata{}, invalid("metadata", "The metadata could not be fetched: "+err.Error()+". It can be given as a file too.")
		}
	}
	read, err := saml.ParseMetadata(raw, s.Now(), s.policy(), known...)
	if err != nil {
		return read, refusal("metadata", err)
	}
	return read, nil
}

// inForce is what of metadata a connection keeps.
func inForce(m saml.Metadata) tenant.PendingMetadata {
	idp := m.IDP()
	out := tenant.PendingMetadata{IDPEntityID: idp.EntityID, SSOURL: idp.SSOURL, SSOBinding: idp.Binding, ValidUntil: m.ValidUntil}
	for _, cert := range m.Certificates {
		out.Certificates = append(out.Certificates, cert.Raw)
	}
	return out
}

// certificates reads those that were read before they were stored.
func certificates(list [][]byte) []*x509.Certificate {
	var out []*x509.Certificate
	for _, der := range list {
		if cert, err := x509.ParseCertificate(der); err == nil {
			out = append(out, cert)
		}
	}
	return out
}
