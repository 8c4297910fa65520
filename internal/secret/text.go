package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// Text is a secret that somebody else gave us and that we have to show to them again, such as the client
// secret of an identity provider. It prints as an ellipsis whatever the verb, in logs and in JSON too. The
// zero Text is none.
type Text struct{ text string }

// NewText wraps a secret.
func NewText(s string) Text { return Text{s} }

// Reveal returns the secret itself. Call it only to hand it to whom it belongs, or to seal it.
func (t Text) Reveal() string { return t.text }

// IsZero says whether there is no secret.
func (t Text) IsZero() bool { return t.text == "" }

// String returns an ellipsis, or nothing for no secret.
func (t Text) String() string {
	if t.IsZero() {
		return ""
	}
	return redacted
}

// GoString implements fmt.GoStringer.
func (t Text) GoString() string { return t.String() }

// Format implements fmt.Formatter, so that no verb reaches the text.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue implements slog.LogValuer.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText implements encoding.TextMarshaler.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
