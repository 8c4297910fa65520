package chromium_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"rollcall/internal/testenv/chromium"
)

func TestChromiumRunsThePagesScriptsAndAxeReadsThePage(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<!DOCTYPE html><html lang="en"><title>before</title><main><h1>Hello</h1><img src="data:,"></main><script>document.title = "after"</script>`)
	}))
	t.Cleanup(site.Close)
	ctx := chromium.New(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(site.URL)); err != nil {
		t.Fatal(err)
	}
	title, err := chromedp.Run(ctx, chromedp.Title())
	if err != nil || title != "after" {
		t.Errorf("Title() = %q, %v, want after", title, err)
	}
	violations := chromium.Axe(ctx, t)
	if len(violations) != 1 || violations[0].ID != "image-alt" {
		t.Errorf("Axe() = %v, want image-alt", violations)
	}
}
