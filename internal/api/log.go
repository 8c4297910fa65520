package api

import (
	"context"
	"time"

	"rollcall/internal/advice"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func (d *Door) log() {
	const tag = "Provisioning log"
	add(d, tag, operation{id: "listExchanges", verb: "GET /tenants/{tenant}/directories/{directory}/log", scope: ReadDirectories, summary: "Read the provisioning log", about: "What the directory asked and was answered, newest first, values masked; with advice for each refusal. An entry appears a moment after its answer."}, d.listExchanges)
	add(d, tag, operation{id: "getExchange", verb: "GET /tenants/{tenant}/directories/{directory}/log/{entry}", scope: ReadDirectories, summary: "Show an exchange", about: "One entry of the provisioning log, with what it changed and, for a refusal, what to do about it."}, d.getExchange)
	add(d, tag, operation{id: "listHealth", verb: "GET /tenants/{tenant}/health", scope: ReadDirectories, summary: "Show the health of directories", about: "For each directory of the tenant: when it last called and changed something, its usual rhythm, silence and failures, and requests that were not let in."}, d.listHealth)
}

// entryView is an entry of the provisioning log as JSON.
type entryView struct {
	ID        roster.ExchangeID  `json:"id"`
	At        time.Time          `json:"at"`
	Directory tenant.DirectoryID `json:"directory"`
	Status    int                `json:"status"`
	Subject   string             `json:"subject,omitempty" doc:"The UUID of the user or group, as SCIM shows it."`
	roster.ExchangeDetails
	TookMS float64        `json:"took_ms"`
	Advice *advice.Advice `json:"advice,omitempty" doc:"For a refusal: what to change, and where."`
}

func viewEntry(e roster.Exchange, provider tenant.Provider) entryView {
	v := entryView{ID: e.ID, At: e.At, Directory: e.Directory, Status: e.Status, ExchangeDetails: e.ExchangeDetails, TookMS: float64(e.Took.Microseconds()) / 1000}
	if !e.Subject.IsZero() {
		v.Subject = e.Subject.UUID()
	}
	if e.Failed() {
		if e.Vendor != "" {
			provider = e.Vendor
		}
		a := advice.For(advice.Refusal{Status: e.Status, ScimType: e.ScimType, Code: e.Code}, provider)
		v.Advice = &a
	}
	return v
}

type listExchangesIn struct {
	InDirectory
	Paging
	Failed bool      `query:"failed" doc:"Only what was refused or failed."`
	Member string    `query:"member" maxLength:"64" doc:"Only about this member."`
	Since  time.Time `query:"since" doc:"Only at or after this time."`
}

func (d *Door) listExchanges(ctx context.Context, in *listExchangesIn) (*answer[page[entryView]], error) {
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
	return pageOf(d.cursors, listOf(ctx), entries, func(e roster.Exchange) entryView { return viewEntry(e, found.Provider) },
		func(e roster.Exchange) []byte { return e.ID.UUID[:] }), nil
}

type getExchangeIn struct {
	InDirectory
	Entry string `path:"entry" doc:"The entry, by its id (exc_…)."`
}

func (d *Door) getExchange(ctx context.Context, in *getExchangeIn) (*answer[entryView], error) {
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
	return the(viewEntry(e, found.Provider)), nil
}

// healthView is the health of a directory as JSON.
type healthView struct {
	Directory    tenant.DirectoryID         `json:"directory"`
	Name         string                     `json:"name"`
	Provider     tenant.Provider            `json:"provider"`
	Recognised   tenant.Provider            `json:"recognised,omitempty" doc:"The product that calls, as far as it is known."`
	UserAgent    string                     `json:"user_agent,omitempty"`
	State        roster.HealthState         `json:"state" doc:"never_connected, healthy, failing, silent, locked_out, paused or removed."`
	FirstAt      time.Time                  `json:"first_at,omitzero"`
	LastAt       time.Time                  `json:"last_at,omitzero"`
	LastChangeAt time.Time                  `json:"last_change_at,omitzero"`
	LastDeniedAt time.Time                  `json:"last_denied_at,omitzero"`
	LastDenied   roster.AuthFailure         `json:"last_denied,omitempty"`
	Rhythm       float64                    `json:"rhythm_hours,omitempty" doc:"How often it usually calls."`
	SilentAfter  float64                    `json:"silent_after_hours,omitempty" doc:"After how long it counts as silent."`
	SilentSince  time.Time                  `json:"silent_since,omitzero"`
	FailingSince time.Time                  `json:"failing_since,omitzero"`
	Requests     int                        `json:"requests_24h"`
	Failures     int                        `json:"failures_24h"`
	Denied       map[roster.AuthFailure]int `json:"denied_24h" doc:"Requests that were not let in, by the reason."`
	Hint         string                     `json:"hint,omitempty"`
}

func viewHealth(d tenant.Directory, h roster.Health) healthView {
	return healthView{
		Directory: d.ID, Name: d.Name, Provider: d.Provider, Recognised: h.Vendor, UserAgent: h.UserAgent, State: h.State,
		FirstAt: h.FirstAt, LastAt: h.LastAt, LastChangeAt: h.LastChangeAt, LastDeniedAt: h.LastDeniedAt, LastDenied: h.LastDenied,
		Rhythm: h.Rhythm.Hours(), SilentAfter: h.SilentAfter.Hours(), SilentSince: h.SilentSince, FailingSince: h.FailingSince,
		Requests: h.Requests, Failures: h.Failures, Denied: h.Denied, Hint: h.Hint,
	}
}

func (d *Door) listHealth(ctx context.Context, in *InTenant) (*answer[page[healthView]], error) {
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
	return the(page[healthView]{Items: views(healths, func(h roster.Health) healthView { return viewHealth(of[h.Directory], h) })}), nil
}
