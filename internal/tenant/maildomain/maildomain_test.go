package maildomain

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/tenant/domainname"
)

func TestReason_J1_J3(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want  Reason
		names []string
	}{
		{FreeMail, []string{
			"gmail.com", "googlemail.com", "outlook.com", "outlook.de", "outlook.co.id", "yahoo.co.uk", "yahoo.com", "hotmail.fr", "live.nl", "icloud.com",
			"proton.me", "protonmail.com", "gmx.net", "gmx.at", "qq.com", "163.com", "naver.com", "mail.ru", "orange.fr", "hey.com", "tutanota.com",
			"privaterelay.appleid.com", "users.noreply.github.com", "mozmail.com", "web.de", "yandex.ru", "eu.gmail.com", "duck.com",
		}},
		{VendorGiven, []string{"onmicrosoft.com", "acme.onmicrosoft.com", "acme.mail.onmicrosoft.com"}},
		{Throwaway, []string{"mailinator.com", "eu.mailinator.com", "guerrillamail.com", "10minutemail.com", "yopmail.com", "33mail.com"}},
		{PublicSuffix, []string{"co.uk", "com", "github.io", "s3.amazonaws.com", "com.au", "blogspot.com", "herokuapp.com"}},
		{ReservedName, []string{"localhost", "acme.localhost", "acme.invalid", "xyz.onion", "1.168.192.in-addr.arpa", "acme.local", "acme.internal"}},
		{"", []string{
			"acme.com", "acme.co.uk", "acme.github.io", "acme.example", "acme.test", "example.com", "gmail.acme.example", "outlook.acme.com",
			"notgmail.com", "gmail.com.acme.example", "microsoft.com", "google.com", "xn--mnchen-3ya.example", "outlook.acme",
		}},
	} {
		for _, name := range c.names {
			if got := (Overrides{}).Reason(name); got != c.want {
				t.Errorf("Reason(%q) = %q, want %q", name, got, c.want)
			}
		}
	}
}

func TestFreeAndDisposableAreApart_J1(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]bool{
		"gmail.com": {true, false}, "hey.com": {true, false}, "mailinator.com": {false, true}, "sub.mailinator.com": {false, true}, "acme.com": {false, false}, "": {false, false},
	} {
		if got := [2]bool{Free(name), Disposable(name)}; got != want {
			t.Errorf("free and disposable of %q = %v, want %v", name, got, want)
		}
	}
}

func TestOverrides_J1(t *testing.T) {
	t.Parallel()
	o := Overrides{Allow: []string{"naver.com", "open.rival.com", "both.com"}, Deny: []string{"rival.com", "both.com"}}
	for name, want := range map[string]Reason{
		"naver.com": "", "corp.naver.com": "", "rival.com": DeniedByThem, "eu.rival.com": DeniedByThem, "open.rival.com": "", "x.open.rival.com": "",
		"both.com": DeniedByThem, "gmail.com": FreeMail, "acme.com": "",
	} {
		if got := o.Reason(name); got != want {
			t.Errorf("Reason(%q) = %q, want %q", name, got, want)
		}
	}
}

// TestLists holds the embedded lists to the form that looking up relies on, and finds every name of them.
func TestLists(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		of    list
		least int
	}{"free": {free(), 13_000}, "disposable": {disposable(), 115_000}} {
		names := strings.Split(strings.TrimSuffix(string(tt.of), "\n"), "\n")
		if len(names) < tt.least || tt.of.names() != len(names) {
			t.Errorf("the list %s has %d names, want %d or more", name, len(names), tt.least)
		}
		if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
			t.Errorf("the list %s is not sorted, or has a name twice", name)
		}
		for i, n := range names {
			if !tt.of.has(n) {
				t.Fatalf("the list %s has %q and does not find it", name, n)
			}
			if i%50 != 0 {
				continue
			}
			if got, err := domainname.Parse(n); err != nil || got != n {
				t.Errorf("the list %s has %q, which is not canonical", name, n)
			}
			for _, near := range []string{n + "x", n[:len(n)-1], "0" + n, ""} {
				if _, listed := slices.BinarySearch(names, near); tt.of.has(near) != listed {
					t.Errorf("the list %s: has(%q) = %v", name, near, !listed)
				}
			}
		}
	}
	if diff := cmp.Diff(true, Disposable("mailinator.com")); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkReason(b *testing.B) {
	for _, name := range []string{"acme.com", "mail.eu.acme.co.uk", "gmail.com", "mailinator.com"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				(Overrides{}).Reason(name)
			}
		})
	}
}

// BenchmarkUnpack is what the first question costs.
func BenchmarkUnpack(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		unpack(freePacked)
		unpack(disposablePacked)
	}
}
