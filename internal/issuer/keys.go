package issuer

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// How signing keys follow each other. A key is published before it is used, so that
// apps have it in their caches, and after, so that what it signed can be verified.
const (
	keyLife    = 90 * 24 * time.Hour // in use
	keyAhead   = 48 * time.Hour      // published before it is used
	keyBehind  = 30 * 24 * time.Hour // published after it was used
	keyBits    = 2048
	keysKnown  = 30 * time.Second // how long the list of keys is not asked for again
	keysStale  = time.Hour        // how long it is good when the store does not answer
	algorithm  = jose.RS256       // what every client library can verify
	keyPurpose = "signing key "   // of the sealed private key
)

// Keys are the keys that tokens are signed with, the same at all replicas. It is safe
// for concurrent use.
type Keys struct {
	Store roster.AppLocator
	Key   secret.Key // that seals the private keys
	Now   func() time.Time

	mu     sync.Mutex
	read   time.Time // when the list was read
	known  []tenant.SigningKey
	opened map[int64]any // the private keys of generations that were used here
}

// list returns the keys by generation, read at most keysKnown ago. The first key is
// made when there is none.
func (k *Keys) list(ctx context.Context) ([]tenant.SigningKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.Now(); len(k.known) > 0 && now.Sub(k.read) < keysKnown && !now.Before(k.read) {
		return k.known, nil
	}
	found, err := k.Store.SigningKeys(ctx)
	if err == nil && len(found) == 0 {
		if err = k.add(ctx, 1, k.Now()); err == nil {
			found, err = k.Store.SigningKeys(ctx)
		}
	}
	if err != nil {
		if len(k.known) > 0 && k.Now().Sub(k.read) < keysStale {
			return k.known, nil // what was signed can be verified all the same
		}
		return nil, fmt.Errorf("read the signing keys: %w", err)
	}
	if len(found) == 0 {
		return nil, errors.New("read the signing keys: there is none")
	}
	k.known, k.read = found, k.Now()
	return found, nil
}

func (k *Keys) add(ctx context.Context, generation int64, from time.Time) error {
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return fmt.Errorf("make a signing key: %w", err)
	}
	plain, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return fmt.Errorf("make a signing key: %w", err)
	}
	public := jose.JSONWebKey{Key: private.Public(), Algorithm: string(algorithm), Use: "sig"}
	thumb, err := public.Thumbprint(crypto.SHA256)
	if err != nil {
		return fmt.Errorf("make a signing key: %w", err)
	}
	public.KeyID = base64.RawURLEncoding.EncodeToString(thumb)
	text, err := json.Marshal(public)
	if err != nil {
		return fmt.Errorf("make a signing key: %w", err)
	}
	err = k.Store.AddSigningKey(ctx, tenant.SigningKey{
		Generation: generation, ID: public.KeyID, Algorithm: string(algorithm), Public: text,
		Sealed: k.Key.Seal(plain, []byte(keyPurpose+public.KeyID)), UseFrom: from, CreatedAt: k.Now(),
	})
	if err != nil {
		return fmt.Errorf("add a signing key: %w", err)
	}
	return nil
}

// active is the key that signs at a time: the latest whose time has come.
func active(keys []tenant.SigningKey, now time.Time) tenant.SigningKey {
	current := keys[0]
	for _, key := range keys {
		if !key.UseFrom.After(now) {
			current = key
		}
	}
	return current
}

// Rotate makes the next key when the active one is old, and forgets those that are
// long out of use. It is for a periodic job; several at once do no harm.
func (k *Keys) Rotate(ctx context.Context) error {
	keys, err := k.list(ctx)
	if err != nil {
		return err
	}
	now := k.Now()
	current, last := active(keys, now), keys[len(keys)-1]
	if last.Generation == current.Generation && now.Sub(current.UseFrom) >= keyLife-keyAhead {
		return k.follow(ctx, last.Generation+1, now.Add(keyAhead))
	}
	// The key before one that has been in use for long enough has signed nothing that still counts.
	keep := keys[0].Generation
	for _, key := range keys[1:] {
		if now.Sub(key.UseFrom) >= keyBehind {
			keep = key.Generation
		}
	}
	if keep == keys[0].Generation {
		return nil
	}
	if err := k.Store.DropSigningKeys(ctx, keep); err != nil {
		return fmt.Errorf("drop old signing keys: %w", err)
	}
	k.forget()
	return nil
}

// RotateNow makes a key that is used as soon as apps can have read of it, for when the
// present one may be known to others. It returns when that will be.
func (k *Keys) RotateNow(ctx context.Context) (time.Time, error) {
	k.forget()
	keys, err := k.list(ctx)
	if err != nil {
		return time.Time{}, err
	}
	from := k.Now().Add(2 * publishedFor)
	return from, k.follow(ctx, keys[len(keys)-1].Generation+1, from)
}

// Retire forgets all keys before the active one: nothing that they signed is good any more. It is for keys that
// others may know, once the next one is in use, see RotateNow. It returns how many there were.
func (k *Keys) Retire(ctx context.Context) (int, error) {
	k.forget()
	keys, err := k.list(ctx)
	if err != nil {
		return 0, err
	}
	current := active(keys, k.Now())
	n := slices.IndexFunc(keys, func(key tenant.SigningKey) bool { return key.Generation == current.Generation })
	if n == 0 {
		return 0, nil
	}
	if err := k.Store.DropSigningKeys(ctx, current.Generation); err != nil {
		return 0, fmt.Errorf("drop old signing keys: %w", err)
	}
	k.forget()
	return n, nil
}

// List returns the keys by generation, and which of them is active.
func (k *Keys) List(ctx context.Context) (keys []tenant.SigningKey, now tenant.SigningKey, err error) {
	if keys, err = k.list(ctx); err == nil {
		now = active(keys, k.Now())
	}
	return keys, now, err
}

// publishedFor is how long caches may keep the key set.
const publishedFor = 5 * time.Minute

func (k *Keys) follow(ctx context.Context, generation int64, from time.Time) error {
	err := k.add(ctx, generation, from)
	k.forget()
	return err
}

func (k *Keys) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.known = nil
}

// Set is the public key set (RFC 7517 §5): the active key, the next, and former ones.
func (k *Keys) Set(ctx context.Context) (jose.JSONWebKeySet, error) {
	var set jose.JSONWebKeySet
	keys, err := k.list(ctx)
	if err != nil {
		return set, err
	}
	for _, key := range keys {
		var public jose.JSONWebKey
		if err := json.Unmarshal(key.Public, &public); err != nil {
			return set, fmt.Errorf("read the signing key %s: %w", key.ID, err)
		}
		set.Keys = append(set.Keys, public)
	}
	return set, nil
}
