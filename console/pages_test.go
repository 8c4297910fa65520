package console_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/gorilla/mux"

	"rollcall/console"
	"rollcall/internal/testenv/chromium"
)

// long is a word that nothing breaks by itself.
var long = strings.Repeat("urn-oasis-names-tc-SAML-", 8)

// all are the pages as they are at their fullest.
func all() map[string]console.Page {
	ways := []console.Way{
		{Tenant: "Acme", Connection: "Okta", Email: "ann@acme.example", URL: "/a"}, {Tenant: "Beta " + long, Connection: long, Email: long + "@acme.example", URL: "/b"},
	}
	fields := []console.Field{{Name: "SAMLResponse", Value: long}}
	all := map[string]console.Page{
		"login":          console.Login{Return: "/"},
		"login-unknown":  console.Login{Email: "ann@nobodys.example", Return: "/", Unknown: true},
		"login-problem":  console.Login{Email: "ann", Return: "/", Problem: "The address is none.", Known: ways},
		"choose":         console.Choose{Email: "ann@acme.example", Ways: ways, Other: "/login"},
		"forward":        console.Forward{Action: "/x", Fields: fields, Text: "You are back from your company's sign-in page.", Button: "Continue", ByHand: true},
		"refused":        console.Refused{Heading: "You can't sign in", Sentence: long, Do: "Ask.", Contact: "it@acme.example " + long, Code: "saml_" + strings.Repeat("x", 60), Copy: "What: " + long, Again: "/login", AgainLabel: "Sign in"},
		"signout":        console.SignOut{Action: "/logout", Fields: fields},
		"signedout":      console.SignedOut{},
		"home":           console.Home{Shell: console.Shell{Person: long, Tenant: "Acme", Role: "viewer"}, SignOut: "/logout"},
		"home-admin":     console.Home{Shell: console.Shell{Person: "Ana", Tenant: "Acme", Role: "admin", Admin: true}, SignOut: "/logout"},
		"test-passed":    console.TestResult{Connection: "Okta", Passed: true, Sentence: "The person is known.", Used: []console.Used{{As: "email", From: long, Value: "ann@acme.example"}}, Came: []console.Came{{Name: long, Values: []string{"a", long}}}, Ignored: []string{long}, Rules: []string{"known subject"}},
		"test-failed":    console.TestResult{Connection: "Okta", Sentence: "The certificate is not known.", Code: "saml_certificate_unknown", Missing: []string{"A key."}, Notes: []string{long}, Facts: []console.Fact{{Name: "certificate", Seen: strings.Repeat("AB:", 32), Want: strings.Repeat("CD:", 32)}}, Again: "/again"},
		"product-escape": console.Refused{Heading: "<script>alert(1)</script>", Sentence: `"><img src=x onerror=alert(1)>`, Code: "x"},
	}
	maps.Copy(all, inside())
	maps.Copy(all, local())
	maps.Copy(all, work())
	maps.Copy(all, invitePages())
	maps.Copy(all, profilePages())
	return all
}

// TestPagesAreAccessible shows each page to axe, in light and dark, and looks that nothing is wider than a small phone.
func TestPagesAreAccessible(t *testing.T) {
	t.Parallel()
	pages, err := console.New("Rollcall")
	if err != nil {
		t.Fatal(err)
	}
	routes := mux.NewRouter()
	pages.Routes(routes)
	for name, page := range all() {
		routes.HandleFunc("/"+name, func(w http.ResponseWriter, _ *http.Request) { pages.Show(w, http.StatusOK, page) })
	}
	server := httptest.NewServer(routes)
	t.Cleanup(server.Close)
	ctx := chromium.New(t)
	for _, scheme := range []string{"light", "dark"} {
		for name := range all() {
			colours := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
			if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, colours); err != nil {
				t.Fatal(err)
			}
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(320, 640), chromedp.Navigate(server.URL+"/"+name)); err != nil {
				t.Fatal(err)
			}
			wide, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
			if err != nil || wide > 320 {
				t.Errorf("%s in %s is %d pixels wide at 320: %v", name, scheme, wide, err)
			}
			for _, v := range chromium.Axe(ctx, t) {
				t.Errorf("%s in %s: %v", name, scheme, v)
			}
		}
	}
}

// TestPagesWorkWithoutScripts holds that no page needs one: what a script does, a button does.
func TestPagesWorkWithoutScripts(t *testing.T) {
	t.Parallel()
	pages, err := console.New("Rollcall")
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range all() {
		w := httptest.NewRecorder()
		pages.Show(w, http.StatusOK, page)
		body := w.Body.String()
		if strings.Count(body, "<script") != 1 || strings.Contains(body, "onerror=alert(1)>") || strings.Contains(body, " style=") || strings.Contains(body, "javascript:") {
			t.Errorf("%s: scripts or styles inside: %s", name, body)
		}
		if forms, buttons := strings.Count(body, "<form"), strings.Count(body, `<button type="submit"`); forms > buttons {
			t.Errorf("%s: %s", name, fmt.Sprintf("%d forms, %d buttons", forms, buttons))
		}
	}
}
