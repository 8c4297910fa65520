package connect

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/sso/saml"
)

// Metadata is looked at again once a day, each connection at another time.
const (
	refreshEvery  = 24 * time.Hour
	refreshJitter = 4 * time.Hour
)

// dueAt is when a connection's metadata is looked at next. The jitter follows from the id, so that all replicas agree.
func dueAt(c tenant.Connection) time.Time {
	spread := time.Duration(binary.BigEndian.Uint32(c.ID.UUID[12:])) * refreshJitter >> 32
	return c.SAML.CheckedAt.Add(refreshEvery - refreshJitter + spread)
}

// Refresh looks at a connection's metadata now. What it found is in the connection that comes back: Pending, or
// Failure. Errors are of the store, and Invalid for a connection whose metadata has no URL.
func (s *Service) Refresh(ctx context.Context, by roster.Staff, c tenant.Connection) (tenant.Connection, error) {
	if c.SAML == nil || c.SAML.MetadataURL == "" {
		return c, invalid("connection", "The connection has no metadata at a URL to look at again.")
	}
	read, err := s.read(ctx, Metadata{URL: c.SAML.MetadataURL}, certificates(c.SAML.Certificates))
	if err != nil {
		return s.Roster.MissMetadata(ctx, by, c.ID, sentence(err)[0])
	}
	return s.Roster.SeeMetadata(ctx, by, c.ID, compare(c, read, s.Now()))
}

// compare says what differs from what is in force.
func compare(c tenant.Connection, read saml.Metadata, now time.Time) roster.SeenMetadata {
	fresh := inForce(read)
	set := c.SAML
	old := saml.Metadata{
		EntityID: set.IDPEntityID, SSO: []saml.Endpoint{{Binding: set.SSOBinding, URL: set.SSOURL}}, Certificates: certificates(set.Certificates),
		ValidUntil: set.ValidUntil,
	}
	read.SSO = []saml.Endpoint{{Binding: fresh.SSOBinding, URL: fresh.SSOURL}}
	read.NameIDFormats, read.WantAuthnRequestsSigned = nil, false // an admin's choices
	changes := saml.Compare(old, read, now)
	needs := saml.Required(changes)
	for _, ch := range changes {
		fresh.Changes = append(fresh.Changes, words(ch))
	}
	fresh.ByHand = needs == saml.NeedsNewSetup
	return roster.SeenMetadata{PendingMetadata: fresh, Version: c.Version, Apply: len(changes) > 0 && needs == saml.NeedsNothing}
}

func words(c saml.Change) string {
	switch {
	case c.Old == "":
		return fmt.Sprintf("%s: %s. %s", c.What, c.New, c.Why)
	case c.New == "":
		return fmt.Sprintf("%s: %s. %s", c.What, c.Old, c.Why)
	}
	return fmt.Sprintf("%s: %s, was %s. %s", c.What, c.New, c.Old, c.Why)
}

// RefreshDue looks at the metadata of all tenants' connections whose day has come; a job calls it, and two at once do no
// harm. It goes on past a connection where that fails, and returns all errors and how many it looked at.
func (s *Service) RefreshDue(ctx context.Context) (int, error) {
	ids, err := s.Roster.Locator.TenantsWithConnections(ctx)
	if err != nil {
		return 0, err
	}
	var errs []error
	var due []work
	for _, id := range ids {
		cfg, err := s.Roster.Store.Reader(id).Config(ctx)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		by := roster.Staff{Tenant: id, Actor: roster.Actor{Source: roster.SourceOperator}}
		for _, c := range cfg.Connections {
			if c.SAML == nil || c.SAML.MetadataURL == "" || c.Status == tenant.ConnectionRemoved || s.Now().Before(dueAt(c)) {
				continue
			}
			due = append(due, work{by, c})
		}
	}
	looked, failed := s.refreshAll(ctx, due)
	return looked, errors.Join(append(errs, failed...)...)
}

// work is a connection that is due, and who is said to look at it.
type work struct {
	by roster.Staff
	c  tenant.Connection
}

// lookers bounds how many documents are fetched together: providers that hardly answer hold up few others.
const lookers = 8

// refreshAll looks at all that is due, those first that were not looked at for longest. It stops when ctx ends.
func (s *Service) refreshAll(ctx context.Context, all []work) (looked int, errs []error) {
	slices.SortStableFunc(all, func(a, b work) int { return a.c.SAML.CheckedAt.Compare(b.c.SAML.CheckedAt) })
	found := make([]error, len(all))
	free := make(chan struct{}, lookers)
	var wait sync.WaitGroup
	for i, w := range all {
		if ctx.Err() != nil {
			errs = append(errs, ctx.Err())
			break
		}
		looked++
		free <- struct{}{}
		wait.Go(func() {
			defer func() { <-free }()
			if _, err := s.Refresh(ctx, w.by, w.c); err != nil && !errors.Is(err, roster.Stale) && !errors.Is(err, roster.NotFound) {
				found[i] = fmt.Errorf("look at the metadata of %s: %w", w.c.ID, err)
			}
		})
	}
	wait.Wait()
	return looked, append(errs, found...)
}

// sentence is an error in words for admins; none for nil.
func sentence(err error) []string {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*roster.Error](err); ok && e.Detail != "" {
		return []string{e.Detail}
	}
	return []string{err.Error()}
}
