package acceptance

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestRevocationOnThreeReplicas_X2 turns people off by SCIM at one of three replicas and asks all three
// at once afterwards: no session, no refresh token and no introspection is alive anywhere, from the first request
// after the answer on. It is the state that is asked, not the clock: nothing is cached that would have to expire. With
// ROLLCALL_TRIALS it makes as many trials and logs how long the deaths took (see docs/performance.md).
func TestRevocationOnThreeReplicas_X2(t *testing.T) {
	t.Parallel()
	onInstalled(t, []string{"postgres"}, func(t *testing.T, in *installation) {
		f := newFleet(t, in)
		var took []time.Duration
		for i := range f.trials() {
			took = append(took, f.trial(i))
		}
		f.report("with Redis", took)
		// Without Redis nobody new comes in, and whoever is in goes out as before.
		in2 := f.signedIn("last", f.trials())
		f.redis.stop()
		if status, header := f.status(http.MethodGet, f.url+"/sso/"+f.connection+"/login", nil); status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
			t.Errorf("a sign-in without Redis = %d, Retry-After %q; want 503 with Retry-After", status, header.Get("Retry-After"))
		}
		f.alive(in2)
		took = took[:0]
		for i := range f.standing {
			took = append(took, f.turnOff(f.standing[i]))
		}
		took = append(took, f.turnOff(in2))
		f.report("without Redis", took)
	})
}

// trial has one person come, sign in, and go, and another one stay for when Redis has gone.
func (f *fleet) trial(i int) time.Duration {
	f.t.Helper()
	f.standing = append(f.standing, f.signedIn("stay", f.trials()+1+i))
	s := f.signedIn("go", i)
	f.alive(s)
	return f.turnOff(s)
}

// signedIn has the directory create a person, who then signs in to the app.
func (f *fleet) signedIn(kind string, i int) *passenger {
	f.t.Helper()
	f.senders.Add(1)
	status, body := f.scim(http.MethodPost, "/Users", object{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": person(i), "externalId": kind + strconv.Itoa(i), "active": true,
		"emails": []object{{"value": person(i), "type": "work", "primary": true}},
	})
	if status != http.StatusCreated {
		f.t.Fatalf("create %s: %d %s", person(i), status, body)
	}
	var user struct{ ID string }
	if err := json.Unmarshal(body, &user); err != nil {
		f.t.Fatal(err)
	}
	s := &passenger{scim: user.ID}
	jar := do[*cookiejar.Jar](f.t)(cookiejar.New(nil))
	var code string
	client := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), f.app.URL) {
			code = r.URL.Query().Get("code")
			return http.ErrUseLastResponse
		}
		return nil
	}}
	verifier := strings.Repeat("v", 50)
	sum := sha256.Sum256([]byte(verifier))
	at := f.url + "/oauth2/authorize?" + url.Values{
		"client_id": {f.client}, "redirect_uri": {f.app.URL + "/cb"}, "response_type": {"code"}, "scope": {"openid email offline_access"}, "state": {"x"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}, "login_hint": {person(i)},
	}.Encode()
	resp, err := client.Get(at)
	if err != nil {
		f.t.Fatal(err)
	}
	text := do[[]byte](f.t)(io.ReadAll(resp.Body))
	_ = resp.Body.Close()
	if code == "" {
		f.t.Fatalf("no code for %s: %d %s", person(i), resp.StatusCode, text)
	}
	tokens := f.tokens(f.url, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {f.app.URL + "/cb"}, "code_verifier": {verifier}})
	s.access, s.refresh = tokens["access_token"], tokens["refresh_token"]
	if s.access == "" || s.refresh == "" {
		f.t.Fatalf("no tokens for %s: %v", person(i), tokens)
	}
	s.cookies = jar.Cookies(do[*url.URL](f.t)(url.Parse(f.url)))
	return s
}

// tokens asks a token endpoint.
func (f *fleet) tokens(at string, form url.Values) map[string]string {
	f.t.Helper()
	return f.program(at+"/oauth2/token", form)
}

func (f *fleet) program(at string, form url.Values) map[string]string {
	f.t.Helper()
	r := do[*http.Request](f.t)(http.NewRequestWithContext(f.t.Context(), http.MethodPost, at, strings.NewReader(form.Encode())))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(f.client), url.QueryEscape(f.secret))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var all map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&all); err != nil {
		f.t.Fatalf("%s answered %d with no JSON: %v", at, resp.StatusCode, err)
	}
	out := map[string]string{"status": strconv.Itoa(resp.StatusCode)}
	for k, v := range all {
		out[k] = fmt.Sprint(v)
	}
	return out
}

// state says what opens something at a replica: session, introspection, and, where asked, the refresh token.
func (f *fleet) state(s *passenger, replica string, refresh bool) []string {
	f.t.Helper()
	var open []string
	status, _ := f.status(http.MethodGet, "http://"+replica+"/", s.cookies)
	if status == http.StatusOK {
		open = append(open, "session")
	}
	if got := f.program("http://"+replica+"/oauth2/introspect", url.Values{"token": {s.access}}); got["active"] != "false" {
		open = append(open, "introspection")
	}
	if refresh {
		got := f.tokens("http://"+replica, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {s.refresh}})
		if got["status"] == "200" || got["error"] != "invalid_grant" {
			open = append(open, "refresh")
		}
	}
	return open
}

func (f *fleet) alive(s *passenger) {
	f.t.Helper()
	for _, replica := range f.replicas {
		if open := f.state(s, replica, false); len(open) != 2 {
			f.t.Fatalf("before the deactivation only %v are open at %s, want session and introspection", open, replica)
		}
	}
}

// turnOff turns a person off at one replica, and returns how long after the answer the last thing died anywhere: nothing
// may be open at the first look.
func (f *fleet) turnOff(s *passenger) time.Duration {
	f.t.Helper()
	status, body := f.scim(http.MethodPatch, "/Users/"+s.scim, object{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []object{{"op": "replace", "path": "active", "value": false}},
	})
	if status != http.StatusOK && status != http.StatusNoContent {
		f.t.Fatalf("turn off: %d %s", status, body)
	}
	answered := time.Now()
	var last time.Duration
	for _, replica := range f.replicas {
		if open := f.state(s, replica, true); len(open) > 0 {
			f.t.Errorf("after the deactivation was answered %v are open at %s", open, replica)
		}
		last = time.Since(answered)
	}
	return last
}

func (f *fleet) scim(method, path string, body any) (int, []byte) {
	f.t.Helper()
	b := do[[]byte](f.t)(json.Marshal(body))
	r := do[*http.Request](f.t)(http.NewRequestWithContext(f.t.Context(), method, f.base+path, strings.NewReader(string(b))))
	r.Header.Set("Content-Type", "application/scim+json")
	r.Header.Set("Authorization", "Bearer "+f.token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode, do[[]byte](f.t)(io.ReadAll(resp.Body))
}

func (f *fleet) status(method, at string, cookies []*http.Cookie) (int, http.Header) {
	f.t.Helper()
	r := do[*http.Request](f.t)(http.NewRequestWithContext(f.t.Context(), method, at, http.NoBody))
	for _, c := range cookies {
		r.AddCookie(c)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode, resp.Header
}

// report logs how long it took until all three replicas had been asked and had said no.
func (f *fleet) report(name string, took []time.Duration) {
	slices.Sort(took)
	at := func(q float64) time.Duration { return took[min(int(q*float64(len(took))), len(took)-1)] }
	f.t.Logf("%s: %d trials, from the answer to SCIM until all three replicas had refused session, introspection and refresh: p50 %v, p99 %v, most %v",
		name, len(took), at(0.5), at(0.99), took[len(took)-1])
}
