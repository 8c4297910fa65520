package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// guideStep is a command of a guide with the answer that the guide shows.
type guideStep struct{ command, answer string }

// guideSteps are the commands of a page: the lines that begin with $ in its console blocks.
func guideSteps(page string) []guideStep {
	var steps []guideStep
	inside := false
	for line := range strings.SplitSeq(page, "\n") {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case inside && isCommand:
			steps = append(steps, guideStep{command: command})
		case inside && len(steps) > 0:
			steps[len(steps)-1].answer += line + "\n"
		}
	}
	return steps
}

// pattern is an answer of a guide as an expression: an ellipsis stands for anything.
func (s guideStep) pattern() *regexp.Regexp {
	quoted := regexp.QuoteMeta(strings.TrimSpace(s.answer))
	return regexp.MustCompile(`(?s)^` + strings.ReplaceAll(quoted, "…", ".*") + `\s*$`)
}

// given is a line such as DIRECTORY=dir_… by which a guide asks its reader to put in an id.
var given = regexp.MustCompile(`^([A-Z]+)=([a-z]+_)…$`)

// TestGuideToTheAPI runs the commands of docs/api.md as a reader would, in one shell, and compares
// the answers.
func TestGuideToTheAPI(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	steps := guideSteps(string(page))
	if len(steps) < 15 {
		t.Fatalf("the guide has %d commands only", len(steps))
	}
	var script bytes.Buffer
	const mark = "-- end of step --"
	for _, s := range steps {
		command := strings.ReplaceAll(s.command, "http://127.0.0.1:8080", "$GATEWAY")
		if m := given.FindStringSubmatch(s.command); m != nil {
			command = m[1] + `=$(echo "$LAST" | sed 's/.*"id":"\(` + m[2] + `[a-z0-9]*\)".*/\1/')`
		}
		if strings.Contains(command, "()") || strings.Contains(command, "=$") || strings.HasPrefix(command, "API=") {
			script.WriteString(command + "\n") // it says nothing
		} else {
			script.WriteString("LAST=$(" + command + ")\necho \"$LAST\"\n")
		}
		script.WriteString("echo '" + mark + "'\n")
	}
	dir := t.TempDir()
	txtar := "env ROLLCALL_OPERATOR_KEY=the-key-of-the-reader-of-this-guide\nserve one\nguide guide.sh\n-- guide.sh --\n" + script.String()
	if err := os.WriteFile(filepath.Join(dir, "guide.txtar"), []byte(txtar), 0o600); err != nil {
		t.Fatal(err)
	}
	compare := func(ts *testscript.TestScript, _ bool, args []string) {
		cmd := exec.CommandContext(context.Background(), "sh", ts.MkAbs(args[0]))
		cmd.Env = []string{"PATH=" + ts.Getenv("PATH") + ":" + os.Getenv("PATH"), "GATEWAY=" + ts.Getenv("one_URL"), "ROLLCALL_OPERATOR_KEY=" + ts.Getenv("ROLLCALL_OPERATOR_KEY")}
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil {
			ts.Fatalf("the guide's commands: %v: %s", err, errs.Bytes())
		}
		answers := strings.Split(out.String(), mark+"\n")
		for i, s := range steps {
			got := strings.ReplaceAll(answers[i], ts.Getenv("one_URL"), "http://127.0.0.1:8080")
			if !s.pattern().MatchString(got) {
				ts.Logf("$ %s\nanswered\n%s\nwhere the guide says\n%s", s.command, got, s.answer)
				t.Errorf("step %d of the guide answers otherwise: %s", i+1, s.command)
			}
		}
	}
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			env.Setenv("ROLLCALL_DATABASE_URL", "sqlite://"+filepath.Join(env.WorkDir, "rollcall.db"))
			env.Setenv("ROLLCALL_MASTER_KEY", strings.Repeat("k", 43)+"=")
			env.Setenv("ROLLCALL_LISTEN", "127.0.0.1:0")
			env.Setenv("ROLLCALL_ADMIN_LISTEN", "127.0.0.1:0")
			env.Values[gatewaysKey{}] = map[string]*gateway{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"serve": serve, "guide": compare},
	})
}

// curl stands in for the program of that name, which is not on every machine: -s, -X, -H and -d.
func curl() {
	method, url, body := "", "", io.Reader(nil)
	header := http.Header{}
	for args := os.Args[1:]; len(args) > 0; args = args[1:] {
		switch {
		case args[0] == "-s":
		case strings.HasPrefix(args[0], "-") && len(args) > 1:
			switch flag, value := args[0], args[1]; flag {
			case "-X":
				method = value
			case "-H":
				name, v, _ := strings.Cut(value, ": ")
				header.Set(name, v)
			case "-d":
				body = strings.NewReader(value)
				if method == "" {
					method = http.MethodPost
				}
			}
			args = args[1:]
		default:
			url = args[0]
		}
	}
	req, err := http.NewRequestWithContext(context.Background(), method, url, body)
	if err != nil {
		os.Exit(3)
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		os.Exit(7)
	}
	_, _ = io.Copy(os.Stdout, res.Body)
}
