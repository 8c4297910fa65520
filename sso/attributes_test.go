package sso_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/tenant"
	"rollcall/sso"
)

// TestRead_S38 reads attributes as products send them.
func TestRead_S38(t *testing.T) {
	t.Parallel()
	type values = map[string][]string
	for name, tt := range map[string]struct {
		mapping tenant.SignInMapping
		sent    values
		want    sso.Identity
	}{
		"OpenID Connect": {
			sent: values{"email": {"a@x.example"}, "given_name": {"Ada"}, "family_name": {"Berg"}, "name": {"Ada Berg"}, "groups": {"g", "h", "g"}},
			want: sso.Identity{Email: "a@x.example", FirstName: "Ada", LastName: "Berg", DisplayName: "Ada Berg", Groups: []string{"g", "h"}},
		},
		"Entra": {
			sent: values{
				"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": {"a@x.example"},
				"http://schemas.microsoft.com/ws/2008/06/identity/claims/groups":     {"g"},
			},
			want: sso.Identity{Email: "a@x.example", Groups: []string{"g"}},
		},
		"two addresses":            {sent: values{"mail": {"a@x.example", "ceo@victim.example"}}},
		"two attributes disagree":  {sent: values{"mail": {"a@x.example"}, "email": {"ceo@victim.example"}}},
		"the same address twice":   {sent: values{"mail": {"A@x.example"}, "email": {"a@x.example", " "}}, want: sso.Identity{Email: "a@x.example"}},
		"the mapping names one":    {tenant.SignInMapping{Email: "upn"}, values{"upn": {"a@x.example"}, "email": {"b@x.example"}}, sso.Identity{Email: "a@x.example"}},
		"the mapping's is missing": {tenant.SignInMapping{Email: "upn"}, values{"email": {"b@x.example"}}, sso.Identity{}},
	} {
		got := sso.Identity{Attributes: tt.sent}
		got.Read(tt.mapping)
		got.Attributes = nil
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: Read mismatch (-want +got):\n%s", name, diff)
		}
	}
}
