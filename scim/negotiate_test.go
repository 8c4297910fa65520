package scim

import "testing"

func TestMediaFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		accept []string
		want   string
	}{
		{nil, contentType},
		{[]string{""}, contentType},
		{[]string{"*/*"}, contentType},
		{[]string{"*"}, contentType},
		{[]string{"application/scim+json"}, contentType},
		{[]string{"application/json"}, plainJSON},
		{[]string{"application/json;charset=utf-8"}, plainJSON},
		{[]string{"Application/SCIM+JSON"}, contentType},
		{[]string{"application/*"}, contentType},
		{[]string{"application/scim+json, application/json"}, contentType},
		{[]string{"application/json, application/scim+json"}, contentType},
		{[]string{"application/json, application/scim+json;q=0.9"}, plainJSON},
		{[]string{"application/json;q=0.5, application/scim+json;q=0.9"}, contentType},
		{[]string{"application/json, */*;q=0.1"}, plainJSON},
		{[]string{"text/html, application/xhtml+xml, */*;q=0.8"}, contentType},
		{[]string{"text/html", "application/json"}, plainJSON},
		{[]string{"*/*, application/scim+json;q=0"}, plainJSON},
		{[]string{"application/*;q=0, */*"}, ""},
		{[]string{"text/html"}, ""},
		{[]string{"application/xml"}, ""},
		{[]string{"application/scim+json;q=0"}, ""},
		{[]string{"application/json; q=0.0, text/plain"}, ""},
		{[]string{"application/json;q=0.001"}, plainJSON},
		{[]string{"application/scim+json;q=many"}, contentType},
	} {
		if got := mediaFor(tt.accept); got != tt.want {
			t.Errorf("mediaFor(%q) = %q, want %q", tt.accept, got, tt.want)
		}
	}
}
