package roster

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/tenant"
)

// SetPull has a directory read from now on, or changes how it is read: the first run is due at once. A
// run that is under way ends at its next step. A nil sealedKey keeps the key that is there. NotFound for
// a directory that is not there; Invalid for one whose provider is not google, for settings that can't
// be used, and when there is no key yet.
func (r *Roster) SetPull(ctx context.Context, s Staff, id tenant.DirectoryID, set PullSettings, sealedKey []byte) (Pull, error) {
	var out Pull
	if err := set.check(); err != nil {
		return out, err
	}
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		d, err := pullable(ctx, tx, id)
		if err != nil {
			return err
		}
		p, err := findPull(ctx, tx, id)
		switch {
		case errors.Is(err, NotFound) && sealedKey == nil:
			return &Error{Kind: Invalid, Field: "service_account", Detail: "The directory has no key yet. Name the JSON file of a service account."}
		case errors.Is(err, NotFound):
			p = Pull{Directory: id, CreatedAt: tx.Now()}
		case err != nil:
			return err
		}
		if sealedKey != nil {
			p.SealedKey = sealedKey
		} else {
			set.ClientEmail, set.ClientID, set.KeyID = p.Settings.ClientEmail, p.Settings.ClientID, p.Settings.KeyID
		}
		p.Settings, p.NextAt, p.Lease, p.ChangedAt = set, tx.Now(), PullLease{}, tx.Now()
		p.State.Failures, p.State.GroupsAfter, p.State.ThoroughAt = 0, "", time.Time{}
		p.Version++
		out = p
		if err := tx.PutPull(ctx, p); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(DirectoryChanged, details{Name: d.Name, Status: "set", Fields: []string{"pull"}}))
	})
	return out, err
}

// check refuses settings that can't be used, and fills in what nobody chose.
func (s *PullSettings) check() error {
	if s.Every == 0 {
		s.Every = PullEvery
	}
	if s.Customer == "" {
		s.Customer = "my_customer"
	}
	if _, err := ParseEmail(s.Subject); err != nil {
		return &Error{Kind: Invalid, Field: "subject", Detail: "The subject is the e-mail address of an administrator of the Google account, such as admin@acme.com."}
	}
	switch {
	case s.Every < minPullEvery || s.Every > maxPullEvery:
		return &Error{Kind: Invalid, Field: "every", Detail: "A directory is read every 1 minute to 24 hours, not every " + s.Every.String() + "."}
	case !pullWord(s.Customer):
		return &Error{Kind: Invalid, Field: "customer", Detail: "The customer is my_customer, or the customer id that admin.google.com shows under Account settings, such as C01abc2de."}
	case s.OrgUnit != "" && (s.OrgUnit[0] != '/' || len(s.OrgUnit) > 500 || strings.ContainsAny(s.OrgUnit, "'\\")):
		return &Error{Kind: Invalid, Field: "org_unit", Detail: "An organisational unit is named by its path, such as /Staff, without quotation marks."}
	case s.NoGroups && len(s.Groups) > 0:
		return &Error{Kind: Invalid, Field: "groups", Detail: "Name groups, or none, not both."}
	case len(s.Groups) > maxPullSome:
		return &Error{Kind: Invalid, Field: "groups", Detail: "At most " + strconv.Itoa(maxPullSome) + " groups can be named. Leave the list out to pull all."}
	}
	for _, g := range s.Groups {
		if _, err := ParseEmail(g); err != nil {
			return &Error{Kind: Invalid, Field: "groups", Detail: "Groups are named by their e-mail addresses, such as sales@acme.com."}
		}
	}
	return nil
}

// pullWord says whether a text can be a customer's id.
func pullWord(s string) bool {
	return len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// pullable finds a directory that can be pulled.
func pullable(ctx context.Context, rd Reader, id tenant.DirectoryID) (tenant.Directory, error) {
	cfg, err := rd.Config(ctx)
	if err != nil {
		return tenant.Directory{}, err
	}
	d, ok := cfg.Directory(id)
	switch {
	case !ok || d.Status == tenant.DirectoryRemoved:
		return d, &Error{Kind: NotFound, Field: "directory", Detail: "There is no such directory."}
	case d.Provider != tenant.Google:
		return d, &Error{Kind: Invalid, Field: "directory", Detail: "Only a directory of the provider google can be pulled; " + d.Provider.VendorName() + " pushes."}
	}
	return d, nil
}

func findPull(ctx context.Context, rd Reader, id tenant.DirectoryID) (Pull, error) {
	all, err := rd.Pulls(ctx)
	if err != nil {
		return Pull{}, err
	}
	i := slices.IndexFunc(all, func(p Pull) bool { return p.Directory == id })
	if i < 0 {
		return Pull{}, &Error{Kind: NotFound, Field: "pull", Detail: "The directory is not pulled."}
	}
	return all[i], nil
}

// FindPull is how a directory is pulled; NotFound when it is not.
func (r *Roster) FindPull(ctx context.Context, id tenant.ID, directory tenant.DirectoryID) (Pull, error) {
	return findPull(ctx, r.Store.Reader(id), directory)
}

// RemovePull has a directory read no more, and forgets the key. Its people stay as they are. NotFound
// when it is not pulled.
func (r *Roster) RemovePull(ctx context.Context, s Staff, id tenant.DirectoryID) error {
	return r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		if _, err := findPull(ctx, tx, id); err != nil {
			return err
		}
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		d, _ := cfg.Directory(id)
		if err := tx.DeletePull(ctx, id); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(DirectoryChanged, details{Name: d.Name, Status: "removed", Fields: []string{"pull"}}))
	})
}

// AskPull has a replica read a directory at once, and look at everything that an earlier run passed
// over. NotFound when it is not pulled; Unavailable with directory_paused while it is paused.
func (r *Roster) AskPull(ctx context.Context, s Staff, id tenant.DirectoryID) (Pull, error) {
	var out Pull
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		p, err := findPull(ctx, tx, id)
		if err != nil {
			return err
		}
		d, err := pullable(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := (By{Directory: d}).paused(); err != nil {
			return err
		}
		p.NextAt, p.State.ThoroughAt = tx.Now().Add(p.Settings.Every), time.Time{}
		p.Version++
		out = p
		if err := tx.PutPull(ctx, p); err != nil {
			return err
		}
		return tx.Enqueue(ctx, PullJob, PullArgs{Directory: id}, time.Time{})
	})
	return out, err
}
