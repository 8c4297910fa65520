package jit

import (
	"time"

	"rollcall/internal/tenant"
)

func joins(d tenant.Domain) tenant.AutoJoin {
	if d.Status != tenant.DomainProven && d.Status != tenant.DomainTrusted {
		return tenant.AutoJoinOff
	}
	return d.AutoJoin
}

func graceEnds(d tenant.Domain) time.Time {
	if !d.Lost() {
		return time.Time{}
	}
	return d.ChangedAt.Add(7 * 24 * time.Hour)
}
