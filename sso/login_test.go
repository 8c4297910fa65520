package sso

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRememberedIsBounded: the cookie is whatever somebody sends, and is kept with each sign-in that begins.
func TestRememberedIsBounded(t *testing.T) {
	t.Parallel()
	good := way{Email: "ann@acme.example"}
	tests := []struct {
		name string
		ways any
		want []way
	}{
		{"none", nil, nil},
		{"one", []way{good}, []way{good}},
		{"more than are kept", []way{good, good, good, good, good, good, good}, []way{good, good, good, good, good}},
		{"no address", []way{{Email: "<script>"}}, []way{{}}},
		{"a long address", []way{{Email: strings.Repeat("a", 300) + "@acme.example"}}, []way{{}}},
		{"much of it", []way{{Email: strings.Repeat("a", maxLast)}}, nil},
		{"something else", "x", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			raw, err := json.Marshal(tt.ways)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/login", nil)
			r.AddCookie(&http.Cookie{Name: lastCookie, Value: base64.RawURLEncoding.EncodeToString(raw)})
			if diff := cmp.Diff(tt.want, remembered(r)); diff != "" {
				t.Errorf("remembered() (-want +got):\n%s", diff)
			}
		})
	}
}
