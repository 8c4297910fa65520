package api

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) log() {
	const tag = "Provisioning log"
	add(d, tag, operation{id: "listExchanges", verb: "GET /tenants/{tenant}/directories/{directory}/log", scope: ReadDirectories, summary: "Read the provisioning log", about: "What the directory asked and was answered, newest first, values masked; with advice for each refusal. An entry appears a moment after its answer."}, d.listExchanges)
	add(d, tag, operation{id: "getExchange", verb: "GET /tenants/{tenant}/directories/{directory}/log/{entry}", scope: ReadDirectories, summary: "Show an exchange", about: "One entry of the provisioning log, with what it changed and, for a refusal, what to do about it."}, d.getExchange)
	add(d, tag, operation{id: "listHealth", verb: "GET /tenants/{tenant}/health", scope: ReadDirectories, summary: "Show the health of directories", about: "For each directory of the tenant: when it last called and changed something, its usual rhythm, silence and failures, and requests that were not let in."}, d.listHealth)
}

type listExchangesIn struct {
	InDirectory
	Paging
	Failed bool      `query:"failed" doc:"Only what was refused or failed."`
	Member string    `query:"member" maxLength:"64" doc:"Only about this member."`
	Since  time.Time `query:"since" doc:"Only at or after this time."`
}

func (d *Door) listExchanges(ctx context.Context, in *listExchangesIn) (*answer[page[view.EntryView]], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	q := roster.ExchangeQuery{Directory: found.ID, Failed: in.Failed, Since: in.Since, Limit: in.Limit}
	if in.Member != "" {
		id, err := roster.ParseMemberID(in.Member)
		if err != nil {
			return nil, unknownID("member", "mem")
		}
		q.Subject = id.UUID
	}
	if q.Before.UUID, err = d.after(ctx, in.Paging); err != nil {
		return nil, err
	}
	entries, err := d.Store.Reader(s.Tenant).Exchanges(ctx, q)
	if err != nil {
		return nil, err
	}
	return pageOf(d.cursors, listOf(ctx), entries, func(e roster.Exchange) view.EntryView { return view.Entry(e, found.Provider) },
		func(e roster.Exchange) []byte { return e.ID.UUID[:] }), nil
}

type getExchangeIn struct {
	InDirectory
	Entry string `path:"entry" doc:"The entry, by its id (exc_…)."`
}

func (d *Door) getExchange(ctx context.Context, in *getExchangeIn) (*answer[view.EntryView], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	id, err := roster.ParseExchangeID(in.Entry)
	if err != nil {
		return nil, none("entry")
	}
	e, err := d.Store.Reader(s.Tenant).Exchange(ctx, id)
	if err == nil && e.Directory != found.ID {
		err = none("entry")
	}
	if err != nil {
		return nil, err
	}
	return the(view.Entry(e, found.Provider)), nil
}

func (d *Door) listHealth(ctx context.Context, in *InTenant) (*answer[page[view.HealthView]], error) {
	cfg, err := d.config(ctx, *in)
	if err != nil {
		return nil, err
	}
	healths, err := d.Roster.Healths(ctx, cfg.Tenant.ID)
	if err != nil {
		return nil, err
	}
	of := map[tenant.DirectoryID]tenant.Directory{}
	for _, v := range cfg.Directories {
		of[v.ID] = v
	}
	return the(page[view.HealthView]{Items: views(healths, func(h roster.Health) view.HealthView { return view.Health(of[h.Directory], h) })}), nil
}
