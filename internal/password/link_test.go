package password_test

import (
	"errors"
	"testing"
	"time"

	"rollcall/internal/password"
	"rollcall/internal/secret"
)

func TestOpenLinkTakesWhatWasSealedUntilItIsOver(t *testing.T) {
	t.Parallel()
	key, at := secret.NewKey(), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	l := password.Link{Tenant: "ten_1", Member: "mem_1", Email: "ann@acme.example", Mark: [32]byte{7}, Until: at.Add(password.LinkLife)}
	text := l.Seal(key)
	if got, err := password.OpenLink(key, text, at.Add(password.LinkLife-1)); err != nil || got != l {
		t.Errorf("OpenLink = %+v, %v", got, err)
	}
	changed := []byte(text)
	changed[len(changed)-2] ^= 1
	for name, bad := range map[string]string{"": "", "a token": "rcw_abc", "changed": string(changed), "without its prefix": text[4:], "twice": text + text} {
		if _, err := password.OpenLink(key, bad, at); !errors.Is(err, password.ErrLink) {
			t.Errorf("OpenLink(%s) = %v", name, err)
		}
	}
	if _, err := password.OpenLink(key, text, l.Until); !errors.Is(err, password.ErrLink) {
		t.Errorf("OpenLink of one that is over = %v", err)
	}
	if _, err := password.OpenLink(secret.NewKey(), text, at); !errors.Is(err, password.ErrLink) {
		t.Errorf("OpenLink with another key = %v", err)
	}
}
