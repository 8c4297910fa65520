package acceptance

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"rollcall/internal/testenv/chromium"
)

// tab is a tab of a real browser. Whatever fails in it fails the test. Selectors are those of CSS.
type tab struct {
	t   testing.TB
	ctx context.Context //nolint:containedctx // it is the browser itself
}

// browser opens a browser with nothing in it.
func (h *house) browser(flags ...chromedp.ExecAllocatorOption) *tab {
	h.t.Helper()
	return &tab{h.t, chromium.New(h.t, flags...)}
}

// open goes to a URL and returns the status of the page that is shown in the end.
func (b *tab) open(url string) int { return b.load(chromedp.Navigate(url)) }

// submit presses what leads to another page, and returns the status of that.
func (b *tab) submit(selector string) int { return b.load(chromedp.Click(selector)) }

func (b *tab) load(step chromedp.Action[chromedp.Void]) int {
	b.t.Helper()
	res, err := chromedp.RunResponse(b.ctx, step)
	if err != nil {
		b.t.Fatalf("load a page: %v; the last one: %s", err, b.text())
	}
	return int(res.Status)
}

// click presses what leads nowhere else.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(selector))
}

// fill types into a field in place of what it holds.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.value(`document.querySelector(` + quoted(selector) + `).value = ""`)
	b.do(chromedp.SendKeys(selector, text))
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("in the browser: %v; the page: %s", err, b.text())
	}
}

// value is what a script says of the page, as text.
func (b *tab) value(script string) string {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("String("+script+")"))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return out
}

// heading is that of the page, path where it is, with the query.
func (b *tab) heading() string { return b.value(`document.querySelector("h1")?.innerText ?? ""`) }
func (b *tab) path() string    { return b.value(`location.pathname + location.search`) }

// text is what the page says.
func (b *tab) text() string { return b.value(`document.body?.innerText ?? ""`) }

// has says whether there is something that a selector finds, and that can be seen.
func (b *tab) has(selector string) bool {
	b.t.Helper()
	return b.value(`!!document.querySelector(`+quoted(selector)+`)?.checkVisibility()`) == "true"
}

// field is what a field holds.
func (b *tab) field(selector string) string {
	b.t.Helper()
	return b.value(`document.querySelector(` + quoted(selector) + `)?.value ?? "(no such field)"`)
}

// says fails the test unless the page has these words.
func (b *tab) says(words ...string) {
	b.t.Helper()
	text := b.text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			b.t.Errorf("the page does not say %q: %s", w, text)
		}
	}
}

func quoted(s string) string {
	b, _ := json.Marshal(s) // a text always can be
	return string(b)
}
