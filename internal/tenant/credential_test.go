package tenant

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestNotice walks a year by half days: each notice is due once, at its time.
func TestNotice(t *testing.T) {
	t.Parallel()
	made := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	type notice struct{ Notice, Left, HalfDay int }
	walk := func(c Credential, step int) []notice {
		var got []notice
		for i := 0; i < 800; i += step {
			n, left, ok := c.Notice(made.Add(time.Duration(i) * 12 * time.Hour))
			if ok {
				got = append(got, notice{n, left, i})
				c.Noticed = n
			}
		}
		return got
	}
	year := Credential{CreatedAt: made, ExpiresAt: made.Add(365 * day)}
	want := []notice{{60, 60, 610}, {30, 30, 670}, {14, 14, 702}, {7, 7, 716}, {1, 1, 728}, {NoticedExpired, 0, 730}}
	if diff := cmp.Diff(want, walk(year, 1)); diff != "" {
		t.Errorf("a year mismatch (-want +got):\n%s", diff)
	}
	// Nobody looked for weeks: the missed ones are not made up for.
	if diff := cmp.Diff([]notice{{60, 40, 650}, {NoticedExpired, 0, 780}}, walk(year, 130)); diff != "" {
		t.Errorf("rarely asked mismatch (-want +got):\n%s", diff)
	}
	short := Credential{CreatedAt: made, ExpiresAt: made.Add(10 * day)}
	if diff := cmp.Diff([]notice{{7, 7, 6}, {1, 1, 18}, {NoticedExpired, 0, 20}}, walk(short, 1)); diff != "" {
		t.Errorf("ten days mismatch (-want +got):\n%s", diff)
	}
	year.RevokedAt = made
	if got := append(walk(year, 1), walk(Credential{CreatedAt: made}, 1)...); got != nil {
		t.Errorf("revoked or without an end: %v", got)
	}
}

func TestTrustCheck(t *testing.T) {
	t.Parallel()
	good := Trust{Issuer: "i", Subject: "s", KeysURL: "https://i.example/keys"}
	for name, tt := range map[string]struct {
		change func(*Trust)
		ok     bool
	}{
		"good":               {func(*Trust) {}, true},
		"application only":   {func(t *Trust) { t.Subject, t.Application = "", "a" }, true},
		"nobody pinned":      {func(t *Trust) { t.Subject = "" }, false},
		"no issuer":          {func(t *Trust) { t.Issuer = "" }, false},
		"plain http":         {func(t *Trust) { t.KeysURL = "http://i.example/keys" }, false},
		"no keys":            {func(t *Trust) { t.KeysURL = "" }, false},
		"both":               {func(t *Trust) { t.Keys = json.RawMessage(`{"keys":[{"kty":"EC"}]}`) }, false},
		"inline":             {func(t *Trust) { t.KeysURL, t.Keys = "", json.RawMessage(`{"keys":[{"kty":"EC"}]}`) }, true},
		"private":            {func(t *Trust) { t.KeysURL, t.Keys = "", json.RawMessage(`{"keys":[{"kty":"EC","d":"x"}]}`) }, false},
		"shared":             {func(t *Trust) { t.KeysURL, t.Keys = "", json.RawMessage(`{"keys":[{"kty":"oct","k":"x"}]}`) }, false},
		"too long a life":    {func(t *Trust) { t.MaxMinutes = MaxAssertionMinutes + 1 }, false},
		"empty audience":     {func(t *Trust) { t.Audiences = []string{""} }, false},
		"direct, unbounded":  {func(t *Trust) { t.Direct = true }, false},
		"control characters": {func(t *Trust) { t.Subject = "a\nb" }, false},
	} {
		trust := good
		tt.change(&trust)
		if err := trust.Check(); (err == nil) != tt.ok {
			t.Errorf("%s: Check = %v", name, err)
		}
	}
}

func TestEntraTrust_EN02(t *testing.T) {
	t.Parallel()
	const id, app = "ce5f061f-abe6-4e40-9615-301f87bcb7f0", "b5ba7a93-4452-4522-aeb4-a2b5da870c16"
	got, err := EntraTrust(Trust{Subject: "s"}, "CE5F061F-ABE6-4E40-9615-301F87BCB7F0", app)
	want := Trust{
		Issuer: "https://login.microsoftonline.com/" + id + "/v2.0", Subject: "s", Application: app, EntraTenant: id,
		Audiences: []string{app, "api://" + app}, KeysURL: "https://login.microsoftonline.com/" + id + "/discovery/v2.0/keys",
		MaxMinutes: 120, Reusable: true,
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("EntraTrust = %v, mismatch (-want +got):\n%s", err, diff)
	}
	if _, err := EntraTrust(Trust{}, "organizations", app); err == nil {
		t.Error("everybody's tenant was taken")
	}
	direct, err := EntraDirect(Trust{Subject: "s"}, id)
	if err != nil || direct.Check() != nil || direct.Issuer != "https://sts.windows.net/"+id+"/" || !direct.Direct {
		t.Errorf("EntraDirect = %+v, %v", direct, err)
	}
}
