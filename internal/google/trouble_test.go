package google_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"rollcall/internal/google"
	"rollcall/internal/google/fake"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
)

func TestPassingTroubleIsWaitedOut(t *testing.T) {
	seconds := func(n ...int) []time.Duration {
		var out []time.Duration
		for _, s := range n {
			out = append(out, time.Duration(s)*time.Second)
		}
		return out
	}
	tests := []struct {
		name    string
		trouble fake.Trouble
		want    []time.Duration
	}{
		{"403 rateLimitExceeded", fake.Trouble{Path: "/users", Times: 3, Status: 403, Reason: "rateLimitExceeded"}, seconds(1, 2, 4)},
		{"403 userRateLimitExceeded", fake.Trouble{Path: "/groups", Times: 1, Status: 403, Reason: "userRateLimitExceeded"}, seconds(1)},
		{"403 quotaExceeded", fake.Trouble{Path: "/users", Times: 2, Status: 403, Reason: "quotaExceeded"}, seconds(1, 2)},
		{"429 with Retry-After", fake.Trouble{Path: "/users", Times: 1, Status: 429, Reason: "rateLimitExceeded", RetryAfter: "30"}, seconds(30)},
		{"503", fake.Trouble{Path: "/members", Times: 4, Status: 503, Reason: "backendError"}, seconds(1, 2, 4, 8)},
		{"503 of the token endpoint", fake.Trouble{Path: "/token", Times: 1, Status: 503}, seconds(1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			onOne(t, func(w *world) {
				w.account.AddGroup("staff@acme.example", "Staff", admin)
				w.account.Order(tt.trouble)
				w.pull()
				w.want("waits", tt.want, *w.waits)
				w.want("groups", map[string]string{"Staff": "admin"}, w.teams())
			})
		})
	}
}

func TestLastingTroubleFailsTheRun(t *testing.T) {
	tests := []struct {
		name    string
		trouble func(w *world)
		code    roster.Code
		says    []string
	}{
		{"scope not delegated", func(w *world) { w.account.Delegate(fake.UserScope, fake.GroupScope) }, roster.CodePullDelegation, []string{"Domain-wide delegation", fake.ServiceID, fake.MemberScope, "Client is unauthorized"}},
		{"administrator without rights", func(w *world) { w.account.SetAdmin(admin, false) }, roster.CodePullRights, []string{admin, "Admin roles", "Not Authorized"}},
		{"administrator is gone", func(w *world) { w.set(roster.PullSettings{Subject: "nobody@acme.example"}) }, roster.CodePullSubject, []string{"nobody@acme.example", "--subject"}},
		{"key was deleted", func(w *world) {
			if err := w.account.ReplaceKey(); err != nil {
				w.t.Fatal(err)
			}
		}, roster.CodePullKey, []string{fake.ServiceEmail, "Invalid JWT Signature"}},
		{"API is off", func(w *world) { w.account.EnableAPI(false) }, roster.CodePullAPIOff, []string{"Admin SDK API", "Enable"}},
		{"customer is not known", func(w *world) { w.set(roster.PullSettings{Subject: admin, Customer: "C09zzz"}) }, roster.CodePullSettings, []string{"customer id"}},
		{"unit is not known", func(w *world) { w.set(roster.PullSettings{Subject: admin, OrgUnit: "/Nowhere"}) }, roster.CodePullSettings, []string{"INVALID_OU_ID"}},
		{"quota of the day", func(w *world) {
			w.account.Order(fake.Trouble{Path: "/users", Times: 9, Status: 403, Reason: "dailyLimitExceeded", Message: "Daily Limit Exceeded"})
		}, roster.CodePullQuota, []string{"quotas"}},
		{"503 without end", func(w *world) { w.account.Order(fake.Trouble{Path: "/users", Times: 99, Status: 503}) }, roster.CodePullUnreachable, []string{"next run"}},
		{"clock of this machine", func(w *world) {
			w.account.Order(fake.Trouble{Path: "/token", Status: 0, Do: func() { w.clock.advance(2 * time.Hour) }})
		}, roster.CodePullClock, []string{"NTP"}},
		{"other master key", func(w *world) { w.puller.Key = secret.NewKey() }, roster.CodePullKey, []string{"ROLLCALL_MASTER_KEY"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			onOne(t, func(w *world) {
				t := w.t
				id := w.account.AddUser("jane@acme.example", "Jane", "Doe")
				w.pull()
				w.account.Expire()
				tt.trouble(w)
				w.account.DeleteUser(id) // must not be taken note of
				out := w.run()
				w.want("outcome", []any{roster.PullFailed, tt.code}, []any{out.Outcome, out.Code})
				for _, s := range tt.says {
					if !strings.Contains(out.Detail, s) {
						t.Errorf("%q does not say %q", out.Detail, s)
					}
				}
				w.want("people", []string{"admin@acme.example active", "jane@acme.example active"}, w.people())
				healths, err := w.roster.Healths(t.Context(), w.tenant)
				if err != nil || healths[0].Hint != out.Detail {
					t.Errorf("health = %+v, %v; want the hint %q", healths, err, out.Detail)
				}
				entries := w.exchanges()
				if last := entries[len(entries)-1]; last.Route != "/run" || last.Code != tt.code || !last.Counts() {
					t.Errorf("the log ends with %+v", last)
				}
			})
		})
	}
}

func TestThreeFailedRunsRaiseTheAlarmAndOneGoodEndsIt(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		w.pull()
		w.account.SetAdmin(admin, false)
		_, at := w.kinds(roster.Cursor{})
		watch := func() []roster.EventKind {
			w.exchanges() // so that the log is written
			if _, err := w.roster.WatchDirectories(t.Context()); err != nil {
				t.Fatal(err)
			}
			kinds, next := w.kinds(at)
			at = next
			return kinds
		}
		for i := range 4 {
			w.run()
			var want []roster.EventKind
			if i == 2 {
				want = []roster.EventKind{roster.DirectoryFailing}
			}
			w.want("events", want, watch())
		}
		w.account.SetAdmin(admin, true)
		w.pull()
		healths, err := w.roster.Healths(t.Context(), w.tenant)
		if err != nil || healths[0].State != roster.HealthHealthy || healths[0].Hint != "" {
			t.Errorf("health = %+v, %v", healths, err)
		}
	})
}

func TestPartialFailureRemovesNobody(t *testing.T) {
	onEach(t, func(w *world) {
		w.cast()
		id := w.account.AddUser("zoe@acme.example", "Zoe", "Z")
		w.pull()
		w.account.PageSize(2)
		w.account.DeleteUser(id)
		w.account.AddUser("abe@acme.example", "Abe", "A") // on the first page
		w.account.Order(fake.Trouble{Path: "/users", Skip: 1, Times: 99, Status: 500})
		out := w.run()
		w.want("outcome", roster.PullFailed, out.Outcome)
		w.want("people", []string{
			"abe@acme.example active", "admin@acme.example active", "ann@acme.example active", "ben@acme.example active", "cat@acme.example active", "zoe@acme.example active",
		}, w.people())
	})
}

func TestExpiredAccessTokenIsRenewed(t *testing.T) {
	onEach(t, func(w *world) {
		w.cast()
		w.account.PageSize(1)
		w.account.Order(fake.Trouble{Path: "/users", Skip: 2, Do: w.account.Expire})
		w.pull()
		w.want("people", 4, len(w.people()))
	})
}

func TestSecretIsNeverInLogs(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		w.account.Order(fake.Trouble{Path: "/users", Times: 1, Status: 503})
		w.pull()
		w.account.Delegate()
		w.account.Expire()
		out := w.run()
		log := slog.New(slog.NewJSONHandler(w.logged, nil))
		p, err := w.roster.FindPull(t.Context(), w.tenant, w.dir)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%v %+v %#v", w.key, w.key, w.key)
		log.Info("told", "key", w.key, "run", out, "settings", p.Settings)
		for _, v := range []any{w.exchanges(), p.Settings, p.State, w.key} {
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			text += string(b)
		}
		events, err := w.db.Reader(w.tenant).Events(t.Context(), roster.Cursor{}, 500)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			text += string(e.Data)
		}
		text += w.logged.String()
		var file map[string]string
		if err := json.Unmarshal(w.account.KeyFile(), &file); err != nil {
			t.Fatal(err)
		}
		inner := strings.Split(file["private_key"], "\n")[2]
		for _, hidden := range []string{inner, "PRIVATE KEY", "ya29.", "eyJ", "assertion="} {
			if strings.Contains(text, hidden) {
				t.Errorf("%q shows", hidden)
			}
		}
		if strings.Contains(string(p.SealedKey), inner) {
			t.Error("the key is kept in the clear")
		}
	})
}

func TestParseKeyRefuses(t *testing.T) {
	t.Parallel()
	for _, file := range []string{
		"", "{}", `{"type": "authorized_user"}`, `{"type": "service_account", "client_email": "a@b.example", "client_id": "1", "private_key": "secret"}`,
		`{"type": "service_account", "client_email": "a@b.example", "client_id": "1", "private_key": "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"}`,
		strings.Repeat(" ", google.MaxKeyFile+1),
	} {
		_, err := google.ParseKey([]byte(file))
		if err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "c2Vj") {
			t.Errorf("ParseKey(%.40q) = %v", file, err)
		}
	}
}
