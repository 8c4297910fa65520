package oidc

import (
	"testing"

	"github.com/go-jose/go-jose/v4"

	"rollcall/internal/demoidp/op"
)

// idToken signs in once and returns what it takes to verify the ID token again.
func idToken(b *testing.B) (*ring, *provider, Kept, tokens) {
	b.Helper()
	r := newRing(b)
	kept, cb := r.begin(b, Ask{})
	p, err := r.rp.provider(b.Context(), r.config)
	if err != nil {
		b.Fatal(err)
	}
	got, err := r.rp.exchange(b.Context(), r.config, p, kept, cb.Params.Get("code"))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := r.rp.verifyIDToken(b.Context(), r.config, p, kept, got); err != nil {
		b.Fatal(err)
	}
	return r, p, kept, got
}

// BenchmarkCallback is a whole callback: the code is redeemed over HTTP, the ID token verified.
func BenchmarkCallback(b *testing.B) {
	r := newRing(b)
	for b.Loop() {
		b.StopTimer()
		kept, cb := r.begin(b, Ask{})
		b.StartTimer()
		if _, err := r.rp.Finish(b.Context(), r.config, kept, cb); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkIDToken is what a callback costs us beside the provider's answer.
func BenchmarkIDToken(b *testing.B) {
	r, p, kept, got := idToken(b)
	for b.Loop() {
		v, err := r.rp.verifyIDToken(b.Context(), r.config, p, kept, got)
		if err != nil {
			b.Fatal(err)
		}
		_ = r.config.claims(v)
	}
}

// BenchmarkSignature is the bare check of the same signature, the least that it can cost.
func BenchmarkSignature(b *testing.B) {
	r, _, _, got := idToken(b)
	for b.Loop() {
		signed, err := jose.ParseSignedCompact(got.id, []jose.SignatureAlgorithm{r.key.Algorithm})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := signed.Verify(r.key.Signer.Public()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBegin is the way out.
func BenchmarkBegin(b *testing.B) {
	r := newRing(b, op.Account{Subject: "a"})
	for b.Loop() {
		if _, err := r.rp.Begin(b.Context(), r.config, Ask{LoginHint: "ann@corp.example"}); err != nil {
			b.Fatal(err)
		}
	}
}
