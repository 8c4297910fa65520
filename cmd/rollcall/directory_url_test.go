package main

import (
	"strings"
	"testing"
)

// TestPublicDoubts_OK01_EN18: directory create tells of base URLs that the products' admins could not enter.
func TestPublicDoubts_OK01_EN18(t *testing.T) {
	t.Parallel()
	for base, words := range map[string][]string{
		"https://scim.example.com/scim/v2/x": nil, "http://127.0.0.1:8080/scim/v2/x": nil, "http://localhost:8080/scim/v2/x": nil, "http://[::1]:8080/x": nil,
		"http://scim.example.com/scim/v2/x": {"not https"}, "https://my_host.example.com/x": {"underscore"},
		"http://my_host.example.com/x": {"not https", "underscore"}, "https://scim.example.com/" + strings.Repeat("a", 1024): {"1,024"},
	} {
		got := publicDoubts(base)
		if len(got) != len(words) {
			t.Errorf("publicDoubts(%s) = %q, want %d", base, got, len(words))
			continue
		}
		for i, w := range words {
			if !strings.Contains(got[i], w) {
				t.Errorf("publicDoubts(%s)[%d] = %q, want it to tell of %q", base, i, got[i], w)
			}
		}
	}
}
