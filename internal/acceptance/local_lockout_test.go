package acceptance

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	chrome "rollcall/internal/testenv/browser"
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
