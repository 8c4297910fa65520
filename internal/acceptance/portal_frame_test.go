package acceptance

import (
	"net/http"
	"testing"
)

// TestSignInBeginsInAPage_S29_X7: other sites' frames, pictures and scripts begin no sign-in, and leave no cookie.
func TestSignInBeginsInAPage_S29_X7(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		_, con := p.acme(samlPerson("ann", mail("ann@acme.example")))
		for dest, want := range map[string]int{
			"document": http.StatusSeeOther, "": http.StatusSeeOther,
			"iframe": http.StatusForbidden, "image": http.StatusForbidden, "empty": http.StatusForbidden, "script": http.StatusForbidden,
		} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.loginURL(con, ""), nil)
			if err != nil {
				t.Fatal(err)
			}
			if dest != "" {
				req.Header.Set("Sec-Fetch-Dest", dest)
				req.Header.Set("Sec-Fetch-Site", "cross-site")
			}
			res, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if began := len(res.Cookies()) > 0; res.StatusCode != want || began != (want == http.StatusSeeOther) {
				t.Errorf("Sec-Fetch-Dest %q: %d, cookies %v, want %d", dest, res.StatusCode, res.Cookies(), want)
			}
		}
	})
}
