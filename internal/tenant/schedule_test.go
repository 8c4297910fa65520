package tenant

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func office() Schedule {
	s := Schedule{TimeZone: "Europe/Berlin", Quiet: Quiet{From: 22 * 60, To: 7 * 60}}
	for _, d := range Days()[:5] {
		s.Windows = append(s.Windows, Window{Day: d, From: 9 * 60, To: 17 * 60})
	}
	return s
}

func TestScheduleAt(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(y int, m time.Month, d, h, minute int) time.Time {
		return time.Date(y, m, d, h, minute, 0, 0, berlin)
	}
	nights := Schedule{TimeZone: "Europe/Berlin", Quiet: Quiet{From: 22 * 60, To: 7 * 60}}
	sundays := Schedule{TimeZone: "Europe/Berlin", Windows: []Window{{Day: 0, From: 150, To: 200}, {Day: 0, From: 20 * 60, To: EndOfDay}}}
	never := Schedule{TimeZone: "Europe/Berlin", Windows: []Window{{Day: 1, From: 60, To: 120}}, Quiet: Quiet{From: 30, To: 180}}
	for _, tt := range []struct {
		name string
		s    Schedule
		at   time.Time
		want ScheduleVerdict
	}{
		{"no schedule", Schedule{}, at(2026, 6, 1, 3, 0), ScheduleVerdict{Open: true, Reason: ScheduleAlways}},
		{"the first minute of a window", office(), at(2026, 6, 1, 9, 0), ScheduleVerdict{Open: true, Reason: ScheduleInside}},
		{"the minute before", office(), at(2026, 6, 1, 8, 59), ScheduleVerdict{Reason: ScheduleOutside, NextOpen: at(2026, 6, 1, 9, 0)}},
		{"the last minute", office(), at(2026, 6, 1, 16, 59), ScheduleVerdict{Open: true, Reason: ScheduleInside}},
		{"the end is outside", office(), at(2026, 6, 1, 17, 0), ScheduleVerdict{Reason: ScheduleOutside, NextOpen: at(2026, 6, 2, 9, 0)}},
		{"over the weekend", office(), at(2026, 6, 5, 18, 0), ScheduleVerdict{Reason: ScheduleOutside, NextOpen: at(2026, 6, 8, 9, 0)}},
		{"quiet before outside", office(), at(2026, 6, 1, 23, 0), ScheduleVerdict{Reason: ScheduleQuiet, NextOpen: at(2026, 6, 2, 9, 0)}},
		{"quiet past midnight", nights, at(2026, 6, 2, 6, 59), ScheduleVerdict{Reason: ScheduleQuiet, NextOpen: at(2026, 6, 2, 7, 0)}},
		{"not quiet any more", nights, at(2026, 6, 2, 7, 0), ScheduleVerdict{Open: true, Reason: ScheduleAlways}},
		{"a window in the hour that summer time skips opens when that is over", sundays, at(2026, 3, 29, 1, 0), ScheduleVerdict{Reason: ScheduleOutside, NextOpen: at(2026, 3, 29, 20, 0)}},
		{"a window up to midnight", sundays, at(2026, 3, 29, 23, 59), ScheduleVerdict{Open: true, Reason: ScheduleInside}},
		{"a window that quiet hours cover never opens", never, at(2026, 6, 1, 1, 0), ScheduleVerdict{Reason: ScheduleQuiet}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.want.NextOpen = tt.want.NextOpen.UTC()
			if diff := cmp.Diff(tt.want, tt.s.At(tt.at)); diff != "" {
				t.Errorf("At(%v) mismatch (-want +got)\n%s", tt.at, diff)
			}
		})
	}
}

func TestScheduleIsReadBack(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(office())
	if err != nil {
		t.Fatal(err)
	}
	var got Schedule
	if err := json.Unmarshal(b, &got); err != nil || !got.Equal(office()) {
		t.Errorf("Unmarshal(%s) = %+v, %v", b, got, err)
	}
}

func TestScheduleCheck(t *testing.T) {
	t.Parallel()
	many := Schedule{}
	for range MaxWindows + 1 {
		many.Windows = append(many.Windows, Window{Day: 1, From: 1, To: 2})
	}
	for name, tt := range map[string]struct {
		s    Schedule
		good bool
	}{
		"none":                        {Schedule{}, true},
		"an office's":                 {office(), true},
		"a zone that is none":         {Schedule{TimeZone: "Mars/Base"}, false},
		"this machine's zone":         {Schedule{TimeZone: "Local"}, false},
		"a path":                      {Schedule{TimeZone: "../etc/passwd"}, false},
		"a window that ends before":   {Schedule{Windows: []Window{{Day: 1, From: 60, To: 30}}}, false},
		"an empty window":             {Schedule{Windows: []Window{{Day: 1, From: 60, To: 60}}}, false},
		"quiet hours from midnight":   {Schedule{Quiet: Quiet{From: 0, To: 420}}, true},
		"quiet hours of no day":       {Schedule{Quiet: Quiet{From: 2000, To: 1}}, false},
		"more windows than there may": {many, false},
	} {
		if err := tt.s.Check(); (err == nil) != tt.good {
			t.Errorf("%s: Check = %v", name, err)
		}
	}
}

func TestParseClock(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Clock{"00:00": 0, "09:30": 570, "24:00": EndOfDay} {
		if got, err := ParseClock(text); got != want || err != nil || got.String() != text {
			t.Errorf("ParseClock(%q) = %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "9:30", "24:01", "12:60", "12.30", "aa:bb", "12:3", "-1:00"} {
		if got, err := ParseClock(text); err == nil {
			t.Errorf("ParseClock(%q) = %v", text, got)
		}
	}
}
