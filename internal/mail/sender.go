package mail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/internal/roster"
)

// Queue is where mails wait.
type Queue interface {
	ClaimMails(ctx context.Context, limit int, lease time.Duration) ([]roster.MailTicket, error)
	RetryMail(ctx context.Context, t roster.MailTicket, due time.Time) error
}

// Sender sends what is queued.
type Sender struct {
	Queue   Queue
	Store   roster.Store
	Post    Post
	Carrier Carrier
	// Wait waits until another mail may be sent; nil: no limit.
	Wait func(ctx context.Context) error
	Now  func() time.Time
	Log  *slog.Logger
	// Observe is told what became of each try. Optional.
	Observe func(roster.MailState)
	// Lease is for how long a claimed mail is this process's; a mail whose process was killed is sent after it. It is
	// longer than a conversation about one mail may take. 0: DefaultLease.
	Lease time.Duration
	// Every is the pause of Run; 0: DefaultEvery.
	Every time.Duration

	busy  sync.Mutex
	again atomic.Bool
}

// How mails are tried again.
const (
	DefaultLease = 2 * time.Minute
	DefaultEvery = 5 * time.Second
	giveUpAfter  = 48 * time.Hour
	firstPause   = 30 * time.Second
	maxPause     = 2 * time.Hour
)

var errSaid = errors.New("the mail server does not take it now")

// Run sends what is due, now and then, until ctx ends: what a killed gateway has left, and what is to be tried again.
// It returns nil; that the store is away is logged once.
func (s *Sender) Run(ctx context.Context) error {
	pause := time.NewTicker(cmp.Or(max(s.Every, 0), DefaultEvery))
	defer pause.Stop()
	failing := false
	for {
		err := s.Drain(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "mails wait", "error", err.Error())
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-pause.C:
		}
	}
}

// Drain sends what is due, one mail after the other, until nothing is or ctx ends. Of several calls in one process one
// works, and looks once more for those that came meanwhile. What could not be sent is due again later. The error is of
// the store.
func (s *Sender) Drain(ctx context.Context) error {
	s.again.Store(true)
	for s.again.Load() {
		if !s.busy.TryLock() {
			return nil // whoever works sees the mark
		}
		s.again.Store(false)
		err := s.drain(ctx)
		s.busy.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Sender) drain(ctx context.Context) error {
	defer s.Carrier.Rest()
	lease := cmp.Or(max(s.Lease, 0), DefaultLease)
	for ctx.Err() == nil {
		list, err := s.Queue.ClaimMails(ctx, 1, lease)
		if err != nil || len(list) == 0 {
			return err
		}
		if !s.mayGo(ctx, lease/4) {
			// Too many are under way elsewhere. What is left of the lease is given back.
			return s.Queue.RetryMail(context.WithoutCancel(ctx), list[0], s.Now())
		}
		if err := s.send(ctx, list[0]); err != nil {
			return err
		}
	}
	return nil
}

// mayGo waits for the turn of a mail that is claimed already, so that a look at an empty queue takes nobody's turn.
func (s *Sender) mayGo(ctx context.Context, most time.Duration) bool {
	if s.Wait == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	return s.Wait(ctx) == nil
}

// send sends one claimed mail, and notes what became of it.
func (s *Sender) send(ctx context.Context, t roster.MailTicket) error {
	m, err := s.Store.Reader(t.Tenant).Mail(ctx, t.Mail)
	if errors.Is(err, roster.NotFound) || err == nil && m.State != roster.MailQueued {
		return s.end(ctx, t, roster.MailDropped, "")
	}
	if err != nil {
		return fmt.Errorf("read a mail: %w", err)
	}
	l, err := s.Post.Open(m)
	if err != nil {
		s.Log.ErrorContext(ctx, "a mail can't be opened", "tenant", t.Tenant, "mail", t.Mail, "error", err)
		return s.end(ctx, t, roster.MailFailed, "it was sealed with another master key, or is damaged")
	}
	err = s.Carrier.Carry(ctx, t.Mail, l)
	refusal, said := errors.AsType[*Refusal](err)
	switch {
	case err == nil:
		return s.end(ctx, t, roster.MailSent, "")
	case said && refusal.Permanent:
		return s.end(ctx, t, roster.MailBounced, refusal.Text)
	case s.Now().Sub(t.QueuedAt) > giveUpAfter:
		s.Log.ErrorContext(ctx, "a mail is given up", "tenant", t.Tenant, "mail", t.Mail)
		return s.end(ctx, t, roster.MailFailed, oneLine(err.Error()))
	}
	cause := err
	if said { // its words may quote the address
		cause = errSaid
	}
	s.Log.WarnContext(ctx, "a mail waits for another try", "tenant", t.Tenant, "mail", t.Mail, "attempts", t.Attempts, "error", cause)
	return s.retry(ctx, t, oneLine(err.Error()))
}

func (s *Sender) retry(ctx context.Context, t roster.MailTicket, detail string) error {
	s.observe(roster.MailQueued)
	pause := maxPause
	if t.Attempts < 10 {
		pause = min(firstPause<<(t.Attempts-1), maxPause)
	}
	err := s.Store.Update(ctx, t.Tenant, func(tx roster.Tx) error { return tx.EndMail(ctx, t.Mail, roster.MailQueued, detail) })
	if err != nil {
		return fmt.Errorf("note on a mail: %w", err)
	}
	return s.Queue.RetryMail(ctx, t, s.Now().Add(pause)) //nolint:wrapcheck // it says what it did
}

// end notes what became of a mail. A bounce is an event: an admin has to find another address.
func (s *Sender) end(ctx context.Context, t roster.MailTicket, state roster.MailState, detail string) error {
	s.observe(state)
	// What the server has taken is noted even if the gateway is told to stop now.
	ctx = context.WithoutCancel(ctx)
	err := s.Store.Update(ctx, t.Tenant, func(tx roster.Tx) error { return roster.MailEnded(ctx, tx, t.Mail, state, detail) })
	if err != nil {
		return fmt.Errorf("note what became of a mail: %w", err)
	}
	return nil
}

func (s *Sender) observe(state roster.MailState) {
	if s.Observe != nil {
		s.Observe(state)
	}
}
