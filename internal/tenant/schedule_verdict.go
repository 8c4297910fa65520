package tenant

import "time"

// ScheduleReason says why a schedule is open or not.
type ScheduleReason string

// The reasons of a ScheduleVerdict. Names never change their meaning.
const (
	ScheduleAlways  ScheduleReason = "always"          // the schedule has no windows, and it is not quiet
	ScheduleInside  ScheduleReason = "within_window"   // one of its windows is open
	ScheduleOutside ScheduleReason = "outside_windows" // none is
	ScheduleQuiet   ScheduleReason = "quiet_hours"     // these count before windows
)

// ScheduleVerdict tells whether a member may be notified at a time.
type ScheduleVerdict struct {
	Open   bool           `json:"open"`
	Reason ScheduleReason `json:"reason"`
	// NextOpen is when it opens, within eight days; zero: it is open, or never opens.
	NextOpen time.Time `json:"next_open,omitzero"`
}

// At judges a time. A time zone that is not known here any more counts as UTC: better a message at the
// wrong hour than none.
func (s Schedule) At(t time.Time) ScheduleVerdict {
	zone, err := s.location()
	if err != nil {
		zone = time.UTC
	}
	v := s.judge(t.In(zone))
	if v.Open {
		return v
	}
	// It opens where a window begins or the quiet hours end, on one of the next days.
	day := t.In(zone)
	for i := range 9 {
		for _, c := range s.openings(day.AddDate(0, 0, i).Weekday()) {
			at := time.Date(day.Year(), day.Month(), day.Day()+i, int(c)/60, int(c)%60, 0, 0, zone)
			if at.After(t) && s.judge(at).Open && (v.NextOpen.IsZero() || at.Before(v.NextOpen)) {
				v.NextOpen = at
			}
		}
		if !v.NextOpen.IsZero() {
			break
		}
	}
	v.NextOpen = v.NextOpen.UTC()
	return v
}

// openings are the times of a day at which the schedule may open.
func (s Schedule) openings(day time.Weekday) []Clock {
	list := []Clock{s.Quiet.To % EndOfDay}
	for _, w := range s.Windows {
		if time.Weekday(w.Day) == day {
			list = append(list, w.From)
		}
	}
	return list
}

// judge reads the clock on the wall, so that the hour that daylight saving skips or repeats counts as it is shown.
func (s Schedule) judge(local time.Time) ScheduleVerdict {
	clock := Clock(local.Hour()*60 + local.Minute())
	if s.Quiet.covers(clock) {
		return ScheduleVerdict{Reason: ScheduleQuiet}
	}
	if len(s.Windows) == 0 {
		return ScheduleVerdict{Open: true, Reason: ScheduleAlways}
	}
	for _, w := range s.Windows {
		if time.Weekday(w.Day) == local.Weekday() && w.From <= clock && clock < w.To {
			return ScheduleVerdict{Open: true, Reason: ScheduleInside}
		}
	}
	return ScheduleVerdict{Reason: ScheduleOutside}
}

func (q Quiet) covers(c Clock) bool {
	if q.From <= q.To {
		return q.From <= c && c < q.To
	}
	return c >= q.From || c < q.To
}
