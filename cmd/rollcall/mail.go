package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"rollcall/internal/jobs"
	"rollcall/internal/mail"
	"rollcall/internal/metrics"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/storage/shortlived"
)

const (
	defaultMailRate = 10
	maxMailRate     = 1000
)

// checkMail never repeats the URL: it may hold a password.
func (s *settings) checkMail() error {
	s.SMTPURL, s.MailFrom = strings.TrimSpace(s.SMTPURL), strings.TrimSpace(s.MailFrom)
	if s.MailRate < 0 || s.MailRate > maxMailRate {
		return fmt.Errorf("--mail-rate (ROLLCALL_MAIL_RATE) must be 1 to %d mails a second", maxMailRate)
	}
	if s.SMTPURL == "" {
		return nil
	}
	if _, err := mail.ParseServer(s.SMTPURL); err != nil {
		return fmt.Errorf("--smtp-url (ROLLCALL_SMTP_URL): %w", err)
	}
	if _, err := mail.ParseFrom(s.MailFrom); err != nil {
		return fmt.Errorf("--mail-from (ROLLCALL_MAIL_FROM): %w", err)
	}
	return nil
}

// post drafts mails. Without a mail server, and outside the demonstration, it drafts none.
func (p *program) post(key secret.Key) mail.Post {
	return mail.Post{Key: key, Off: p.SMTPURL == "" && p.box == nil}
}

// factorsReset makes what writes mails about second factors that somebody else took away.
func (p *program) factorsReset(key secret.Key) func() roster.NoticeFunc {
	post := p.post(key)
	return func() roster.NoticeFunc { return post.Notice(mail.FactorsReset, "", p.now()) }
}

// news writes the mails of what became of people, by commands too. It needs the key once there is something to write.
func (p *program) news(n roster.News) (roster.MailDraft, error) {
	if p.SMTPURL == "" && p.box == nil {
		return roster.MailDraft{}, nil
	}
	key, err := p.key()
	if err != nil {
		return roster.MailDraft{}, err
	}
	return p.post(key).News(p.baseURL(p.Listen))(n)
}

// mailer sends what is queued; nil: there is no way to.
func (p *program) mailer(key secret.Key, log *slog.Logger, figures *metrics.Metrics) (*mail.Sender, error) {
	s := &mail.Sender{Queue: p.db, Store: counted{p.db, figures}, Post: p.post(key), Now: p.now, Log: log, Lease: time.Duration(p.MailLease), Observe: countMails(figures)}
	switch {
	case p.box != nil:
		s.Carrier = p.box
		return s, nil
	case p.SMTPURL == "":
		return nil, nil //nolint:nilnil // no mail is queued then, either
	}
	server, err := mail.ParseServer(p.SMTPURL)
	if err != nil {
		return nil, fmt.Errorf("read the mail server's URL: %w", err)
	}
	from, err := mail.ParseFrom(p.MailFrom)
	if err != nil {
		return nil, fmt.Errorf("read whom mails come from: %w", err)
	}
	s.Carrier = &mail.SMTP{Server: server, From: from, Now: p.now}
	s.Wait = mailRate{p.short, cmp.Or(p.MailRate, defaultMailRate)}.wait
	return s, nil
}

// mailJobs send what is queued, at once. What is left, Sender.Run sends.
func mailJobs(s *mail.Sender) []jobs.Kind {
	if s == nil {
		return nil
	}
	work := func(ctx context.Context, _ jobs.Job) error { return s.Drain(ctx) }
	return []jobs.Kind{
		{Name: roster.MailJob, Timeout: jobs.MaxTimeout, Work: work},
	}
}

// mailRate bounds how many mails leave, over all gateways that share what is short-lived.
type mailRate struct {
	limits shortlived.Limits
	second int
}

func (r mailRate) wait(ctx context.Context) error {
	for {
		d, err := r.limits.Allow(ctx, shortlived.Key{Use: "mails"}, shortlived.Rate{Count: r.second, Per: time.Second, Burst: r.second}, 1)
		if errors.Is(err, roster.Unavailable) { // nobody counts: go on slowly
			return pause(ctx, time.Second/time.Duration(r.second))
		}
		if err != nil {
			return fmt.Errorf("count mails: %w", err)
		}
		if d.Allowed {
			return nil
		}
		if err := pause(ctx, d.RetryAfter); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // it says all
	case <-t.C:
		return nil
	}
}

// countMails counts what became of each try to send a mail.
func countMails(m *metrics.Metrics) func(roster.MailState) {
	return func(s roster.MailState) { m.Mail(string(s)) }
}
