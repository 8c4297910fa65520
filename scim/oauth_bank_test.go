package scim

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/gorilla/mux"

	"rollcall/internal/assertion"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/storage/shortlived"
)

// bank is a world whose door issues access tokens.
type bank struct {
	*world
	issuer *ecdsa.PrivateKey
	keys   json.RawMessage
}

func newBank(t *testing.T, url string) *bank {
	t.Helper()
	b := &bank{world: newWorld(t, url)}
	var err error
	if b.issuer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	if b.keys, err = json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: b.issuer.Public(), KeyID: "one"}}}); err != nil {
		t.Fatal(err)
	}
	short := shortlived.NewMemory(b.now, 0)
	t.Cleanup(func() { _ = short.Close() })
	c := b.door.Config
	c.TokenConfig = TokenConfig{
		Assertions: assertion.New(assertion.Config{Now: b.now, Fetch: func(context.Context, string) ([]byte, error) { return nil, errors.New("no network") }}),
		FirstTime: func(ctx context.Context, id tenant.ID, name string, ttl time.Duration) (bool, error) {
			return short.FirstTime(ctx, shortlived.Key{Use: "assertion", Tenant: id, Name: name}, ttl)
		},
	}
	if b.door, err = New(c); err != nil {
		t.Fatal(err)
	}
	b.router = mux.NewRouter().SkipClean(true)
	b.router.PathPrefix(Prefix + "/").Handler(b.door)
	return b
}

func onEachBank(t *testing.T, f func(t *testing.T, b *bank)) {
	t.Helper()
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			f(t, newBank(t, db.url(t)))
		})
	}
}

func staffOf(c customer) roster.Staff {
	return roster.Staff{Tenant: c.tenant, Actor: roster.Actor{Source: roster.SourceOperator}}
}

// secretOf adds a client secret.
func (b *bank) secretOf(t *testing.T, c customer, minutes int) (string, tenant.Credential) {
	t.Helper()
	token := secret.NewToken(secret.Client)
	made, err := b.roster.AddSecret(t.Context(), staffOf(c), c.directory.ID, "client", token.Hash(), time.Time{}, minutes)
	if err != nil {
		t.Fatal(err)
	}
	return token.Reveal(), made
}

// answer is what the token endpoint says, good or bad.
type answer struct {
	Status      int    `json:"-"`
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
	Scope       string `json:"scope"`
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func (b *bank) ask(t *testing.T, c customer, form url.Values, headers ...string) answer {
	t.Helper()
	headers = append([]string{"Content-Type: application/x-www-form-urlencoded"}, headers...)
	rec := b.do(t, http.MethodPost, c.path+tokenPath, form.Encode(), headers...)
	return readAnswer(t, rec)
}

func readAnswer(t *testing.T, rec *httptest.ResponseRecorder) answer {
	t.Helper()
	a := answer{Status: rec.Code}
	if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil {
		t.Fatalf("the answer is no JSON: %s", rec.Body)
	}
	if rec.Header().Get("Cache-Control") != "no-store" || rec.Header().Get("Content-Type") != "application/json" {
		t.Errorf("headers of the answer: %v", rec.Header())
	}
	if (a.Status == http.StatusOK) != (a.Error == "") {
		t.Errorf("%d with error %q", a.Status, a.Error)
	}
	return a
}

func bySecret(c customer, text string) url.Values {
	return url.Values{"grant_type": {grantClient}, "client_id": {ClientID(c.directory.ID)}, "client_secret": {text}}
}

func basic(id, text string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(text)))
}

// users asks for the users of a directory with a token, and returns the status.
func (b *bank) users(t *testing.T, c customer, token string) int {
	t.Helper()
	c.token = token
	return b.as(t, c, "GET", "/Users?count=0", "").Code
}
