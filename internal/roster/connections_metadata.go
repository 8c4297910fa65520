package roster

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
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

func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// SeenMetadata is what a look at a connection's metadata found, compared with the settings of a version.
type SeenMetadata struct {
	tenant.PendingMetadata // its Changes say what differs; none: nothing does
	Version                int64
	// Apply says that the change needs nobody's consent: certificates are gone that are no longer used, or one that is
	// in force signed the document.
	Apply bool
}

// SeeMetadata notes what a look at a connection's metadata found. What differs from what is in force waits as Pending
// for an admin, and is told of once; the settings stay as they are unless m.Apply is set (S36). Stale when the
// connection was changed since it was compared.
func (r *Roster) SeeMetadata(ctx context.Context, s Staff, id tenant.ConnectionID, m SeenMetadata) (tenant.Connection, error) {
	return r.lookedAt(ctx, s, id, func(tx Tx, c *tenant.Connection) ([]Event, error) {
		if c.Version != m.Version {
			return nil, &Error{Kind: Stale, Field: "connection", Detail: "The connection was changed meanwhile. Look again."}
		}
		now, in := tx.Now(), c.SAML
		in.CheckedAt, in.FailingSince, in.Failure = now, time.Time{}, ""
		delete(in.Told, toldFailing)
		seen := m.PendingMetadata
		seen.SeenAt = now
		tell := func(status string) []Event {
			c.Version++
			c.ChangedAt = now
			d := connectionDetails(*c)
			d.Code, d.Status = CodeMetadataPending, status
			return []Event{s.event(MetadataChanged, d)}
		}
		switch {
		case len(seen.Changes) == 0:
			in.ValidUntil, in.Pending = seen.ValidUntil, nil
			return nil, nil
		case m.Apply:
			adopt(in, seen, now)
			if err := cmp.Or(checkSAML(*in), checkVerifies(*c, now)); err != nil {
				return nil, err
			}
			return tell("applied"), nil
		case in.Pending != nil && slices.Equal(in.Pending.Changes, seen.Changes):
			return nil, nil // told of already
		}
		in.Pending = &seen
		return tell("pending"), nil
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
		if c.SAML.Pending.ByHand {
			return &Error{
				Kind: Refused, Code: CodeMetadataByHand, Field: "connection",
				Detail: "The metadata looks like another provider's: " + strings.Join(c.SAML.Pending.Changes, "; ") +
					". Confirm it with the provider, then give it by hand (connection set --metadata); for another provider make a new connection.",
			}
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
	err := r.staffAlone(ctx, s, func(tx Tx) error {
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
