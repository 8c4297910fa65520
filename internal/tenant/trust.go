package tenant

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Trust says whose signed assertions get access tokens of a directory (RFC 7523 §3). Everything that
// is set here must be matched to the letter.
type Trust struct {
	// Issuer is the iss claim. It alone never suffices: see Subject.
	Issuer string `json:"issuer"`
	// Subject is the sub claim and Application the azp or appid claim. One of them at least is pinned,
	// for an issuer signs for many.
	Subject     string `json:"subject,omitempty"`
	Application string `json:"application,omitempty"`
	// EntraTenant is the tid claim, in lower case; empty: not asked for.
	EntraTenant string `json:"entra_tenant,omitempty"`
	// Audiences are those of which the aud claim must name one; none: the URL of the token endpoint.
	Audiences []string `json:"audiences,omitempty"`
	// KeysURL is where the issuer publishes its key set (RFC 7517 §5), by https.
	KeysURL string `json:"keys_url,omitempty"`
	// Keys is the key set itself, instead of KeysURL.
	Keys json.RawMessage `json:"keys,omitempty"`
	// MaxMinutes is how long an assertion may be good for; 0: AssertionMinutes.
	MaxMinutes int `json:"max_minutes,omitempty"`
	// Reusable takes an assertion more than once. Entra's have no jti, and it shows the same one
	// again while that is good.
	Reusable bool `json:"reusable,omitempty"`
	// Direct takes an assertion as the bearer token of SCIM requests too.
	Direct bool `json:"direct,omitempty"`
}

const (
	// AssertionMinutes is how long an assertion may be good for unless its trust says otherwise.
	AssertionMinutes = 10
	// MaxAssertionMinutes is the most that a trust may allow.
	MaxAssertionMinutes = 24 * 60
	maxTrustText        = 600 // bytes of a claim or URL; Entra's own limit for such values
	maxAudiences        = 10
	maxKeys             = 20
	maxKeySet           = 64 << 10
)

// Life is how long an assertion may be good for.
func (t Trust) Life() time.Duration {
	if t.MaxMinutes == 0 {
		return AssertionMinutes * time.Minute
	}
	return time.Duration(t.MaxMinutes) * time.Minute
}

// Check says what keeps a trust from being one, or nil. It looks into Keys no further than that they
// are public keys; who verifies with them parses them.
func (t Trust) Check() error {
	for _, c := range append([]string{t.Issuer, t.Subject, t.Application, t.EntraTenant, t.KeysURL}, t.Audiences...) {
		if len(c) > maxTrustText || strings.ContainsFunc(c, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return fmt.Errorf("the values have up to %d bytes and no control characters", maxTrustText)
		}
	}
	switch {
	case t.Issuer == "":
		return errors.New("an issuer is needed")
	case t.Subject == "" && t.Application == "":
		return errors.New("a subject or an application is needed, for the issuer signs for others too")
	case t.Direct && len(t.Audiences) == 0:
		return errors.New("an audience is needed for tokens that are sent with SCIM requests")
	case len(t.Audiences) > maxAudiences || slices.Contains(t.Audiences, ""):
		return fmt.Errorf("there are up to %d audiences, none of them empty", maxAudiences)
	case t.MaxMinutes < 0 || t.MaxMinutes > MaxAssertionMinutes:
		return fmt.Errorf("an assertion may be good for up to %d minutes", MaxAssertionMinutes)
	case (t.KeysURL == "") == (len(t.Keys) == 0):
		return errors.New("either the URL of the key set or the key set itself is needed")
	case t.KeysURL != "":
		return checkKeysURL(t.KeysURL)
	}
	return checkKeySet(t.Keys)
}

func checkKeysURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return errors.New("the URL of the key set begins with https:// and holds no user and no fragment")
	}
	return nil
}

// checkKeySet keeps private keys and shared secrets out of the store.
func checkKeySet(raw json.RawMessage) error {
	var set struct {
		Keys []map[string]json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(raw, &set); err != nil || len(raw) > maxKeySet || len(set.Keys) == 0 || len(set.Keys) > maxKeys {
		return fmt.Errorf("a key set is a JSON object with 1 to %d public keys in its member keys", maxKeys)
	}
	for _, k := range set.Keys {
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
			if _, there := k[private]; there {
				return errors.New("the key set holds a private or a shared key; give the public one, and take that key for known to others")
			}
		}
	}
	return nil
}

const (
	entraLogin = "https://login.microsoftonline.com/"
	// entraMinutes is how long Entra's tokens may be good for: they live 60 to 90 minutes.
	entraMinutes = 120
	// entraAnyApp is the audience of the tokens that Entra sends to applications outside its gallery
	// when the secret field is empty.
	entraAnyApp = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
)

// EntraTrust fills in what Entra's workload identity federation for provisioning says of itself: the issuer, the
// key set, and the tenant's id, which is a UUID. application is the client id of the workload identity,
// which is also the audience; it may be empty when t has an audience. What t has already stays.
func EntraTrust(t Trust, entraTenant, application string) (Trust, error) {
	id, err := ParseUUID(entraTenant)
	if err != nil {
		return t, fmt.Errorf("the tenant of Entra is given by its id, a UUID; common and organizations are everybody's: %w", err)
	}
	t.EntraTenant = id.UUID()
	t.Reusable = true
	if t.Issuer == "" {
		t.Issuer = entraLogin + t.EntraTenant + "/v2.0"
	}
	if t.KeysURL == "" && len(t.Keys) == 0 {
		t.KeysURL = entraLogin + t.EntraTenant + "/discovery/v2.0/keys"
	}
	if t.MaxMinutes == 0 {
		t.MaxMinutes = entraMinutes
	}
	t.Application = strings.ToLower(application)
	if application != "" && len(t.Audiences) == 0 {
		t.Audiences = []string{t.Application}
	}
	t.Audiences = entraAudiences(t.Audiences)
	return t, nil
}

// entraAudiences knows that the portal shows a scope (api://ID/.default), and that the claim is
// api://ID in version 1 tokens and ID alone in version 2.
func entraAudiences(shown []string) []string {
	var out []string
	add := func(a string) {
		if !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	for _, a := range shown {
		a = strings.TrimSuffix(a, "/.default")
		bare := strings.TrimPrefix(a, "api://")
		if _, err := ParseUUID(bare); err != nil {
			add(a)
			continue
		}
		add(strings.ToLower(bare))
		add("api://" + strings.ToLower(bare))
	}
	return out
}

// EntraDirect is EntraTrust for the token that Entra sends with each SCIM request of an application
// outside its gallery when the secret field is left empty. Microsoft means that for tests.
func EntraDirect(t Trust, entraTenant string) (Trust, error) {
	id, err := ParseUUID(entraTenant)
	if err == nil && t.Issuer == "" {
		t.Issuer = "https://sts.windows.net/" + id.UUID() + "/"
	}
	if len(t.Audiences) == 0 {
		t.Audiences = []string{entraAnyApp}
	}
	application := t.Application
	t, err = EntraTrust(t, entraTenant, application)
	t.Direct = true
	return t, err
}
