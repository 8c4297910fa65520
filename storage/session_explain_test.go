package storage_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/testenv"
)

// sessions asks for the plans of what every request with a cookie or a token does.
func (p planned) sessions(ctx context.Context, read func(string, func(roster.Reader) error)) {
	now := time.Now()
	read("live session", func(r roster.Reader) error {
		_, err := r.LiveSession(ctx, [32]byte{1}, now)
		return notFoundIsFine(err)
	})
	read("live session by id", func(r roster.Reader) error {
		_, err := r.LiveSessionByID(ctx, roster.NewSessionID(now), now)
		return notFoundIsFine(err)
	})
	for name, key := range map[string]roster.GrantKey{
		"live grant": {ID: roster.NewGrantID(now)}, "live grant by code": {Code: [32]byte{1}}, "live grant by token": {Refresh: [32]byte{1}},
	} {
		read(name, func(r roster.Reader) error {
			_, err := r.LiveGrant(ctx, key, now)
			return notFoundIsFine(err)
		})
	}
}

// TestSessionPlans has each table asked by its key, one row after the other.
func TestSessionPlans(t *testing.T) {
	t.Parallel()
	for _, members := range []int{0, 3000} {
		db := open(t, testenv.Postgres(t))
		for name, plans := range newPlanned(t, db, members).plans(t) {
			if !strings.HasPrefix(name, "live ") {
				continue
			}
			plan := strings.Join(plans, "\n")
			if !strings.Contains(plan, "members_pkey") || strings.Contains(plan, "Hash Join") {
				t.Errorf("%s of %d members:\n%s", name, members, plan)
			}
		}
	}
}
