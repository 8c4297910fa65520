package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/view"
)

// TestDemo tells the whole story once: three directories push over HTTP into a
// throw-away gateway, and people sign in there.
func TestDemo(t *testing.T) {
	t.Parallel()
	var out, story bytes.Buffer
	if code := run(t.Context(), []string{"demo", "--exit", "--json"}, &out, &story); code != 0 {
		t.Fatalf("demo --exit = %d\n%s", code, story.String())
	}
	var got demoView
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("result of the demo: %v\n%s", err, out.String())
	}

	t.Run("every vendor got the answers it needs", func(t *testing.T) {
		t.Parallel()
		var pushed []string
		for _, d := range got.Directories {
			if d.Pushed.Unexpected != 0 || d.Pushed.Requests == 0 {
				t.Errorf("%s: %d unexpected answers of %d", d.Name, d.Pushed.Unexpected, d.Pushed.Requests)
			}
			pushed = append(pushed, d.Name)
		}
		if diff := cmp.Diff([]string{"Entra", "Okta", "Google"}, pushed); diff != "" {
			t.Errorf("directories mismatch (-want +got):\n%s", diff)
		}
	})
	t.Run("roles come by different words", func(t *testing.T) {
		t.Parallel()
		want := []string{
			"R4 accepted invite", "R4 directory group mapping", "R4 domain default", "R4 set by an admin", "R4 set by the operator", "R4 tenant default",
		}
		if diff := cmp.Diff(want, distinct(got.Members, func(m view.ExplanationView) string { return m.Rank.Rule })); diff != "" {
			t.Errorf("rules mismatch (-want +got):\n%s", diff)
		}
	})
	t.Run("two are off, by two words, and everybody else is in", func(t *testing.T) {
		t.Parallel()
		off := slices.DeleteFunc(slices.Clone(got.Members), func(m view.ExplanationView) bool { return m.Access })
		want := []string{"deactivated_by_admin", "deactivated_by_directory"}
		if diff := cmp.Diff(want, distinct(off, func(m view.ExplanationView) string { return string(m.Reason) })); diff != "" {
			t.Errorf("reasons mismatch (-want +got):\n%s", diff)
		}
		if len(off) != 2 || len(got.Members) != 16 {
			t.Errorf("%d of %d members are off, want 2 of 16", len(off), len(got.Members))
		}
	})
	t.Run("somebody is invited, and is in by one form", func(t *testing.T) {
		t.Parallel()
		if v := got.Invited; v.Role != "editor" || v.Mailed == "" || v.InMS <= 0 {
			t.Errorf("the invite: %+v", v)
		}
	})
	t.Run("people sign in by both protocols, and those who must not are told why", func(t *testing.T) {
		t.Parallel()
		type signIn struct{ Method, Role, Code string }
		want := []signIn{
			{"SAML", "contributor", ""},
			{"OpenID Connect", "editor", ""},
			{"SAML", "viewer", ""},
			{"SAML", "", "domain_not_owned"},
			{"OpenID Connect", "", "deactivated_by_directory"},
			{"OpenID Connect", "", "deactivated_by_admin"},
			{"SAML", "", "deactivated_by_directory"},
			{"SAML", "contributor", ""},
		}
		if diff := cmp.Diff(want, list(got.SignIns, func(s demoSignInView) signIn { return signIn{s.Method, s.Role, s.Code} })); diff != "" {
			t.Errorf("sign-ins mismatch (-want +got):\n%s", diff)
		}
		if got.DeadInMS <= 0 || got.DeadInMS > 1000 {
			t.Errorf("the session died %.1f ms after the directory's word, want at most a second", got.DeadInMS)
		}
		if got.ShutInMS < got.DeadInMS || got.ShutInMS > 5000 {
			t.Errorf("the application was shut %.1f ms after the directory's word, want a second or two", got.ShutInMS)
		}
	})
	t.Run("the application knows people by their roles", func(t *testing.T) {
		t.Parallel()
		for _, line := range []string{
			`(?m)^   chloe\.o'neil@acme\.example, who is signed in already, opens it: contributor, and nothing was asked\.$`,
			`(?m)^   ana@acme\.example begins there, is led to /login, to Acme ID and back: admin `,
			`(?m)^   \S+@acme-labs\.example, editor, may approve the week\.$`,
			`(?m)^   nia\.brand@acme\.example, viewer, may not\.$`,
		} {
			if !regexp.MustCompile(line).MatchString(story.String()) {
				t.Errorf("no line like %s in the story:\n%s", line, story.String())
			}
		}
	})
	t.Run("the table says so", func(t *testing.T) {
		t.Parallel()
		for _, row := range []string{
			`(?m)^MEMBER +ROLE +ACTIVE +BY WHOSE WORD +WHY$`,
			`(?m)^ana@acme\.example +admin +yes +the operator +role by the operator$`,
			`(?m)^nia\.brand@acme\.example +viewer +yes +Acme ID +role by tenant default$`,
			`(?m)^\S+@acme\.example +editor +yes +Entra +role by group R&D team 1$`,
			`(?m)^\S+@acme\.example +viewer +yes +Entra +role by tenant default$`,
			`(?m)^\S+@acme-labs\.example +\S+ +no +an admin +deactivated_by_admin; Okta says on$`,
			`(?m)^\S+@acme-labs\.example +\S+ +no +Okta +deactivated_by_directory$`,
			`(?m)^\S+@acme-shops\.example +contributor +yes +Google +role by domain default$`,
			`(?m)^\S+@acme-shops\.example +editor +yes +Google +role by an admin$`,
		} {
			if !regexp.MustCompile(row).MatchString(story.String()) {
				t.Errorf("no row like %s in the story:\n%s", row, story.String())
			}
		}
	})
}

// distinct returns what f makes of the members, sorted and each once.
func distinct(members []view.ExplanationView, f func(view.ExplanationView) string) []string {
	all := list(members, f)
	slices.Sort(all)
	return slices.Compact(all)
}

// TestDemoServesOn stops a demo that goes on serving: it answers until then,
// ends well, and leaves nothing behind.
func TestDemoServesOn(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	ended := make(chan int, 1)
	var errs bytes.Buffer
	go func() {
		code := run(ctx, []string{"demo"}, in, &errs)
		_ = in.Close()
		ended <- code
	}()
	lines := bufio.NewScanner(out)
	url, database, login := "", "", ""
	for lines.Scan() {
		if m := regexp.MustCompile(`curl (http://\S+/readyz)`).FindStringSubmatch(lines.Text()); m != nil {
			url = m[1]
		}
		if m := regexp.MustCompile(`ROLLCALL_DATABASE_URL=sqlite://(\S+)`).FindStringSubmatch(lines.Text()); m != nil {
			database = m[1]
		}
		if m := regexp.MustCompile(`http://\S+/login`).FindString(lines.Text()); m != "" {
			login = m
			break
		}
	}
	if url == "" || database == "" || login == "" {
		t.Fatalf("the demo did not tell of its admin URL, its database and its sign-in page: %s", errs.String())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // it has more to say
	for _, u := range []string{url, login} {
		res, err := http.Get(u)
		if err != nil {
			t.Fatalf("the demo does not serve on: %v", err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("GET %s = %s", u, res.Status)
		}
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("the demo ended with %d: %s", code, errs.String())
	}
	if _, err := os.Stat(filepath.Dir(database)); !os.IsNotExist(err) {
		t.Errorf("the demo's store is still there: %v", err)
	}
}

func TestDemoRefusesTooFewPeople(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"demo", "--exit", "--users", "3"}, &out, &errs); code != exitUsage {
		t.Errorf("demo --users 3 = %d, want %d", code, exitUsage)
	}
	if !strings.Contains(errs.String(), "--users must be 4 or more") {
		t.Errorf("the message does not say what to change: %s", errs.String())
	}
}
