package acceptance

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/invites"
)

// mailCrashes is after how many mails the gateway is killed.
var mailCrashes = []int{120, 500, 860}

// TestKilledServerLosesNoMail queues 1,000 invites and kills the gateway three times in the midst of sending them. Each
// mail must arrive, and one for each crash may arrive twice: the one that the mail server had taken and nobody noted.
func TestKilledServerLosesNoMail(t *testing.T) {
	const people = 1000
	onEachHouse(t, func(t *testing.T, h *house) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		var running atomic.Pointer[server]
		running.Store(h.server)
		kills, next := make(chan int), 0
		// The mail server holds its answer back until the gateway is gone, so that it has taken a mail that nobody noted.
		h.mails.After(func(n int) {
			if next < len(mailCrashes) && n == mailCrashes[next] {
				next++
				running.Load().kill()
				kills <- n
			}
		})
		a := h.tenant("acme")
		ana := h.boss(a, "ana@acme.example", "Ana Alvarez")
		drafts := make([]roster.InviteDraft, people)
		for i := range drafts {
			drafts[i] = roster.InviteDraft{Email: fmt.Sprintf("p%04d@corp.example", i)}
		}
		began := time.Now()
		made, err := h.sender.CreateMany(ctx, ana, drafts, false)
		if err != nil || len(made) != people {
			t.Fatalf("invite %d people: %d made, %v", people, len(made), err)
		}
		t.Logf("%d mails queued in %v", people, time.Since(began))
		for range mailCrashes {
			select {
			case <-kills:
				running.Store(h.in.serve(h.server.addr))
			case <-ctx.Done():
				t.Fatalf("%d mails came: %v", len(h.mails.Mails()), ctx.Err())
			}
		}
		h.mails.Wait(ctx, t, people+len(mailCrashes))
		h.sent(ctx, ana, made)
		t.Logf("%d mails, %d crashes: %v", people, len(mailCrashes), time.Since(began))
		came := map[string][]string{}
		for _, m := range h.mails.Mails() {
			came[m.To] = append(came[m.To], m.Header.Get("Message-Id"))
		}
		twice := 0
		for _, d := range drafts {
			ids := came[d.Email]
			if len(ids) == 2 && ids[0] == ids[1] {
				twice++
			} else if len(ids) != 1 {
				t.Errorf("mails to %s: %v", d.Email, ids)
			}
		}
		if twice != len(mailCrashes) {
			t.Errorf("%d mails came twice after %d crashes", twice, len(mailCrashes))
		}
	}, "ROLLCALL_MAIL_LEASE=2s")
}

// sent waits until the gateway has noted of each invite that its mail has left.
func (h *house) sent(ctx context.Context, by roster.Staff, made []invites.Made) {
	h.t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for _, m := range made {
		for {
			i, err := h.roster.Invite(ctx, by, m.Invite)
			if err != nil {
				h.t.Fatalf("find the invite of %s: %v", m.Email, err)
			}
			if i.Mail == roster.MailSent {
				break
			}
			select {
			case <-look.C:
			case <-ctx.Done():
				h.t.Fatalf("the mail to %s is %s", m.Email, i.Mail)
			}
		}
	}
}
