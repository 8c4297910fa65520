package view

import (
	"time"

	"rollcall/internal/tenant"
	"rollcall/internal/tenant/domainname"
)

// DomainView is a domain as JSON.
type DomainView struct {
	ID          tenant.DomainID     `json:"id"`
	Domain      string              `json:"domain" doc:"International names in their xn-- form."`
	Status      tenant.DomainStatus `json:"status" enum:"pending,proven,trusted,stale,unproven,removed,released,withdrawn"`
	AutoJoin    tenant.AutoJoin     `json:"auto_join" enum:"off,on,approve" doc:"As it was chosen; it counts while the domain is proven or trusted, and not public."`
	DefaultRole string              `json:"default_role" doc:"Empty: the tenant's."`
	DisplayName string              `json:"display_name" doc:"The name as people read it; names that could be taken for another one stay in their xn-- form."`
	SubDomains  bool                `json:"sub_domains" doc:"All names below count as the domain's own, save those that another tenant holds."`
	Apart       []string            `json:"apart,omitempty" doc:"Names below that other tenants hold."`
	RecordType  string              `json:"record_type"`
	RecordName  string              `json:"record_name"`
	RecordValue string              `json:"record_value"`
	ExpiresAt   time.Time           `json:"expires_at,omitzero" doc:"Until when a pending domain can be proven by this value."`
	CheckedAt   time.Time           `json:"checked_at,omitzero" doc:"When DNS was last asked; absent: never."`
	Check       *CheckView          `json:"check,omitempty" doc:"What was found then."`
	StaleAt     time.Time           `json:"stale_at,omitzero" doc:"Since when the proof of a stale domain is gone for certain; 30 days later the domain is lost."`
	LostAt      time.Time           `json:"lost_at,omitzero" doc:"When the domain stopped being the tenant's."`
	Public      string              `json:"public,omitempty" doc:"Why the domain could not be claimed any more, as the lists of public mail now are; auto-join is off."`
}

// CheckView is what the last look at DNS found, as JSON.
type CheckView struct {
	Finding tenant.Finding `json:"finding" enum:"found,nothing,wrong_value,doubled_host,at_apex,alias,disagree,unanswered,parent_missing,held"`
	Text    string         `json:"text" doc:"The same in words, with what to change."`
	FoundAt string         `json:"found_at,omitempty" doc:"Where the value stands instead; of parent_missing and unanswered, where it was looked for as well."`
	Records int            `json:"records" doc:"How many TXT records are at the host."`
	Looks   []LookView     `json:"looks" doc:"What each resolver said."`
}

// LookView is one resolver's answer, as JSON.
type LookView struct {
	Resolver string             `json:"resolver"`
	Outcome  tenant.LookOutcome `json:"outcome" enum:"answered,no_name,failed,timeout,truncated,too_many"`
	Values   []string           `json:"values,omitempty" doc:"At most five, shortened."`
	Alias    string             `json:"alias,omitempty" doc:"Where a CNAME at the host points."`
	DNSSEC   bool               `json:"dnssec,omitempty" doc:"The resolver vouches for the answer by DNSSEC."`
}

// Domain shows a domain, the record that proves it, and what was found of it.
func Domain(d tenant.Domain) DomainView {
	v := DomainView{
		ID: d.ID, Domain: d.Name, DisplayName: domainname.Display(d.Name), Status: d.Status, AutoJoin: d.AutoJoin, DefaultRole: d.DefaultRole,
		SubDomains: d.SubDomains, Apart: d.Proof.Apart,
		RecordType: "TXT", RecordName: tenant.ChallengeHost(d.Name), RecordValue: d.Challenge, ExpiresAt: d.ChallengeEnds(),
		CheckedAt: d.CheckedAt, LostAt: d.LostAt, Public: d.Proof.Public,
	}
	if d.Status == tenant.DomainStale {
		v.StaleAt = d.Proof.StaleAt
	}
	if r := d.Proof.Report; r.Finding != "" {
		v.Check = &CheckView{Finding: r.Finding, Text: checkText(d), FoundAt: r.FoundAt, Records: r.Records(), Looks: []LookView{}}
		for _, l := range r.Looks {
			v.Check.Looks = append(v.Check.Looks, LookView{Resolver: l.Resolver, Outcome: l.Outcome, Values: l.Values, Alias: l.Alias, DNSSEC: l.Authentic})
		}
	}
	return v
}
