package view

import (
	"rollcall/internal/tenant"
)

// challengeLabel stands before a domain in the name of the record that proves it.
const challengeLabel = "_rollcall."

// DomainView is a domain as JSON.
type DomainView struct {
	ID          tenant.DomainID     `json:"id"`
	Domain      string              `json:"domain" doc:"International names in their xn-- form."`
	Status      tenant.DomainStatus `json:"status" enum:"pending,proven,trusted,stale,unproven,removed,withdrawn"`
	AutoJoin    tenant.AutoJoin     `json:"auto_join" enum:"off,on,approve"`
	DefaultRole string              `json:"default_role" doc:"Empty: the tenant's."`
	RecordType  string              `json:"record_type"`
	RecordName  string              `json:"record_name"`
	RecordValue string              `json:"record_value"`
}

// Domain shows a domain, and the record that proves it.
func Domain(d tenant.Domain) DomainView {
	return DomainView{
		ID: d.ID, Domain: d.Name, Status: d.Status, AutoJoin: d.AutoJoin, DefaultRole: d.DefaultRole,
		RecordType: "TXT", RecordName: challengeLabel + d.Name, RecordValue: d.Challenge,
	}
}
