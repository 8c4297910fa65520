package roster

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"rollcall/internal/tenant"
)

// The events of certificates of connections. CertificateExpiring comes 30, 14 and 3 days ahead, CertificateExpired
// once. The status tells whose it is: idp or own.
const (
	CertificateExpiring EventKind = "connection.certificate_expiring"
	CertificateExpired  EventKind = "connection.certificate_expired"
)

// certificateNotices are how many days ahead the end of a certificate is told of.
var certificateNotices = []int{3, 14, 30}

// toldExpired marks a certificate whose end was told of.
const toldExpired = -1

// NoticeCertificates writes an event for each certificate of every tenant's connections whose end is 30, 14 or 3 days
// ahead or has come, once each however often and wherever it runs. It goes on past a tenant where that fails, and
// returns all errors.
func (r *Roster) NoticeCertificates(ctx context.Context) error {
	ids, err := r.Locator.TenantsWithConnections(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		if err := r.noticeConnections(ctx, id); err != nil {
			errs = append(errs, fmt.Errorf("tell of expiring certificates of %s: %w", id, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// noticeConnections looks without a lock first: on most days nothing is due.
func (r *Roster) noticeConnections(ctx context.Context, id tenant.ID) error {
	cfg, err := r.Store.Reader(id).Config(ctx)
	if err != nil {
		return err
	}
	now, due := r.Now(), false
	for _, c := range cfg.Connections {
		c = cloned(c)
		due = due || len(certificateEvents(&c, now)) > 0
	}
	if !due {
		return nil
	}
	return r.updateAlone(ctx, id, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		for _, c := range cfg.Connections {
			c = cloned(c)
			events := certificateEvents(&c, tx.Now())
			if err := tellOf(ctx, tx, c, events); err != nil {
				return err
			}
		}
		return nil
	})
}

// tellOf writes events, and that they were told; none: nothing.
func tellOf(ctx context.Context, tx Tx, c tenant.Connection, events []Event) error {
	if len(events) == 0 {
		return nil
	}
	if err := tx.PutConnection(ctx, c); err != nil {
		return err
	}
	for _, e := range events {
		if err := tx.AppendEvent(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// certificateEvents are what is due of a connection; c remembers that it was told. What is disabled is told of too: it
// may come back.
func certificateEvents(c *tenant.Connection, now time.Time) []Event {
	if c.SAML == nil || c.Status == tenant.ConnectionRemoved {
		return nil
	}
	told := map[string]int{}
	if n, ok := c.SAML.Told[toldFailing]; ok {
		told[toldFailing] = n
	}
	var out []Event
	look := func(der []byte, whose string) {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		key := fingerprint(der)
		last := c.SAML.Told[key]
		if last != 0 {
			told[key] = last
		}
		notice, days := dueNotice(cert.NotAfter, now)
		if notice == 0 || last == toldExpired || last != 0 && notice != toldExpired && notice >= last {
			return
		}
		told[key] = notice
		d := connectionDetails(*c)
		d.Status, d.Days = whose, days
		e := Event{Kind: CertificateExpiring, Actor: Actor{Source: SourceOperator}, Data: d.json()}
		if notice == toldExpired {
			e.Kind = CertificateExpired
		}
		out = append(out, e)
	}
	for _, der := range c.SAML.Certificates {
		look(der, "idp")
	}
	for _, k := range c.SAML.LiveKeys(now) {
		if k.EndsAt.IsZero() { // what has a successor may run out
			look(k.Certificate, "own")
		}
	}
	c.SAML.Told = told // without what is not there any more
	return out
}

// dueNotice is the notice that an end calls for now, and the days that are left; 0: none yet.
func dueNotice(end, now time.Time) (notice, days int) {
	left := end.Sub(now)
	if left <= 0 {
		return toldExpired, 0
	}
	for _, n := range certificateNotices {
		if left <= time.Duration(n)*24*time.Hour {
			return n, int(left / (24 * time.Hour))
		}
	}
	return 0, 0
}
