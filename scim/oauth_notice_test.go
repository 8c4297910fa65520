package scim

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// TestNoticeExpiring: each notice is given once, by however many gateways at however many times.
func TestNoticeExpiring(t *testing.T) {
	onEachBank(t, func(t *testing.T, b *bank) {
		t.Helper()
		c := b.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
		b.secretOf(t, c, 0)
		second := &roster.Roster{Store: b.db, Locator: b.db, Now: b.now}
		for range 2 * 380 {
			if b.now().Sub(b.began) > 300*24*time.Hour {
				var wg sync.WaitGroup
				for _, r := range []*roster.Roster{b.roster, second, b.roster} {
					wg.Go(func() {
						if err := r.NoticeExpiring(t.Context(), b.now()); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
			}
			b.wait(12 * time.Hour)
		}
		events, err := b.db.Reader(c.tenant).Events(t.Context(), roster.Cursor{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		got := map[roster.EventKind]int{}
		days := 0
		for _, e := range events {
			got[e.Kind]++
			var d struct {
				Days       int    `json:"days_left"`
				Credential string `json:"credential"`
			}
			if err := json.Unmarshal(e.Data, &d); err != nil {
				t.Fatal(err)
			}
			if e.Kind == roster.CredentialExpiring {
				days += d.Days
			}
		}
		if got[roster.CredentialExpiring] != 5 || got[roster.CredentialExpired] != 1 || days != 60+30+14+7+1 {
			t.Errorf("notices = %v, with %d days together", got, days)
		}
	})
}

// TestRotate_P10: the old one stays good for a while, and lists say by whom it was used.
func TestRotate_P10(t *testing.T) {
	onEachBank(t, func(t *testing.T, b *bank) {
		t.Helper()
		c := b.customer(t, "ours", "", tenant.Okta, tenant.DirectorySettings{})
		b.as(t, c, "GET", "/Users", "", "User-Agent: Okta SCIM Client 1.0.0")
		all, err := b.db.Reader(c.tenant).Credentials(t.Context(), c.directory.ID)
		if err != nil || all[0].LastUsedBy != "Okta SCIM Client" {
			t.Fatalf("last used by %q, %v", all[0].LastUsedBy, err)
		}
		done, err := b.roster.RotateCredential(t.Context(), staffOf(c), c.directory.ID, all[0].ID, hashOf("next"), time.Time{}, 7*24*time.Hour)
		if err != nil || done.Old.LastUsedAt.IsZero() {
			t.Fatalf("RotateCredential = %+v, %v", done, err)
		}
		if got := [2]int{b.users(t, c, c.token), b.users(t, c, "next")}; got != [2]int{200, 200} {
			t.Errorf("at first = %v", got)
		}
		b.wait(7 * 24 * time.Hour)
		if got := [2]int{b.users(t, c, c.token), b.users(t, c, "next")}; got != [2]int{401, 200} {
			t.Errorf("after a week = %v", got)
		}
	})
}
