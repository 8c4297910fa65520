package secret_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"rollcall/internal/secret"
)

func TestParseKeyReadsEveryBase64(t *testing.T) {
	t.Parallel()
	raw := bytes.Repeat([]byte{0xfb, 0xef, 0xff, 0x01}, 8) // + and / in the standard alphabet
	want, err := secret.ParseKey(base64.StdEncoding.EncodeToString(raw))
	if err != nil {
		t.Fatal(err)
	}
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		got, err := secret.ParseKey(" " + enc.EncodeToString(raw) + "\n")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want.Derive(secret.CursorKey), got.Derive(secret.CursorKey)) {
			t.Error("the same key read in another alphabet derives another key")
		}
	}
}

func TestParseKeyRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "not base64 at all!", base64.StdEncoding.EncodeToString(make([]byte, 31)),
		base64.StdEncoding.EncodeToString(make([]byte, 33)), strings.Repeat("k", 32),
	} {
		_, err := secret.ParseKey(in)
		if err == nil {
			t.Errorf("ParseKey(%q) accepted it", in)
			continue
		}
		if in != "" && strings.Contains(err.Error(), in) {
			t.Errorf("the error repeats the text: %v", err)
		}
	}
}

func TestKeyFileIsMadeOnceForAllWhoStartTogether(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rollcall.key")
	var wg sync.WaitGroup
	keys := make([][]byte, 8)
	for i := range keys {
		wg.Go(func() {
			k, err := secret.KeyFile(path)
			if err != nil {
				t.Errorf("KeyFile: %v", err)
				return
			}
			keys[i] = k.Derive(secret.CursorKey)
		})
	}
	wg.Wait()
	for i, k := range keys {
		if !bytes.Equal(keys[0], k) {
			t.Errorf("starter %d got another key than the first", i)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("mode of the key file = %o, want 600", got)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left beside the key file: %v, %v", entries, err)
	}
}

func TestKeyFileRefusesWhatOthersMayRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rollcall.key")
	if _, err := secret.KeyFile(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := secret.KeyFile(path)
	if err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("KeyFile = %v, want an error that says what to do", err)
	}
}

func TestDeriveSeparatesPurposes(t *testing.T) {
	t.Parallel()
	k := secret.NewKey()
	if bytes.Equal(k.Derive(secret.CursorKey), k.Derive(secret.SealKey)) {
		t.Error("two purposes share a key")
	}
	if bytes.Equal(k.Derive(secret.CursorKey), secret.NewKey().Derive(secret.CursorKey)) {
		t.Error("two master keys derive one key")
	}
}

func TestSeal(t *testing.T) {
	t.Parallel()
	k, other := secret.NewKey(), secret.NewKey()
	plain, about := []byte("client secret"), []byte("con_1")
	sealed := k.Seal(plain, about)
	flip := func(i int) []byte {
		b := bytes.Clone(sealed)
		b[i] ^= 1
		return b
	}
	tests := []struct {
		name   string
		key    secret.Key
		sealed []byte
		about  []byte
		want   error
	}{
		{"as it was sealed", k, sealed, about, nil},
		{"another master key", other, sealed, about, secret.ErrOtherKey},
		{"copied to another row", k, sealed, []byte("con_2"), secret.ErrDamaged},
		{"no row at all", k, sealed, nil, secret.ErrDamaged},
		{"empty", k, nil, about, secret.ErrDamaged},
		{"only a head", k, sealed[:5], about, secret.ErrDamaged},
		{"cut short", k, sealed[:len(sealed)-1], about, secret.ErrDamaged},
		{"unknown version", k, flip(0), about, secret.ErrDamaged},
		{"nonce changed", k, flip(6), about, secret.ErrDamaged},
		{"last bit changed", k, flip(len(sealed) - 1), about, secret.ErrDamaged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.key.Open(tt.sealed, tt.about)
			if !errors.Is(err, tt.want) {
				t.Fatalf("Open = %v, want %v", err, tt.want)
			}
			if tt.want == nil && !bytes.Equal(got, plain) {
				t.Errorf("Open = %q, want %q", got, plain)
			}
		})
	}
	if bytes.Equal(sealed, k.Seal(plain, about)) {
		t.Error("sealing twice gives the same bytes")
	}
}
