package oidc

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"rollcall/internal/assertion"
)

// refetchAfter is the least time between two fetches that unknown key ids, or failures, cause.
const refetchAfter = 30 * time.Second

// keyTime bounds a fetch of keys, which goes on when those who wait for it hang up.
const keyTime = 10 * time.Second

// keySet is a provider's key set (RFC 7517 §5) as it is remembered. go-oidc's own asks for every unknown key id,
// which whoever sends logout tokens makes up.
type keySet struct {
	url string
	get func(ctx context.Context, url, what string) ([]byte, error)
	now func() time.Time

	mu      sync.Mutex
	keys    []jose.JSONWebKey
	fetched time.Time // of keys
	tried   time.Time // the last try that age or lack of keys caused
	asked   time.Time // the last try that an unknown key id caused
	askedOf string    // that key id
	failed  error     // of the last try
	flight  chan struct{}
}

var errUnknownKey = errors.New("no key of the provider's set has the key id (kid) of the token")

// find returns the keys that a signature may be verified with: those of the key id, or all where the token names
// none, that fit the algorithm. The error is *Unavailable, or errUnknownKey.
func (s *keySet) find(ctx context.Context, kid string, alg jose.SignatureAlgorithm) ([]jose.JSONWebKey, error) {
	for mine := false; ; {
		s.mu.Lock()
		now := s.now()
		keys, known := s.choose(kid, alg, now)
		fresh := s.keys != nil && now.Sub(s.fetched) < freshFor
		if known && fresh {
			s.mu.Unlock()
			return keys, nil
		}
		if s.flight == nil {
			// What was fetched on our behalf just now settles it.
			if mine || !s.begin(ctx, kid, known, fresh, now) {
				defer s.mu.Unlock()
				return s.settle(keys, known, kid, now, mine)
			}
			mine = true
		}
		flight := s.flight
		s.mu.Unlock()
		select {
		case <-flight:
		case <-ctx.Done():
			return nil, &Unavailable{What: "key set", RetryAfter: refetchAfter, Err: ctx.Err()}
		}
	}
}

// begin starts a fetch unless there was one a moment ago, and says whether it did. The lock is held.
func (s *keySet) begin(ctx context.Context, kid string, known, fresh bool, now time.Time) bool {
	at := &s.tried
	if fresh && !known {
		at = &s.asked
	}
	if !at.IsZero() && now.Sub(*at) < refetchAfter {
		return false
	}
	*at = now
	if at == &s.asked {
		s.askedOf = kid
	}
	s.flight = make(chan struct{})
	go s.fetch(context.WithoutCancel(ctx))
	return true
}

// settle is the answer when nothing more can be fetched now. The lock is held.
func (s *keySet) settle(keys []jose.JSONWebKey, known bool, kid string, now time.Time, mine bool) ([]jose.JSONWebKey, error) {
	refused, wrong := errors.AsType[*Failure](s.failed)
	switch {
	case known:
		return keys, nil // old, while its publisher is down
	case wrong && s.keys == nil:
		return nil, refused // never right so far: set up wrongly
	case s.failed != nil || s.keys == nil:
		return nil, &Unavailable{What: "key set", RetryAfter: refetchAfter, Err: s.failed}
	case !mine && kid != s.askedOf:
		// The last fetch was for another one's sake, before this key may have been published.
		return nil, &Unavailable{What: "key set", RetryAfter: max(time.Second, refetchAfter-now.Sub(s.asked)), Err: errUnknownKey}
	}
	return nil, errUnknownKey
}

// choose picks from what is remembered. The lock is held.
func (s *keySet) choose(kid string, alg jose.SignatureAlgorithm, now time.Time) (fit []jose.JSONWebKey, known bool) {
	if now.Sub(s.fetched) >= keptFor {
		s.keys = nil
	}
	for _, k := range s.keys {
		if kid != "" && k.KeyID != kid {
			continue
		}
		known = true
		if assertion.Fits(k, alg) {
			fit = append(fit, k)
		}
	}
	return fit, known
}

func (s *keySet) fetch(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, keyTime)
	defer cancel()
	raw, err := s.get(ctx, s.url, "key set")
	var keys []jose.JSONWebKey
	if err == nil {
		if keys, err = assertion.ParseKeys(raw); err != nil {
			err = &Failure{Code: CodeDiscovery, Check: "key set", Detail: "The provider's key set can't be used: " + err.Error() + ".", Diagnostics: Diagnostics{Now: s.now()}}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed = err; err == nil {
		s.keys, s.fetched = keys, s.now()
	}
	close(s.flight)
	s.flight = nil
}

// ids returns the ids of the keys, after fetching them where none are known.
func (s *keySet) ids(ctx context.Context) ([]string, error) {
	if _, err := s.find(ctx, "", jose.RS256); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]string, 0, len(s.keys))
	for _, k := range s.keys {
		ids = append(ids, clean(k.KeyID, maxField))
	}
	slices.Sort(ids)
	return ids, nil
}
