// Package chromium gives tests a real browser: for what needs JavaScript, styles, or a browser's own
// rules about cookies and forms. The small browser of package browser is faster and easier to look into.
//
//	ctx := chromium.New(t)
//	err := chromedp.Do(ctx, chromedp.Navigate(url))
//	title, err := chromedp.Run(ctx, chromedp.Title())
package chromium

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"rollcall/internal/testenv"
	"rollcall/internal/testenv/services"
)

// runTime bounds what one browser may do in all.
const runTime = 2 * time.Minute

// New starts a headless Chromium with a profile of its own and returns the context for chromedp.Run,
// and
// chromedp.Do, whose tab is open. It ends with tb, or after two minutes. More flags may be given, by their names
// without dashes, such as "host-resolver-rules".
func New(tb testing.TB, flags ...chromedp.ExecAllocatorOption) context.Context {
	tb.Helper()
	program, err := services.Chromium()
	if err != nil {
		testenv.Missing(tb, "Chromium", err)
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program), chromedp.UserDataDir(tb.TempDir()), chromedp.Headless, chromedp.NoSandbox,
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.DisableGPU,
		// It shall talk to nobody but the test.
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-extensions", true), chromedp.Flag("disable-default-apps", true),
		chromedp.Flag("disable-dev-shm-usage", true), // small in containers
	}
	ctx, cancel := context.WithTimeout(context.Background(), runTime)
	ctx, cancelAllocator := chromedp.NewExecAllocator(ctx, append(options, flags...)...)
	ctx, _ = chromedp.NewContext(ctx)
	tb.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for its end, else its profile could not be removed
		cancelAllocator()
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		tb.Fatalf("start chromium: %v", err)
	}
	return ctx
}

// Violation is a finding of axe-core, https://dequeuniversity.com/rules/axe.
type Violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Failure string `json:"failureSummary"`
	} `json:"nodes"`
}

// String names the rule and the first place.
func (v Violation) String() string {
	if len(v.Nodes) == 0 {
		return v.ID + ": " + v.Help
	}
	return fmt.Sprintf("%s (%s): %s: %d places, the first: %s: %s", v.ID, v.Impact, v.Help, len(v.Nodes), v.Nodes[0].HTML, v.Nodes[0].Failure)
}

// Axe checks the page that ctx shows against WCAG 2.0 to 2.2, levels A and AA.
func Axe(ctx context.Context, tb testing.TB) []Violation {
	tb.Helper()
	modules, err := services.NodeModules()
	if err != nil {
		testenv.Missing(tb, "axe-core", err)
	}
	script, err := os.ReadFile(filepath.Join(modules, "axe-core", "axe.min.js"))
	if err != nil {
		tb.Fatal(err)
	}
	// The result goes through text: axe's objects refer to the page's elements.
	const run = `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then(r => JSON.stringify(r.violations))`
	var found string
	var violations []Violation
	_, err = chromedp.Run(ctx, chromedp.Evaluate[int](string(script)+"\n;0"))
	if err == nil {
		found, err = chromedp.Run(ctx, chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
	}
	if err == nil {
		err = json.Unmarshal([]byte(found), &violations)
	}
	if err != nil {
		tb.Fatalf("run axe: %v", err)
	}
	return violations
}
