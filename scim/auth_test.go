package scim

import (
	"strings"
	"testing"
)

// TestBearer_OK03: Okta's header authentication sends the token bare or with the scheme.
func TestBearer_OK03(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		values []string
		token  string
		ok     bool
	}{
		{[]string{"Bearer abc"}, "abc", true},
		{[]string{"bearer   abc"}, "abc", true},
		{[]string{"abc"}, "abc", true},
		{[]string{" abc "}, "abc", true},
		{nil, "", false},
		{[]string{""}, "", false},
		{[]string{"Bearer "}, "Bearer", true}, // a token like any other that opens nothing
		{[]string{"Basic dXNlcjpwYXNz"}, "", false},
		{[]string{"Bearer abc", "Bearer abd"}, "abc", false},
		{[]string{strings.Repeat("x", maxToken+1)}, "", false},
	} {
		token, ok := bearer(tt.values)
		if ok != tt.ok || ok && token != tt.token {
			t.Errorf("bearer(%.40q) = %q, %v; want %q, %v", tt.values, token, ok, tt.token, tt.ok)
		}
	}
}
