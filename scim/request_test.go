package scim

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheckContentType(t *testing.T) {
	t.Parallel()
	for v, ok := range map[string]bool{
		"application/scim+json":                   true,
		"application/scim+json; charset=utf-8":    true,
		"application/scim+json;charset=\"UTF-8\"": true,
		"application/json":                        true,
		"APPLICATION/JSON; odata=verbose":         true,
		"application/json; charset=iso-8859-1":    false,
		"application/scim+json; charset=utf-16":   false,
		"text/plain":                              false,
		"application/xml":                         false,
		"application/json-patch+json":             false,
		"application/":                            false,
		"json":                                    false,
	} {
		if err := checkContentType(v); (err == nil) != ok {
			t.Errorf("checkContentType(%q) = %v, want ok %v", v, err, ok)
		}
	}
}

func TestParseParams(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		raw  string
		want params
		fail bool
	}{
		{raw: "", want: nil},
		{raw: "count=2&startIndex=1", want: params{"count": "2", "startIndex": "1"}},
		{raw: "aadOptscim062020&filter=userName%20eq%20%22a%22", want: params{"aadOptscim062020": "", "filter": `userName eq "a"`}},
		{raw: "cursor&count=1", want: params{"cursor": "", "count": "1"}},
		{raw: `filter=userName+eq+"a;b=c"`, want: params{"filter": `userName eq "a;b=c"`}},
		{raw: "filter=a%zz", fail: true},
		{raw: "filter=%ff", fail: true},
		{raw: "filter=a&filter=b", fail: true},
		{raw: "%zz=1&count=1", want: params{"count": "1"}},
		{raw: "&&", want: params{"": ""}},
	} {
		got, err := parseParams(tt.raw)
		if (err != nil) != tt.fail {
			t.Errorf("parseParams(%q) = %v, want failure %v", tt.raw, err, tt.fail)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" && !tt.fail {
			t.Errorf("parseParams(%q) mismatch (-want +got):\n%s", tt.raw, diff)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		value string
		want  int
		fail  bool
	}{
		{"", 7, false},
		{"0", 0, false},
		{"-3", -3, false},
		{" 12 ", 12, false},
		{"99999999999999999999", 1<<31 - 1, false},
		{"two", 0, true},
		{"1.5", 0, true},
	} {
		got, err := params{"count": tt.value}.number("count", 7)
		if got != tt.want || (err != nil) != tt.fail {
			t.Errorf("number(%q) = %d, %v; want %d, failure %v", tt.value, got, err, tt.want, tt.fail)
		}
	}
}
