package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/net/html/atom"

	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

// idpsKey finds the identity providers of a script.
type idpsKey struct{}

// idp starts the demo's identity providers, and sets IDP_METADATA and IDP_ISSUER.
// idp saml CONNECTION EMAIL… and idp oidc CONNECTION CLIENT-ID SECRET EMAIL… let a connection of the
// gateway at $ROLLCALL_PUBLIC_URL ask them about people.
func idp(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 && len(args) < 3 {
		ts.Fatalf("usage: idp [saml CONNECTION EMAIL… | oidc CONNECTION CLIENT-ID SECRET EMAIL…]")
	}
	if len(args) == 0 {
		ts.Check(startIDPs(ts))
		return
	}
	running, _ := ts.Value(idpsKey{}).(map[string]*demoIDPs)["all"]
	id, err := tenant.ParseConnectionID(args[1])
	ts.Check(err)
	at := id.URLs(ts.Getenv("ROLLCALL_PUBLIC_URL"))
	accounts := func(emails []string) []demoAccount {
		return list(emails, func(email string) demoAccount { return demoAccount{email, "Somebody"} })
	}
	if args[0] == "saml" {
		running.trustSAML(at, accounts(args[2:]))
		return
	}
	running.trustOIDC(args[2], args[3], at, accounts(args[4:]))
}

func startIDPs(ts *testscript.TestScript) error {
	d, err := newDemoIDPs(context.Background(), time.Now)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- web.Serve(ctx, slog.New(slog.DiscardHandler), web.Stop{Grace: time.Second}, d.listens())
	}()
	ts.Defer(func() {
		stop()
		<-ended
	})
	ts.Value(idpsKey{}).(map[string]*demoIDPs)["all"] = d
	ts.Setenv("IDP_METADATA", d.metadataURL())
	ts.Setenv("IDP_ISSUER", d.issuer())
	return nil
}

// visit EMAIL CONNECTION URL signs somebody in with a new browser and prints where that ended: the
// status, the path, and what the page says.
func visit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: visit EMAIL CONNECTION URL")
	}
	v, err := newVisitor(args[0], args[1])
	ts.Check(err)
	at, err := v.signIn(context.Background(), args[2])
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), at.status, at.url.Path)
	for _, kind := range []atom.Atom{atom.H1, atom.P, atom.Td} {
		for _, line := range at.texts(kind) {
			fmt.Fprintln(ts.Stdout(), line)
		}
	}
}

// wordOrFlag is a word of a command or a flag, not a value, which differs between a guide and a script.
var wordOrFlag = regexp.MustCompile(`^-{0,2}[a-z][a-z-]*$`)

// shapeOf is what of a command a guide and a script have in common: its words and its flags.
func shapeOf(command string) string {
	command, _, _ = strings.Cut(command, " #")
	_, command, _ = strings.Cut(command, "rollcall ")
	var shape []string
	words := true
	for part := range strings.FieldsSeq(command) {
		flag := strings.HasPrefix(part, "--")
		words = words && !flag && wordOrFlag.MatchString(part)
		if words || flag {
			shape = append(shape, part)
		}
	}
	return strings.Join(shape, " ")
}

// TestGuidesToSignIn holds that a script runs each command of the guide to sign-in, and of README.
func TestGuidesToSignIn(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile(filepath.Join("testdata", "script", "signin_setup.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	tested := map[string]bool{}
	for line := range strings.SplitSeq(string(script), "\n") {
		if strings.HasPrefix(strings.TrimPrefix(line, "! "), "exec rollcall ") {
			tested[shapeOf(strings.ReplaceAll(line, " --json", ""))] = true
		}
	}
	for name, least := range map[string]int{filepath.Join("docs", "sign-in-setup.md"): 10, "README.md": 5} {
		page, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		text := string(page)
		if name == "README.md" {
			_, text, _ = strings.Cut(text, "\n## Sign people in\n")
			text, _, _ = strings.Cut(text, "\n## ")
		}
		steps := guideSteps(strings.ReplaceAll(text, "\\\n ", ""))
		if len(steps) < least {
			t.Errorf("%s has %d commands of sign-in only", name, len(steps))
		}
		for _, s := range steps {
			if shape := shapeOf(s.command); strings.Contains(s.command, "rollcall ") && !tested[shape] {
				t.Errorf("%s: no script runs %s (%s)", name, s.command, shape)
			}
		}
	}
}
