package roster

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/tenant"
)

func TestKeyRange(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ prefix, from, to string }{
		{"ab", "sab", "sac"},
		{"AB", "sab", "sac"},
		{"\ud7ff", "s\ud7ff", "s\ue000"}, // nothing lies between: surrogates are no characters
	} {
		from, to, ok := KeyRange(TextValue(tt.prefix), false)
		if diff := cmp.Diff([]any{tt.from, tt.to, true}, []any{from, to, ok}); diff != "" {
			t.Errorf("KeyRange(%q) mismatch (-want +got)\n%s", tt.prefix, diff)
		}
	}
	for _, bad := range []Value{TextValue(""), TextValue("\U0010ffff"), TextValue("a\x00"), NumberValue(1)} {
		if from, to, ok := KeyRange(bad, false); ok {
			t.Errorf("KeyRange(%v) = %q, %q, want none", bad, from, to)
		}
	}
}

func TestAppClaims(t *testing.T) {
	t.Parallel()
	cfg := tenant.Config{Extensions: tenant.Extensions{Schemas: []tenant.Schema{
		{URN: "urn:a:1.0:User", Attributes: []tenant.Attribute{
			{Name: "badge", Claim: "badge"},
			{Name: "tags", Claim: "acme_tags"},
			{Name: "empty", Claim: "empty"},
			{Name: "private"},
			{Name: "pin", Claim: "pin", Returned: tenant.ReturnedNever},
		}},
		{URN: "urn:a:1.0:Group", Attributes: []tenant.Attribute{{Name: "badge", Claim: "group_badge"}}},
	}}}
	m := Member{Attributes: Attributes(`{"urn:a:1.0:Group":{"badge":"g"},"urn:a:1.0:User":{"badge":"b","tags":["x"],"empty":"","private":1,"pin":"2"}}`)}
	if diff := cmp.Diff(map[string]any{"badge": "b", "acme_tags": []any{"x"}}, AppClaims(m, cfg)); diff != "" {
		t.Errorf("AppClaims mismatch (-want +got)\n%s", diff)
	}
	if got := AppClaims(Member{}, cfg); got == nil || len(got) > 0 {
		t.Errorf("AppClaims of nothing = %v, want an empty map", got)
	}
}
