package middleware

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	keysFor     = 5 * time.Minute  // how long keys are not asked for again
	keysAtLeast = 10 * time.Second // that also when a token names an unknown one: anybody can make such
)

// keySet holds Rollcall's public keys. It implements oidc.KeySet.
type keySet struct {
	gate *Gate
	mu   sync.Mutex
	set  jose.JSONWebKeySet
	read time.Time // when they were last asked for
}

var errSignature = errors.New("the token was not signed by Rollcall")

// VerifySignature returns what a token says if one of the keys signed it.
func (k *keySet) VerifySignature(ctx context.Context, text string) ([]byte, error) {
	_, payload, err := k.verify(ctx, text)
	return payload, err
}

// verify returns the header type, too.
func (k *keySet) verify(ctx context.Context, text string) (kind string, payload []byte, err error) {
	token, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(token.Signatures) != 1 {
		return "", nil, errSignature
	}
	h := token.Signatures[0].Protected
	key, err := k.find(ctx, h.KeyID)
	if err != nil {
		return "", nil, err
	}
	if payload, err = token.Verify(key); err != nil {
		return "", nil, errSignature
	}
	kind, _ = h.ExtraHeaders[jose.HeaderType].(string)
	return kind, payload, nil
}

func (k *keySet) find(ctx context.Context, id string) (jose.JSONWebKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.gate.Now()
	found := k.set.Key(id)
	if age := now.Sub(k.read); age >= keysFor || len(found) == 0 && age >= keysAtLeast {
		k.read = now
		var set jose.JSONWebKeySet
		err := k.gate.get(ctx, k.gate.metadata.Keys, false, func(body []byte) error { return json.Unmarshal(body, &set) })
		switch {
		case err == nil:
			k.set = set
			found = set.Key(id)
		case len(found) == 0: // known keys stay good while Rollcall is away
			return jose.JSONWebKey{}, errors.Join(errUnavailable, err)
		}
	}
	if len(found) != 1 {
		return jose.JSONWebKey{}, errSignature
	}
	return found[0], nil
}
