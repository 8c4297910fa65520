package assertion

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"rollcall/internal/tenant"
)

const (
	minRSA = 2048 // bits; RFC 7518 §3.3
	maxRSA = 8192 // beyond it a verification costs more than it is worth
)

// ParseKeys reads a key set (RFC 7517 §5). Keys of kinds that are not known are left out, as the RFC
// asks; the error says what to change when none is left to verify with, or one is private or weak.
func ParseKeys(raw []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(raw, &set); err != nil {
		return nil, errors.New("it is not a JSON object with the member keys")
	}
	const most = 100
	var keys []jose.JSONWebKey
	for _, one := range set.Keys[:min(len(set.Keys), most)] {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(one) != nil || k.Use != "" && k.Use != "sig" {
			continue
		}
		switch key := k.Key.(type) {
		case *rsa.PublicKey:
			if bits := key.N.BitLen(); bits < minRSA || bits > maxRSA {
				return nil, fmt.Errorf("an RSA key has %d bits; %d to %d are taken", bits, minRSA, maxRSA)
			}
		case *ecdsa.PublicKey, ed25519.PublicKey:
		case *rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey:
			return nil, errors.New("it holds a private key")
		default:
			continue // a shared secret among others
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errors.New("it has no key that signatures can be verified with: RSA, EC or Ed25519")
	}
	return keys, nil
}

// Fits says whether a key may be used with an algorithm: its own, where it names one, and of its kind.
func Fits(k jose.JSONWebKey, alg jose.SignatureAlgorithm) bool {
	if k.Algorithm != "" && k.Algorithm != string(alg) {
		return false
	}
	switch key := k.Key.(type) {
	case *rsa.PublicKey:
		return alg[0] == 'R' || alg[0] == 'P'
	case *ecdsa.PublicKey:
		return alg == jose.ES256 && key.Curve == elliptic.P256() || alg == jose.ES384 && key.Curve == elliptic.P384() ||
			alg == jose.ES512 && key.Curve == elliptic.P521()
	case ed25519.PublicKey:
		return alg == jose.EdDSA
	}
	return false
}

// choose returns the keys that an assertion with this header may be verified with. Without a key id
// there must be one key only. known is false when the set has none of that id.
func choose(set []jose.JSONWebKey, kid string, alg jose.SignatureAlgorithm) (keys []jose.JSONWebKey, known bool) {
	for _, k := range set {
		if kid == "" && len(set) == 1 || kid != "" && k.KeyID == kid {
			known = true
			if Fits(k, alg) {
				keys = append(keys, k)
			}
		}
	}
	return keys, known || kid == ""
}

// candidates finds the keys for an assertion in the trust's set.
func (v *Verifier) candidates(ctx context.Context, t tenant.Trust, kid string, alg jose.SignatureAlgorithm) ([]jose.JSONWebKey, error) {
	if len(t.Keys) > 0 {
		set, err := ParseKeys(t.Keys)
		if err != nil {
			return nil, refuse("The trusted key set can't be used.")
		}
		keys, _ := choose(set, kid, alg)
		return keys, nil
	}
	return v.keys.find(ctx, t.KeysURL, kid, alg)
}

const (
	// freshFor is how long a fetched set is used without asking again.
	freshFor = time.Hour
	// keptFor is how long it is used when its publisher can't be asked.
	keptFor = 24 * time.Hour
	// refetchAfter is the least time between two fetches from one URL, whatever key ids callers make up.
	refetchAfter = time.Minute
	// maxSets bounds the cache; beyond it one is forgotten.
	maxSets = 1000
)

// keyCache holds key sets by their URL.
type keyCache struct {
	fetch func(ctx context.Context, url string) ([]byte, error)
	now   func() time.Time

	mu   sync.Mutex
	sets map[string]*keySet
}

// keySet is one publisher's. Its lock is held during a fetch, so that all who wait share it.
type keySet struct {
	mu             sync.Mutex
	keys           []jose.JSONWebKey
	fetched, tried time.Time
}

func (c *keyCache) entry(url string) *keySet {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.sets[url]; ok {
		return s
	}
	if c.sets == nil {
		c.sets = map[string]*keySet{}
	}
	for other := range c.sets {
		if len(c.sets) < maxSets {
			break
		}
		delete(c.sets, other)
	}
	s := &keySet{}
	c.sets[url] = s
	return s
}

// find returns the keys for a header, after fetching the set where that is old or lacks the key id. It
// wraps ErrUnavailable when the key may be one that can't be fetched.
func (c *keyCache) find(ctx context.Context, url, kid string, alg jose.SignatureAlgorithm) ([]jose.JSONWebKey, error) {
	s := c.entry(url)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := c.now()
	age := now.Sub(s.fetched)
	if age > keptFor {
		s.keys = nil
	}
	keys, known := choose(s.keys, kid, alg)
	if known && s.keys != nil && age < freshFor {
		return slices.Clone(keys), nil
	}
	var err error
	if s.tried.IsZero() || now.Sub(s.tried) >= refetchAfter {
		s.tried = now
		// Who asked may hang up; those who wait behind, and the minute that the next try waits, should not suffer.
		err = s.refresh(context.WithoutCancel(ctx), c.fetch, url, now)
		keys, known = choose(s.keys, kid, alg)
	}
	switch {
	case s.keys == nil || !known && err != nil:
		return nil, errors.Join(ErrUnavailable, err)
	case !known:
		return nil, refuse("Its key id (kid) is not in the trusted key set.")
	}
	return slices.Clone(keys), nil
}

func (s *keySet) refresh(ctx context.Context, fetch func(context.Context, string) ([]byte, error), url string, now time.Time) error {
	raw, err := fetch(ctx, url)
	if err != nil {
		return fmt.Errorf("fetch the key set: %w", err)
	}
	keys, err := ParseKeys(raw)
	if err != nil {
		return fmt.Errorf("read the key set: %w", err)
	}
	s.keys, s.fetched = keys, now
	return nil
}
