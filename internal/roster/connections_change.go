package roster

import (
	"bytes"
	"context"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// ConnectionChange is what somebody wants of a connection; nil leaves a choice as it is.
type ConnectionChange struct {
	Name    *string
	Mapping *tenant.SignInMapping // the names alone; its rules are Rules
	Rules   *[]tenant.SignInRule

	// Of a SAML connection.
	Metadata     *tenant.PendingMetadata // from an admin's hand: in force at once
	MetadataURL  *string
	NameIDFormat *string
	SignRequests *bool
	ForceAuthn   *bool

	// Of an OIDC connection. The issuer never changes: its subjects are what links rest on.
	ClientID      *string
	Secret        *[]byte // sealed
	AuthMethod    *string
	Scopes        *[]string
	EntraTenant   *string
	EntraDomains  *bool // see tenant.OIDCSettings.EntraDomainOwner
	ResponseMode  *string
	HostedDomains *[]string
	Algorithms    *[]string
}

// ChangeConnection changes a connection's name, settings and mapping in one step. What signatures and identities rest
// on sets TestedAt back. Invalid for settings of the other type and for what CreateConnection refuses; Refused with
// admin_by_mapping for a rule that gives the admin role.
func (r *Roster) ChangeConnection(ctx context.Context, s Staff, id tenant.ConnectionID, ch ConnectionChange) (tenant.Connection, error) {
	return r.changeConnection(ctx, s, id, ConnectionChanged, func(tx Tx, c *tenant.Connection, cfg tenant.Config) error {
		before := *c
		var err error
		if *c, err = ch.On(before, tx.Now()); err != nil {
			return err
		}
		if err := checkConnection(ctx, tx, cfg, *c); err != nil {
			return err
		}
		if c.Usable() {
			if err := checkVerifies(*c, tx.Now()); err != nil {
				return err
			}
		}
		untest(before, c)
		return nil
	})
}

// On is what a change makes of a connection's settings, as far as the settings themselves tell: for who checks them
// by the protocol's rules before they are stored. The error is Invalid or Refused.
func (ch ConnectionChange) On(c tenant.Connection, now time.Time) (tenant.Connection, error) {
	c = cloned(c)
	set(&c.Name, ch.Name)
	if ch.Mapping != nil {
		rules := c.Mapping.Rules
		c.Mapping = *ch.Mapping
		c.Mapping.Rules = rules
	}
	set(&c.Mapping.Rules, ch.Rules)
	if err := ch.saml(&c, now); err != nil {
		return c, err
	}
	return c, ch.oidc(&c)
}

func (ch ConnectionChange) saml(c *tenant.Connection, now time.Time) error {
	wanted := ch.Metadata != nil || ch.MetadataURL != nil || ch.NameIDFormat != nil || ch.SignRequests != nil || ch.ForceAuthn != nil
	switch {
	case !wanted:
		return nil
	case c.SAML == nil:
		return &Error{Kind: Invalid, Field: "connection", Detail: "The connection speaks OIDC and has no metadata, name id format, signed requests or forced authentication."}
	}
	set(&c.SAML.MetadataURL, ch.MetadataURL)
	set(&c.SAML.NameIDFormat, ch.NameIDFormat)
	set(&c.SAML.SignRequests, ch.SignRequests)
	set(&c.SAML.ForceAuthn, ch.ForceAuthn)
	if ch.Metadata != nil {
		if c.SAML.IDPEntityID != ch.Metadata.IDPEntityID && c.Status != tenant.ConnectionDraft {
			return &Error{
				Kind: Refused, Code: CodeOtherProvider, Field: "metadata",
				Detail: "The metadata is of " + quote(ch.Metadata.IDPEntityID) + " and the connection's provider is " + quote(c.SAML.IDPEntityID) +
					": another provider's people would come in as this one's. Make a new connection for it.",
			}
		}
		adopt(c.SAML, *ch.Metadata, now)
	}
	return nil
}

func (ch ConnectionChange) oidc(c *tenant.Connection) error {
	wanted := ch.ClientID != nil || ch.Secret != nil || ch.AuthMethod != nil || ch.Scopes != nil || ch.EntraTenant != nil ||
		ch.HostedDomains != nil || ch.Algorithms != nil || ch.EntraDomains != nil || ch.ResponseMode != nil
	switch {
	case !wanted:
		return nil
	case c.OIDC == nil:
		return &Error{Kind: Invalid, Field: "connection", Detail: "The connection speaks SAML and has no client, scopes or hosted domains."}
	}
	set(&c.OIDC.ClientID, ch.ClientID)
	set(&c.OIDC.Secret, ch.Secret)
	if set(&c.OIDC.AuthMethod, ch.AuthMethod); ch.AuthMethod != nil && *ch.AuthMethod == tenant.AuthNone && ch.Secret == nil {
		c.OIDC.Secret = nil // a public client has none
	}
	set(&c.OIDC.Scopes, ch.Scopes)
	set(&c.OIDC.EntraTenant, ch.EntraTenant)
	set(&c.OIDC.EntraDomainOwner, ch.EntraDomains)
	set(&c.OIDC.ResponseMode, ch.ResponseMode)
	set(&c.OIDC.HostedDomains, ch.HostedDomains)
	set(&c.OIDC.Algorithms, ch.Algorithms)
	return nil
}

// adopt puts metadata in force.
func adopt(s *tenant.SAMLSettings, m tenant.PendingMetadata, now time.Time) {
	s.IDPEntityID, s.SSOURL, s.SSOBinding = m.IDPEntityID, m.SSOURL, m.SSOBinding
	s.Certificates, s.ValidUntil, s.CheckedAt = m.Certificates, m.ValidUntil, now
	s.Pending, s.FailingSince, s.Failure = nil, time.Time{}, ""
}

// untest forgets a test sign-in that says nothing of the settings as they are now.
func untest(before tenant.Connection, c *tenant.Connection) {
	same := true
	if a, b := before.SAML, c.SAML; a != nil && b != nil {
		same = a.IDPEntityID == b.IDPEntityID && a.SSOURL == b.SSOURL && a.SSOBinding == b.SSOBinding &&
			a.NameIDFormat == b.NameIDFormat && slices.EqualFunc(a.Certificates, b.Certificates, bytes.Equal)
	}
	if a, b := before.OIDC, c.OIDC; a != nil && b != nil {
		same = a.ClientID == b.ClientID && a.AuthMethod == b.AuthMethod && bytes.Equal(a.Secret, b.Secret) &&
			a.EntraTenant == b.EntraTenant && a.EntraDomainOwner == b.EntraDomainOwner && a.ResponseMode == b.ResponseMode &&
			slices.Equal(a.HostedDomains, b.HostedDomains) && slices.Equal(a.Scopes, b.Scopes) &&
			slices.Equal(a.Algorithms, b.Algorithms)
	}
	if !same || before.Mapping.Email != c.Mapping.Email {
		c.TestedAt = time.Time{}
	}
}

// The most time that the provider has to learn of a new key of ours, and how many keys may be live.
const (
	maxOverlap = 90 * 24 * time.Hour
	maxKeys    = 3 // each costs an attempt at a decryption
)

// RotateKey adds a key pair of ours to a SAML connection. It signs after overlap, and the older ones end after twice
// that, so that the provider finds the new certificate in our metadata before it meets it; 0: it signs at once, and the
// older ones end now. The certificate is in DER, the private key sealed about the connection's id.
func (r *Roster) RotateKey(ctx context.Context, s Staff, id tenant.ConnectionID, pair tenant.SealedKeyPair, overlap time.Duration) (tenant.Connection, error) {
	return r.changeConnection(ctx, s, id, ConnectionChanged, func(tx Tx, c *tenant.Connection, _ tenant.Config) error {
		switch {
		case c.SAML == nil:
			return &Error{Kind: Invalid, Field: "connection", Detail: "The connection speaks OIDC and has no key of ours. Its client secret is changed at the provider, then here."}
		case overlap < 0 || overlap > maxOverlap:
			return &Error{Kind: Invalid, Field: "overlap", Detail: "The keys overlap for up to 90 days."}
		}
		now := tx.Now()
		kept := c.SAML.LiveKeys(now)
		if len(kept) >= maxKeys {
			return &Error{Kind: Invalid, Field: "connection", Detail: "The connection has three keys that have not ended. Wait until the older ones end, or rotate without overlap."}
		}
		ends := now.Add(2 * overlap)
		for i := range kept {
			if kept[i].EndsAt.IsZero() || kept[i].EndsAt.After(ends) {
				kept[i].EndsAt = ends
			}
		}
		pair.CreatedAt, pair.SignsFrom, pair.EndsAt = now, now.Add(overlap), time.Time{}
		kept = append(kept, pair)
		c.SAML.Keys = slices.DeleteFunc(kept, func(k tenant.SealedKeyPair) bool { return !k.EndsAt.IsZero() && !k.EndsAt.After(now) })
		return nil
	})
}
