package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"rollcall/internal/secret"
)

// TestTextIsNeverPrinted_O22: neither alone nor inside of what is printed.
func TestTextIsNeverPrinted_O22(t *testing.T) {
	t.Parallel()
	const hidden = "s3cr3t-of-theirs"
	holder := struct {
		Name   string
		Secret secret.Text
	}{"x", secret.NewText(hidden)}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+verb+verb+"\n", holder, &holder, holder.Secret)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("made", "holder", holder, "secret", holder.Secret)
	slog.New(slog.NewTextHandler(&out, nil)).Info("made", "holder", holder, "secret", holder.Secret)
	if err := json.NewEncoder(&out).Encode(holder); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), hidden) || strings.Contains(out.String(), fmt.Sprintf("%x", hidden)) {
		t.Errorf("it was printed:\n%s", out.String())
	}
	if holder.Secret.Reveal() != hidden || holder.Secret.IsZero() || !(secret.Text{}).IsZero() {
		t.Error("the secret itself is lost")
	}
}
