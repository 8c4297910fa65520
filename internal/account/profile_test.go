package account

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/tenant"
)

func TestScheduleFormIsReadBack(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]tenant.Schedule{
		"none":        {},
		"a zone only": {TimeZone: "Europe/Berlin"},
		"an office":   {TimeZone: "UTC", Windows: []tenant.Window{{Day: 1, From: 540, To: 720}, {Day: 1, From: 780, To: 1020}, {Day: 1, From: 1200, To: tenant.EndOfDay}, {Day: 0, From: 0, To: 60}}},
		"quiet":       {Quiet: tenant.Quiet{From: 1320, To: 420}},
	} {
		got, err := readSchedule(schedulePage(want))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v, mismatch (-want +got)\n%s", name, err, diff)
		}
	}
}

func TestBrowserName(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"": "A browser", "curl/8": "A browser",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0":                   "Edge on Windows",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36":                                "Chrome on Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari on iPhone",
	} {
		if got := browserName(agent); got != want {
			t.Errorf("browserName(%q) = %q, want %q", agent, got, want)
		}
	}
}
