package acceptance

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
	chrome "rollcall/internal/testenv/browser"
	"rollcall/internal/totp"
	"rollcall/storage/shortlived"
)

// guess posts a password as a script does, and returns the status.
func (l *lodge) guess(from, email, text string) int {
	l.t.Helper()
	form := url.Values{"email": {email}, "password": {text}, "return": {"/"}}.Encode()
	r, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.url+"/login/password", strings.NewReader(form))
	if err != nil {
		l.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := place(from).RoundTrip(r)
	if err != nil {
		l.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// TestAttackLockOut has an attacker guess 10,000 times, from one network and from thousands: nobody is kept out by it, and
// the attacker has looked at few passwords.
func TestAttackLockOut(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		l.settled(a, "ann@acme.example", "viewer", goodPassword)
		laptop := l.from("office")
		l.knocks(laptop, "ann@acme.example", goodPassword)
		l.isIn(laptop, true)
		l.leaves(laptop)

		counts := map[int]int{}
		for i := range 10_000 {
			from := "one"
			if i%2 == 0 {
				from = fmt.Sprintf("many-%d", i)
			}
			counts[l.guess(from, "ann@acme.example", fmt.Sprintf("guess number %d", i))]++
		}
		if counts[http.StatusTooManyRequests] < 4_900 || counts[http.StatusSeeOther] > 0 {
			t.Errorf("the guesses were answered %v", counts)
		}
		// From a network of its own the attacker is told that it must show a code, even with the right password.
		if got := l.guess("yet another", "ann@acme.example", goodPassword); got != http.StatusUnprocessableEntity {
			t.Errorf("a browser that nobody knows, with the right password, in the flood: %d", got)
		}
		l.isIn(laptop, false)
		if page := l.knocks(laptop, "ann@acme.example", goodPassword); page.Status != http.StatusOK {
			t.Errorf("the browser that signed in before: %d %s", page.Status, page.Text())
		}
		l.isIn(laptop, true)
		phone := l.from("train")
		page := l.knocks(phone, "ann@acme.example", goodPassword)
		if page.Status != http.StatusUnprocessableEntity || !page.Has("Have a code mailed") {
			t.Errorf("a new browser: %d %s", page.Status, page.Text())
		}
		l.types(phone, l.wantsCode(phone, "ann@acme.example"), l.code("ann@acme.example"))
		l.isIn(phone, true)
		l.leaves(phone)
		l.knocks(phone, "ann@acme.example", goodPassword) // it is known from now on
		l.isIn(phone, true)

		l.settled(a, "bob@acme.example", "viewer", goodPassword) // of the same office, and nobody guesses at him
		bob := l.from("office")
		l.knocks(bob, "bob@acme.example", goodPassword)
		l.isIn(bob, true)
		l.clock.advance(4 * time.Hour)
		late := l.from("hotel")
		l.knocks(late, "ann@acme.example", goodPassword)
		l.isIn(late, true)
	})
}

// leaves signs out.
func (l *lodge) leaves(b *chrome.Browser) {
	l.t.Helper()
	b.Submit(b.Get(l.url + "/logout").Forms()[0], nil)
}

// TestAttackMarkOfAnotherBrowser_X6 plants marks that are none.
func TestAttackMarkOfAnotherBrowser_X6(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		l.settled(a, "ann@acme.example", "viewer", goodPassword)
		l.settled(a, "eve@acme.example", "viewer", goodPassword)
		eve := l.from("eve")
		l.knocks(eve, "eve@acme.example", goodPassword)
		mark, ok := eve.Cookie(l.url, "rollcall-device")
		if !ok {
			t.Fatal("the browser bears no mark")
		}
		for i := range 60 {
			l.guess(fmt.Sprint("n", i), "ann@acme.example", "wrong password")
		}
		for name, value := range map[string]string{"that of another address": mark, "none": "x", "doubled": mark + "." + mark, "cut": mark[:20]} {
			b := l.from("new " + name)
			b.SetCookie(l.url, &http.Cookie{Name: "rollcall-device", Value: value, Path: "/"})
			if page := l.knocks(b, "ann@acme.example", goodPassword); page.Status != http.StatusUnprocessableEntity {
				t.Errorf("a mark that is %s: %d", name, page.Status)
			}
		}
		if n := len(a.live()); n != 1 {
			t.Errorf("%d sessions, want Eve's alone", n)
		}
	})
}

// TestAttackCodesThatWereNeverMailed asks for more codes than are mailed to one address: what was not mailed can't be guessed
// either, so that the bound of mails is one of guesses.
func TestAttackCodesThatWereNeverMailed(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		do[roster.Member](t)(l.roster.AddMember(t.Context(), a.staff, "ann@acme.example", "viewer", ""))
		guessable := 0
		for i := range 40 {
			b := l.from(fmt.Sprint("many-", i))
			l.wantsCode(b, "ann@acme.example")
			id, _ := b.Cookie(l.url, "rollcall-step")
			raw := do[[]byte](t)(l.short.Take(t.Context(), shortlived.Key{Use: "step", Name: id}))
			var kept struct {
				Code []byte `json:"c"`
			}
			if err := json.Unmarshal(raw, &kept); err != nil {
				t.Fatal(err)
			}
			if len(kept.Code) == sha256.Size {
				guessable++
			}
		}
		if mailed := len(l.mails("ann@acme.example")); guessable != mailed || mailed != 30 {
			t.Errorf("%d codes can be guessed, and %d were mailed, want 30", guessable, mailed)
		}
		b := l.from("one more")
		if page := l.types(b, l.wantsCode(b, "ann@acme.example"), "00000000"); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("a code that was not mailed is answered %d %s", page.Status, page.Text())
		}
	})
}

// TestAttackSecondFactorLockOut has somebody who knows the password guess codes of the app from many networks: the browser
// that signed in before goes on.
func TestAttackSecondFactorLockOut(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		ann := l.settled(a, "ann@acme.example", "viewer", goodPassword)
		laptop := l.from("office")
		l.knocks(laptop, "ann@acme.example", goodPassword)
		l.isIn(laptop, true)
		l.leaves(laptop)
		app := l.hasApp(a, ann)
		l.clock.advance(time.Minute)
		answers := map[int]int{}
		for i := range 8 {
			thief := l.from(fmt.Sprint("many-", i))
			page := l.knocks(thief, "ann@acme.example", goodPassword)
			for page.Status < http.StatusTooManyRequests && page.HasForm("code") && answers[page.Status] < 100 {
				page = thief.Submit(page.FormWith("code"), map[string]string{"code": "000000"})
				answers[page.Status]++
			}
		}
		if answers[http.StatusTooManyRequests] != 8 || answers[http.StatusUnprocessableEntity] > 30 {
			t.Errorf("the guesses were answered %v", answers)
		}
		page := l.knocks(laptop, "ann@acme.example", goodPassword)
		laptop.Submit(page.FormWith("code"), map[string]string{"code": app.Code(l.clock.Now())})
		l.isIn(laptop, true)
	})
}

// hasApp gives a member an authenticator app.
func (l *lodge) hasApp(a *account, m roster.Member) totp.Secret {
	l.t.Helper()
	app := totp.New()
	self := roster.Staff{Tenant: a.id, Actor: roster.Actor{Source: roster.SourceSignIn, ID: m.ID.String()}}
	if err := l.roster.AddTOTP(l.t.Context(), self, m.ID, roster.NewApp{Sealed: app.Seal(l.connect.Key, m.ID.String()), Step: 1}); err != nil {
		l.t.Fatalf("set an app up: %v", err)
	}
	return app
}
