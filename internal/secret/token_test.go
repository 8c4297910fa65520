package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"rollcall/internal/secret"
)

func TestTokensHaveTheFormThatScannersLookFor(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^rcs_[0-9A-Za-z]{49}$`)
	seen := map[string]bool{}
	for range 1000 {
		tok := secret.NewToken(secret.SCIM)
		text := tok.Reveal()
		if !form.MatchString(text) {
			t.Fatalf("NewToken(SCIM) = %q, want %s", text, form)
		}
		if seen[text] {
			t.Fatalf("NewToken gave %q twice", text)
		}
		seen[text] = true
		back, err := secret.ParseToken(text)
		if err != nil || back != tok {
			t.Fatalf("ParseToken(%q) = %v, %v", text, back.Reveal(), err)
		}
	}
}

func TestParseTokenRefusesWhatWasNeverAToken(t *testing.T) {
	t.Parallel()
	good := secret.NewToken(secret.SCIM).Reveal()
	other := byte('a')
	if good[10] == other {
		other = 'b'
	}
	tests := []struct{ name, in string }{
		{"empty", ""},
		{"prefix only", "rcs_"},
		{"unknown prefix", "xyz" + good[3:]},
		{"cut short", good[:len(good)-1]},
		{"longer", good + "0"},
		{"one digit changed", good[:10] + string(other) + good[11:]},
		{"another's secret", "eyJhbGciOiJIUzI1NiJ9.e30.x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := secret.ParseToken(tt.in)
			if err == nil {
				t.Fatal("ParseToken accepted it")
			}
			if len(tt.in) > 4 && strings.Contains(err.Error(), tt.in) {
				t.Errorf("the error repeats the text: %v", err)
			}
		})
	}
}

func TestSecretsNeverPrintThemselves(t *testing.T) {
	t.Parallel()
	tok, key := secret.NewToken(secret.SCIM), secret.NewKey()
	hidden := []string{tok.Reveal()[4:], fmt.Sprintf("%x", tok.Reveal()), fmt.Sprintf("%x", key.Derive(secret.CursorKey))}
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.Info("made", "token", tok, "key", key, "both", []any{tok, key})
	log = slog.New(slog.NewTextHandler(&out, nil))
	log.Info("made", "token", tok, "key", key, "both", []any{tok, key})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", tok, key, struct {
			T secret.Token
			K secret.Key
		}{tok, key})
	}
	if err := json.NewEncoder(&out).Encode(map[string]any{"token": tok, "key": key}); err != nil {
		t.Fatal(err)
	}
	for _, h := range hidden {
		if strings.Contains(out.String(), h) {
			t.Errorf("a secret shows in\n%s", out.String())
		}
	}
	if !strings.Contains(out.String(), "rcs_…") {
		t.Errorf("the prefix of the token should show in\n%s", out.String())
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	tok := secret.NewToken(secret.SCIM)
	if !secret.Equal(tok.Hash(), secret.Hash(tok.Reveal())) {
		t.Error("the hash of a token is not that of its text")
	}
	if secret.Equal(tok.Hash(), secret.NewToken(secret.SCIM).Hash()) {
		t.Error("two tokens have one hash")
	}
}
