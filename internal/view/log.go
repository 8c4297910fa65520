package view

import (
	"time"

	"rollcall/internal/advice"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// EntryView is an entry of the provisioning log as JSON.
type EntryView struct {
	ID        roster.ExchangeID  `json:"id"`
	At        time.Time          `json:"at"`
	Directory tenant.DirectoryID `json:"directory"`
	Status    int                `json:"status"`
	Subject   string             `json:"subject,omitempty" doc:"The UUID of the user or group, as SCIM shows it."`
	roster.ExchangeDetails
	TookMS float64        `json:"took_ms"`
	Advice *advice.Advice `json:"advice,omitempty" doc:"For a refusal: what to change, and where."`
}

// Entry shows an exchange; a refusal is explained for the product that was recognised, or else for the provider.
func Entry(e roster.Exchange, provider tenant.Provider) EntryView {
	v := EntryView{ID: e.ID, At: e.At, Directory: e.Directory, Status: e.Status, ExchangeDetails: e.ExchangeDetails, TookMS: float64(e.Took.Microseconds()) / 1000}
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

// HealthView is the health of a directory as JSON.
type HealthView struct {
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

// Health shows how a directory is.
func Health(d tenant.Directory, h roster.Health) HealthView {
	return HealthView{
		Directory: d.ID, Name: d.Name, Provider: d.Provider, Recognised: h.Vendor, UserAgent: h.UserAgent, State: h.State,
		FirstAt: h.FirstAt, LastAt: h.LastAt, LastChangeAt: h.LastChangeAt, LastDeniedAt: h.LastDeniedAt, LastDenied: h.LastDenied,
		Rhythm: h.Rhythm.Hours(), SilentAfter: h.SilentAfter.Hours(), SilentSince: h.SilentSince, FailingSince: h.FailingSince,
		Requests: h.Requests, Failures: h.Failures, Denied: h.Denied, Hint: h.Hint,
	}
}
