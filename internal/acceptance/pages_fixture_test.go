package acceptance

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/migrated"
)

// What the benchmarks of pages fill a house with.
const (
	townMembers  = 10_000
	townOthers   = 4 // tenants beside, of half the size
	townGroups   = 250
	townInvites  = 2_000
	townRequests = 300
)

// town is a house with a tenant of many people, and others beside it.
type town struct {
	*squad
	people []roster.MemberID
	groups []roster.GroupID
}

// onEachMeasuredHouse runs a benchmark on each database, over HTTP, against the program as it is built for use.
func onEachMeasuredHouse(b *testing.B, f func(b *testing.B, h *house), env ...string) {
	b.Helper()
	bin, err := built()
	if err != nil {
		b.Fatal(err)
	}
	for name, database := range map[string]func(testing.TB) string{"sqlite": migrated.SQLite, "postgres": migrated.Postgres} {
		b.Run(name, func(b *testing.B) { f(b, openHouse(b, installed(b, bin, database(b)), env...)) })
	}
}

// town fills a house.
func (h *house) town(members int) *town {
	h.t.Helper()
	t := &town{squad: h.squad("acme", tenant.ContentRoles())}
	h.roster.OneTenantPerEmail = false
	for range townGroups {
		g := do[roster.Group](h.t)(h.roster.MakeGroup(h.t.Context(), t.boss, fmt.Sprintf("Group %03d", len(t.groups))))
		t.groups = append(t.groups, g.ID)
	}
	t.people = h.hire(t.a, "acme.example", members)
	for i, g := range t.groups {
		size := 40
		if i == 0 {
			size = members / 2
		}
		for from := 0; from < size; from += 500 {
			add := t.people[(40*i+from)%(members/2):][:min(500, size-from)]
			do[roster.Group](h.t)(h.roster.ChangeGroup(h.t.Context(), t.boss, g, roster.ByHand{Add: add}))
		}
	}
	for n := range townOthers {
		h.hire(h.tenant(fmt.Sprintf("other%d", n)), fmt.Sprintf("other%d.example", n), members/2)
	}
	return t
}

// hire makes members as invites bring them, each with a word in the history. Four in five were seen, all at other times.
func (h *house) hire(a *account, domain string, n int) []roster.MemberID {
	h.t.Helper()
	ctx, out := h.t.Context(), make([]roster.MemberID, 0, n)
	for from := 0; from < n; from += 500 {
		err := a.g.roster.Store.Update(ctx, a.id, func(tx roster.Tx) error {
			for i := from; i < min(from+500, n); i++ {
				m := townPerson(tx.Now(), domain, i)
				if err := tx.InsertMember(ctx, m); err != nil {
					return err
				}
				if err := tx.AppendEvent(ctx, roster.Event{At: tx.Now(), Kind: roster.MemberCreated, Member: m.ID, Actor: a.admin.Actor, Version: 1}); err != nil {
					return err
				}
				if err := townSession(ctx, tx, m, i); err != nil {
					return err
				}
				out = append(out, m.ID)
			}
			return nil
		})
		if err != nil {
			h.t.Fatal(err)
		}
	}
	return out
}

func townPerson(now time.Time, domain string, i int) roster.Member {
	email := roster.Email(fmt.Sprintf("person%d@%s", i, domain))
	m := roster.Member{
		ID: roster.NewMemberID(now), Login: string(email), Email: email, Proven: true, Addresses: []string{string(email)}, DirectoryActive: true,
		Attributes: roster.Attributes(fmt.Sprintf(`{"displayName":"%c. Person %d","title":"Engineer","name":{"givenName":"%c","familyName":"Person %d"}}`, 'A'+i%26, i, 'A'+i%26, i)),
		Claims:     []roster.Claim{{Source: roster.SourceInvite, Role: "viewer", Here: true, At: now}},
		Standing:   roster.Standing{State: roster.StateActive, Role: "viewer"}, Version: 1, CreatedAt: now, ChangedAt: now,
	}
	if i%10 == 0 {
		m.Standing = roster.Standing{State: roster.StateInactive, Role: "viewer", Reason: roster.CodeDeactivatedByOperator}
	}
	return m
}

// townSession lets four in five have been there.
func townSession(ctx context.Context, tx roster.Tx, m roster.Member, i int) error {
	if i%5 == 0 {
		return nil
	}
	at := tx.Now().Add(-time.Duration(i) * time.Minute)
	s := roster.Session{
		ID: roster.NewSessionID(at), Member: m.ID, Method: roster.MethodPassword, Role: m.Standing.Role, AuthTime: at, CreatedAt: at, SeenAt: at, ExpiresAt: at.Add(12 * time.Hour),
		Idle: time.Hour, Client: roster.Client{IP: "192.0.2.7", UserAgent: "Browser/1"},
	}
	copy(s.Hash[:], m.ID.UUID[:])
	return tx.InsertSession(ctx, s)
}

// waits adds invites, join requests and a review to the tenant, and returns the last invite with its link, and the review.
func (t *town) waits() (roster.Invite, string, roster.Review) {
	h, ctx := t.h, t.h.t.Context()
	h.t.Helper()
	for from := 0; from < townInvites; from += 500 {
		var lines []roster.InviteDraft
		for i := from; i < from+500; i++ {
			d := roster.InviteDraft{Email: fmt.Sprintf("guest%d@partner%d.example", i, i%9)}
			_, d.Hash = secret.NewInvite(t.a.id.UUID)
			lines = append(lines, d)
		}
		do[[]roster.InviteResult](h.t)(h.roster.CreateInvites(ctx, t.boss, lines))
	}
	err := h.roster.Store.Update(ctx, t.a.id, func(tx roster.Tx) error {
		for i := range townRequests {
			q := roster.JoinRequest{
				ID: roster.JoinRequestID{UUID: tenant.NewUUID(tx.Now())}, Connection: roster.MailConnection(), Subject: fmt.Sprintf("asks%d", i), Email: roster.Email(fmt.Sprintf("asks%d@acme.example", i)),
				State: roster.JoinPending, AskedAt: tx.Now(), SeenAt: tx.Now(),
			}
			if err := tx.PutJoinRequest(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	invite, link := h.invite(t.boss, "gia@guest.example", roster.InviteDraft{})
	return invite, link, do[roster.Review](h.t)(h.roster.StartReview(ctx, t.boss))
}

// client keeps its connections, so that the pages are measured and not the greetings.
func (h *house) client() *http.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	h.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
