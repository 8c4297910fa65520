package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"rollcall/internal/google"
	"rollcall/internal/mail"
	"rollcall/internal/provlog"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/scim"
	"rollcall/storage"
	"rollcall/storage/shortlived"
)

// program is what a command runs with.
type program struct {
	ctx context.Context //nolint:containedctx // a program has one, and kong's Run methods take no other
	settings
	json bool
	out  io.Writer
	errs io.Writer
	now  func() time.Time

	db       *storage.DB // set by open
	gate     *gate       // of requests of directories; nil: all pass
	token    scim.TokenConfig
	recorder *provlog.Recorder // of the provisioning log; nil: not kept
	short    shortlived.Store
	box      *mail.Box     // keeps mails instead of sending them, in the demonstration; else nil
	google   google.Config // where Google answers, for tests; the zero Config is right
}

func (p *program) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(p.errs, &slog.HandlerOptions{Level: p.logLevel()}))
}

func (p *program) logLevel() slog.Level {
	var level slog.Level
	_ = level.UnmarshalText([]byte(p.LogLevel)) // checked when the settings were read
	return level
}

// open opens the store and brings its tables up to date where the role may do
// so: commands are run by people who want their work done, not a lecture on
// schemas. A role that may not change tables gets an error that says who does.
func (p *program) open() (*roster.Roster, error) {
	if err := p.connect(false); err != nil {
		return nil, err
	}
	pending, err := p.db.Pending(p.ctx)
	if err != nil {
		return nil, err
	}
	if len(pending) > 0 {
		if _, err := p.db.Migrate(p.ctx); err != nil {
			return nil, fmt.Errorf("the tables are not up to date; run `rollcall migrate` with ROLLCALL_MIGRATE_DATABASE_URL as the role that owns them: %w", err)
		}
	}
	return p.roster(), nil
}

// connect opens the store as it is. It is closed with the program. forMigrate says that the tables
// are brought up to date next.
func (p *program) connect(forMigrate bool) error {
	db, err := storage.Open(p.ctx, storage.Config{
		URL: p.DatabaseURL, MigrateURL: p.MigrateURL, ForMigrate: forMigrate, Logger: p.logger(), Now: p.now,
	})
	if err != nil {
		return p.fileHelp(err)
	}
	p.db = db
	return nil
}

func (p *program) roster() *roster.Roster {
	return &roster.Roster{
		Store: p.db, Locator: p.db, Now: p.now, OneTenantPerEmail: p.OneTenant, DNS: p.lookDNS(), PublicDomains: p.publicDomains(), News: p.news,
	}
}

// close closes what open opened; err, the command's, comes first.
func (p *program) close(err error) error {
	if p.db == nil {
		return err
	}
	if cerr := p.db.Close(); cerr != nil {
		return errors.Join(err, fmt.Errorf("close database: %w", cerr))
	}
	return err
}

// operator is who speaks in a tenant when this program is used.
func (p *program) operator(id tenant.ID) roster.Staff {
	return roster.Staff{
		Tenant: id, Actor: roster.Actor{Source: roster.SourceOperator},
		RequestID: tenant.Format("cmd", tenant.NewUUID(p.now())),
	}
}
