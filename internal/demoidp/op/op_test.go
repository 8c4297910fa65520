package op_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/internal/demoidp/op"
)

const redirect = "https://app.example/callback"

func provider(t *testing.T, auto bool) string {
	t.Helper()
	k, err := op.NewKey("k1")
	if err != nil {
		t.Fatal(err)
	}
	p := op.New(op.Config{
		Now: func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) }, AutoLogin: auto, Keys: []op.Key{k},
		Accounts: []op.Account{{Subject: "a", Email: "ann@corp.example", Verified: true}, {Subject: "b", Email: "bob@corp.example", Verified: true}},
		Clients:  []op.Client{{ID: "app", Secret: "word", RedirectURIs: []string{redirect}}},
	})
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	p.SetIssuer(s.URL)
	return s.URL
}

func request(change ...string) url.Values {
	q := url.Values{
		"response_type": {"code"}, "client_id": {"app"}, "redirect_uri": {redirect}, "scope": {"openid email"}, "state": {"s"},
		"code_challenge_method": {"S256"}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, // RFC 7636 appendix B
	}
	for i := 0; i+1 < len(change); i += 2 {
		q.Set(change[i], change[i+1])
	}
	return q
}

func do(t *testing.T, method, to string, form url.Values) (res *http.Response, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, to, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err = client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(raw)
}

// TestForm: a person is asked who they are, and is sent back by a form where that was asked for.
func TestForm(t *testing.T) {
	t.Parallel()
	base := provider(t, false)
	asked := request("response_mode", "form_post", "login_hint", "bob@corp.example", "state", `"><script>`)
	res, page := do(t, http.MethodGet, base+"/authorize?"+asked.Encode(), nil)
	if res.StatusCode != http.StatusOK || !strings.Contains(page, `value="bob@corp.example"`) || strings.Contains(page, "<script>") {
		t.Fatalf("the form is %s: %s", res.Status, page)
	}
	asked.Set("account", "bob@corp.example")
	res, page = do(t, http.MethodPost, base+"/authorize", asked)
	code := regexp.MustCompile(`name="code" value="(\w+)"`).FindStringSubmatch(page)
	if res.StatusCode != http.StatusOK || code == nil || !strings.Contains(page, `action="`+redirect+`"`) || strings.Contains(page, "<script>") {
		t.Fatalf("the way back is %s: %s", res.Status, page)
	}
	redeem := url.Values{
		"grant_type": {"authorization_code"}, "code": {code[1]}, "redirect_uri": {redirect}, "client_id": {"app"}, "client_secret": {"word"},
		"code_verifier": {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
	}
	res, body := do(t, http.MethodPost, base+"/token", redeem)
	var got struct {
		ID     string `json:"id_token"`
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || res.StatusCode != http.StatusOK || got.ID == "" || got.Access == "" {
		t.Fatalf("the tokens are %s: %s", res.Status, body)
	}
	if res, _ = do(t, http.MethodPost, base+"/token", redeem); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a code twice: %s", res.Status)
	}
}

// TestRefusals: it is as strict as real ones.
func TestRefusals(t *testing.T) {
	t.Parallel()
	base := provider(t, true)
	for _, tt := range []struct {
		name   string
		change []string
		want   string // in the way back; empty: no way back
	}{
		{"as it should be", nil, "code="},
		{"another redirect_uri", []string{"redirect_uri", redirect + "/x"}, ""},
		{"another client", []string{"client_id", "other"}, ""},
		{"no PKCE", []string{"code_challenge", ""}, "error=invalid_request"},
		{"plain PKCE", []string{"code_challenge_method", "plain"}, "error=invalid_request"},
		{"no openid", []string{"scope", "email"}, "error=invalid_request"},
		{"a token in place of a code", []string{"response_type", "token"}, "error=invalid_request"},
		{"cancelled", []string{"cancel", "1"}, "error=access_denied"},
	} {
		res, _ := do(t, http.MethodGet, base+"/authorize?"+request(tt.change...).Encode(), nil)
		back := res.Header.Get("Location")
		if tt.want == "" && back != "" || tt.want != "" && !strings.Contains(back, tt.want) {
			t.Errorf("%s: sent to %q, want %q", tt.name, back, tt.want)
		}
	}
	for name, form := range map[string]url.Values{
		"a wrong secret": {"grant_type": {"authorization_code"}, "client_id": {"app"}, "client_secret": {"x"}},
		"no code":        {"grant_type": {"authorization_code"}, "client_id": {"app"}, "client_secret": {"word"}},
		"another grant":  {"grant_type": {"password"}},
	} {
		if res, _ := do(t, http.MethodPost, base+"/token", form); res.StatusCode < 400 {
			t.Errorf("%s: %s", name, res.Status)
		}
	}
	if res, _ := do(t, http.MethodGet, base+"/userinfo", nil); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("userinfo without a token: %s", res.Status)
	}
}
