package acceptance

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
	chrome "rollcall/internal/testenv/browser"
)

// TestLocalPageTellsNobodyWhoIsAMember_X10 types addresses that are somebody's and nobody's, and takes all the ways.
func TestLocalPageTellsNobodyWhoIsAMember_X10(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		l.settled(a, "ann@acme.example", "viewer", goodPassword)
		off := l.settled(a, "off@acme.example", "viewer", goodPassword)
		do[roster.Member](t)(l.roster.SetActive(t.Context(), a.admin, off.ID, false))
		do[roster.Member](t)(l.roster.AddMember(t.Context(), a.staff, "none@acme.example", "viewer", ""))
		seen := map[string]string{}
		same := func(what, address string, page *chrome.Page) {
			t.Helper()
			got := strings.ReplaceAll(string(page.Body), address, "ADDRESS")
			got = strings.ReplaceAll(got, strings.ReplaceAll(address, "@", "%40"), "ADDRESS")
			if first, ok := seen[what]; ok && first != got {
				t.Errorf("%s of %s differs:\n%s\n%s", what, address, first, got)
			}
			seen[what] = got
		}
		for _, address := range []string{"ann@acme.example", "off@acme.example", "none@acme.example", "x@nobodys.example", "x@acme.example"} {
			same("the page", address, l.asks(l.from("n1"+address), address))
			same("a wrong password", address, l.knocks(l.from("n2"+address), address, "not the password"))
			same("a code", address, l.wantsCode(l.from("n3"+address), address))
			b := l.from("n4" + address)
			same("a link", address, b.Submit(b.Get(l.url+"/password/forgot").FormWith("email"), map[string]string{"email": address}))
			b = l.from("n5" + address)
			same("a wrong code", address, l.types(b, l.wantsCode(b, address), "00000000"))
		}
		for address, want := range map[string]int{"ann@acme.example": 3, "none@acme.example": 3, "off@acme.example": 0, "x@nobodys.example": 0, "x@acme.example": 0} {
			if got := len(l.mails(address)); got != want {
				t.Errorf("%d mails went to %s, want %d", got, address, want)
			}
		}
	})
}

func TestPasswordSignsIn_X1(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		l.settled(a, "ann@acme.example", "viewer", goodPassword)
		b := l.from("home")
		if page := l.knocks(b, "Ann@ACME.example", "wrong horse battery"); page.Status != http.StatusUnprocessableEntity || !page.Has("is not right") {
			t.Fatalf("a wrong password: %d %s", page.Status, page.Text())
		}
		l.isIn(b, false)
		l.knocks(b, "Ann@ACME.example", goodPassword)
		l.isIn(b, true)
		first, _ := b.Cookie(l.url, "rollcall")
		l.knocks(b, "ann@acme.example", goodPassword)
		second, _ := b.Cookie(l.url, "rollcall")
		if first == second {
			t.Error("a second sign-in kept the token")
		}
		planted := chrome.New(t, nil)
		planted.SetCookie(l.url, &http.Cookie{Name: "rollcall", Value: first, Path: "/"})
		l.isIn(planted, false) // the former session has ended
		if s := a.live(); len(s) != 1 || s[0].Method != roster.MethodPassword {
			t.Errorf("sessions: %+v", s)
		}
	})
}

func TestMailedCodeSignsInOnce(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		do[roster.Member](t)(l.roster.AddMember(t.Context(), a.staff, "ann@acme.example", "viewer", ""))
		b := l.from("home")
		page := l.wantsCode(b, "ann@acme.example")
		code := l.code("ann@acme.example")
		other := l.from("elsewhere")
		if got := l.types(other, l.wantsCode(other, "x@nobodys.example"), code); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("the code works in another browser: %d", got.Status)
		}
		l.types(b, page, code[:4]+" "+code[4:])
		l.isIn(b, true)
		if got := b.Submit(page.FormWith("code"), map[string]string{"code": code}); got.Status != http.StatusForbidden || !got.Has("This sign-in is over") {
			t.Errorf("the code works twice: %d %s", got.Status, got.Text())
		}
		late := l.from("home")
		page = l.wantsCode(late, "ann@acme.example")
		code = l.code("ann@acme.example")
		l.clock.advance(10 * time.Minute)
		if got := l.types(late, page, code); got.Status != http.StatusForbidden {
			t.Errorf("the code works after ten minutes: %d", got.Status)
		}
	})
}

func TestMailedCodeTakesFiveTries(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		do[roster.Member](t)(l.roster.AddMember(t.Context(), a.staff, "ann@acme.example", "viewer", ""))
		b := l.from("home")
		page := l.wantsCode(b, "ann@acme.example")
		code := l.code("ann@acme.example")
		wrong := "00000000"
		if code == wrong {
			wrong = "00000001"
		}
		for i := range 5 {
			got := l.types(b, page, wrong)
			if want := []int{http.StatusUnprocessableEntity, http.StatusForbidden}[i/4]; got.Status != want {
				t.Errorf("try %d: %d, want %d", i+1, got.Status, want)
			}
		}
		if got := b.Submit(page.FormWith("code"), map[string]string{"code": code}); got.Status != http.StatusForbidden {
			t.Errorf("the right code after five wrong ones: %d", got.Status)
		}
		l.isIn(b, false)
	})
}

func TestSeveralTeamsAreChosenFromAfterTheProof(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a, o := l.tenant("acme"), l.tenant("other")
		l.settled(a, "ann@mail.example", "viewer", goodPassword)
		l.settled(o, "ann@mail.example", "editor", goodPassword)
		third := l.tenant("third")
		l.settled(third, "ann@mail.example", "editor", "another good password")
		b := l.from("home")
		page := l.knocks(b, "ann@mail.example", goodPassword)
		if page.Has("THIRD") || !page.Has("ACME") || !page.Has("OTHER") {
			t.Fatalf("the teams: %s", page.Text())
		}
		l.isIn(b, false)
		for _, f := range page.Forms() {
			if f.Value("team") == o.id.String() {
				b.Submit(f, nil)
			}
		}
		l.isIn(b, true)
		if len(o.live()) != 1 || len(a.live()) != 0 || len(third.live()) != 0 {
			t.Error("signed in elsewhere than chosen")
		}
	})
}

// TestFormerAddressLeadsNobodyIn is about mailboxes that go to somebody else.
func TestFormerAddressLeadsNobodyIn(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("old@acme.example", "e1")
		l.gives(a, a.byEmail("old@acme.example"), goodPassword)
		d.want(http.StatusOK, "PATCH", "/Users/"+id, patchOf(object{"op": "replace", "path": `emails[type eq "work"].value`, "value": "new@acme.example"}, object{"op": "replace", "path": "userName", "value": "new@acme.example"}))
		a.byEmail("new@acme.example")
		if page := l.knocks(l.from("x"), "old@acme.example", goodPassword); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("the former address signs in: %d", page.Status)
		}
		l.wantsCode(l.from("y"), "old@acme.example")
		if n := len(l.mails("old@acme.example")); n != 0 {
			t.Errorf("%d codes went to the former address", n)
		}
		b := l.from("z")
		l.knocks(b, "new@acme.example", goodPassword)
		l.isIn(b, true)
	})
}

func TestNobodyGuessesWhenNobodyCounts(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		l.settled(a, "ann@acme.example", "viewer", goodPassword)
		l.away = true
		b := l.from("home")
		page := l.knocks(b, "ann@acme.example", goodPassword)
		if page.Status != http.StatusServiceUnavailable || !page.Has("out of reach") {
			t.Errorf("with the right password: %d %s", page.Status, page.Text())
		}
		if page := l.wantsCode(l.from("x"), "ann@acme.example"); page.Status != http.StatusServiceUnavailable {
			t.Errorf("a code: %d", page.Status)
		}
		l.isIn(b, false)
		l.away = false
		l.knocks(b, "ann@acme.example", goodPassword)
		l.isIn(b, true)
	})
}
