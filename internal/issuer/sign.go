package issuer

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"rollcall/internal/tenant"
)

// sign makes a JSON Web Token of claims, with the header type that the RFC of the
// token asks for.
func (k *Keys) sign(ctx context.Context, kind string, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	signer, err := k.signerFor(ctx, kind)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return signed.CompactSerialize() //nolint:wrapcheck // it has nothing to fail at
}

func (k *Keys) signerFor(ctx context.Context, kind string) (jose.Signer, error) {
	keys, err := k.list(ctx)
	if err != nil {
		return nil, err
	}
	key := active(keys, k.Now())
	private, err := k.private(key)
	if err != nil {
		return nil, err
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: jose.JSONWebKey{Key: private, KeyID: key.ID}},
		(&jose.SignerOptions{}).WithType(jose.ContentType(kind)))
	if err != nil {
		return nil, fmt.Errorf("use the signing key %s: %w", key.ID, err)
	}
	return signer, nil
}

// private opens a key, once.
func (k *Keys) private(key tenant.SigningKey) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if private, ok := k.opened[key.Generation]; ok {
		return private, nil
	}
	plain, err := k.Key.Open(key.Sealed, []byte(keyPurpose+key.ID))
	if err != nil {
		return nil, fmt.Errorf("open the signing key %s: %w", key.ID, err)
	}
	private, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, fmt.Errorf("open the signing key %s: %w", key.ID, err)
	}
	if k.opened == nil {
		k.opened = map[int64]any{}
	}
	k.opened[key.Generation] = private
	return private, nil
}

// verify reads a token that one of the keys signed, of the header type kind, into
// claims. It does not look at the times.
func (k *Keys) verify(ctx context.Context, kind, text string, claims any) error {
	if len(text) > maxToken {
		return errNotOurs
	}
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{algorithm})
	if err != nil || len(signed.Signatures) != 1 || signed.Signatures[0].Protected.ExtraHeaders[jose.HeaderType] != kind {
		return errNotOurs
	}
	set, err := k.Set(ctx)
	if err != nil {
		return err
	}
	found := set.Key(signed.Signatures[0].Protected.KeyID)
	if len(found) != 1 {
		return errNotOurs
	}
	payload, err := signed.Verify(found[0])
	if err != nil || json.Unmarshal(payload, claims) != nil {
		return errNotOurs
	}
	return nil
}

// maxToken is the longest signed token that is looked at, in bytes.
const maxToken = 32 << 10

var errNotOurs = errors.New("the token was not signed here")
