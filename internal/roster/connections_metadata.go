package roster

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// The events of metadata that is looked at again.
const (
	// MetadataChanged tells that the identity provider's metadata differs from what is in force. Nothing was taken
	// over: an admin accepts it.
	MetadataChanged EventKind = "connection.metadata_changed"
	// MetadataFailing comes once when the metadata could not be read for two days, or has run out.
	MetadataFailing EventKind = "connection.metadata_failing"
	// MetadataAccepted tells that an admin put the changed metadata in force.
	MetadataAccepted EventKind = "connection.metadata_accepted"
)

// metadataPatience is for how long metadata may fail to be read before anybody is told.
const metadataPatience = 48 * time.Hour

// toldFailing marks that the failure was told of; see SAMLSettings.Told.
const toldFailing = "metadata failing"

// MetadataChanges says in words what differs between the settings in force and metadata; none: nothing that matters.
func MetadataChanges(s tenant.SAMLSettings, m tenant.PendingMetadata) []string {
	var out []string
	if s.IdPEntityID != m.IdPEntityID {
		out = append(out, fmt.Sprintf("the entity id is %s and was %s: this may be another identity provider", quote(m.IdPEntityID), quote(s.IdPEntityID)))
	}
	if s.SSOURL != m.SSOURL || s.SSOBinding != m.SSOBinding {
		out = append(out, fmt.Sprintf("people are sent to %s and were sent to %s", quote(m.SSOURL), quote(s.SSOURL)))
	}
	in := func(list [][]byte, der []byte) bool {
		return slices.ContainsFunc(list, func(o []byte) bool { return bytes.Equal(o, der) })
	}
	for _, der := range m.Certificates {
		if !in(s.Certificates, der) {
			out = append(out, "a certificate is new: "+certificateWords(der))
		}
	}
	for _, der := range s.Certificates {
		if !in(m.Certificates, der) {
			out = append(out, "a certificate is gone: "+certificateWords(der))
		}
	}
	return out
}

func certificateWords(der []byte) string {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return "one that can't be read"
	}
	return fmt.Sprintf("SHA-256 %s, good until %s", fingerprint(der), cert.NotAfter.UTC().Format(time.DateOnly))
}

func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// SeeMetadata notes what a look at a connection's metadata found. What differs from what is in force waits as Pending
// for an admin, and is told of once; nothing else changes (S36). Metadata that has run out counts as a failure.
func (r *Roster) SeeMetadata(ctx context.Context, s Staff, id tenant.ConnectionID, m tenant.PendingMetadata) (tenant.Connection, error) {
	return r.lookedAt(ctx, s, id, func(tx Tx, c *tenant.Connection) ([]Event, error) {
		now := tx.Now()
		if !m.ValidUntil.IsZero() && !now.Before(m.ValidUntil) {
			return r.metadataFails(s, c, "the metadata has run out: it was valid until "+m.ValidUntil.UTC().Format(time.RFC3339), now)
		}
		set := c.SAML
		set.CheckedAt, set.FailingSince, set.Failure = now, time.Time{}, ""
		delete(set.Told, toldFailing)
		changes := MetadataChanges(*set, m)
		if len(changes) == 0 {
			set.ValidUntil, set.Pending = m.ValidUntil, nil
			return nil, nil
		}
		m.SeenAt, m.Changes = now, changes
		old := set.Pending
		if old != nil && slices.Equal(old.Changes, changes) {
			m.SeenAt = old.SeenAt
		}
		set.Pending = &m
		if m.SeenAt != now {
			return nil, nil
		}
		c.Version++
		d := connectionDetails(*c)
		d.Code = CodeMetadataPending
		return []Event{s.event(MetadataChanged, d)}, nil
	})
}

// MissMetadata notes that a look at a connection's metadata failed, in words for admins. It is told of once when it has
// failed for two days.
func (r *Roster) MissMetadata(ctx context.Context, s Staff, id tenant.ConnectionID, why string) (tenant.Connection, error) {
	return r.lookedAt(ctx, s, id, func(tx Tx, c *tenant.Connection) ([]Event, error) {
		return r.metadataFails(s, c, why, tx.Now())
	})
}

func (r *Roster) metadataFails(s Staff, c *tenant.Connection, why string, now time.Time) ([]Event, error) {
	set := c.SAML
	if set.FailingSince.IsZero() {
		set.FailingSince = now
	}
	set.Failure, set.CheckedAt = why, now
	ended := !set.ValidUntil.IsZero() && !now.Before(set.ValidUntil)
	if set.Told[toldFailing] != 0 || !ended && now.Sub(set.FailingSince) < metadataPatience {
		return nil, nil
	}
	set.Told[toldFailing] = 1
	return []Event{s.event(MetadataFailing, connectionDetails(*c))}, nil
}

// AcceptMetadata puts the metadata that waits in force. Invalid when none waits, Refused when it could verify nobody.
// A caller that names a version in s.If accepts what it saw and nothing newer.
func (r *Roster) AcceptMetadata(ctx context.Context, s Staff, id tenant.ConnectionID) (tenant.Connection, error) {
	return r.changeConnection(ctx, s, id, MetadataAccepted, func(tx Tx, c *tenant.Connection, _ tenant.Config) error {
		if c.SAML == nil || c.SAML.Pending == nil {
			return &Error{Kind: Invalid, Field: "connection", Detail: "No changed metadata waits to be accepted."}
		}
		before := cloned(*c)
		adopt(c.SAML, *c.SAML.Pending, tx.Now())
		untest(before, c)
		if err := checkSAML(*c.SAML); err != nil {
			return err
		}
		return checkVerifies(*c, tx.Now())
	})
}

// lookedAt writes what a look at the metadata found. It is no change of the settings: the version stays, unless look
// raises it.
func (r *Roster) lookedAt(ctx context.Context, s Staff, id tenant.ConnectionID, look func(Tx, *tenant.Connection) ([]Event, error)) (tenant.Connection, error) {
	var out tenant.Connection
	err := r.updateAlone(ctx, s.Tenant, func(tx Tx) error {
		before, _, err := findConnection(ctx, tx, id, false)
		if err != nil {
			return err
		}
		out = cloned(before)
		if out.SAML == nil || out.SAML.MetadataURL == "" {
			return &Error{Kind: Invalid, Field: "connection", Detail: "The connection's metadata has no URL to look at again; give it a new file with set --metadata."}
		}
		events, err := look(tx, &out)
		if err != nil {
			return err
		}
		if err := tx.PutConnection(ctx, out); err != nil {
			return err
		}
		for _, e := range events {
			if err := tx.AppendEvent(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}
