package tenant

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Schedule says when a member wants to be notified. The zero Schedule means always.
type Schedule struct {
	// TimeZone is what the clock times are of, by its name in the IANA database; empty: UTC.
	TimeZone string `json:"time_zone,omitempty"`
	// Windows are when notifications are wanted; none: at all times but the quiet ones.
	Windows []Window `json:"windows,omitempty"`
	// Quiet is when none are wanted, on any day, whatever the windows say; From and To equal: never.
	Quiet Quiet `json:"quiet_hours,omitzero"`
}

// Window is a time of one day of the week. It begins and ends on that day.
type Window struct {
	Day  Day   `json:"day"`
	From Clock `json:"from"`
	To   Clock `json:"to"` // not included; 24:00 is the end of the day
}

// Quiet is a time of each day. It may pass midnight: 22:00 to 07:00.
type Quiet struct {
	From Clock `json:"from"`
	To   Clock `json:"to"` // not included
}

// Day is a day of the week; it is written monday, …, sunday.
type Day time.Weekday

// Days returns the days of a week in order, from Monday on.
func Days() []Day { return []Day{1, 2, 3, 4, 5, 6, 0} }

// String returns the English name in lower case.
func (d Day) String() string {
	name := []byte(time.Weekday(d).String())
	name[0] += 'a' - 'A'
	return string(name)
}

// MarshalText writes the name.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the name.
func (d *Day) UnmarshalText(b []byte) error {
	for _, day := range Days() {
		if day.String() == string(b) {
			*d = day
			return nil
		}
	}
	return fmt.Errorf("%q is no day: use monday to sunday", clip(string(b)))
}

// Clock is a time of day in minutes since midnight, 0 to 1440; it is written 09:30.
type Clock int

// EndOfDay is 24:00, at which a window may end.
const EndOfDay Clock = 24 * 60

// String returns the form 09:30.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// MarshalText writes the form 09:30.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads the form 09:30.
func (c *Clock) UnmarshalText(b []byte) (err error) {
	*c, err = ParseClock(string(b))
	return err
}

// ParseClock reads 00:00 to 24:00.
func ParseClock(s string) (Clock, error) {
	digit := func(i int) int { return int(s[i]) - '0' }
	ok := len(s) == 5 && s[2] == ':'
	for _, i := range []int{0, 1, 3, 4} {
		ok = ok && s[i] >= '0' && s[i] <= '9'
	}
	if !ok {
		return 0, fmt.Errorf("%q is no time of day: use the form 09:30", clip(s))
	}
	c := Clock(600*digit(0) + 60*digit(1) + 10*digit(3) + digit(4))
	if c > EndOfDay || digit(3) > 5 {
		return 0, fmt.Errorf("%q is no time of day: use 00:00 to 24:00", s)
	}
	return c, nil
}

// MaxWindows is how many windows a schedule may have.
const MaxWindows = 50

// IsZero says that notifications are wanted at any time.
func (s Schedule) IsZero() bool {
	return s.TimeZone == "" && len(s.Windows) == 0 && s.Quiet.IsZero()
}

// IsZero says that there are no quiet hours.
func (q Quiet) IsZero() bool { return q.From == q.To }

// Check says what is wrong with a schedule, or nil.
func (s Schedule) Check() error {
	if _, err := s.location(); err != nil {
		return err
	}
	if len(s.Windows) > MaxWindows {
		return fmt.Errorf("a schedule has up to %d windows", MaxWindows)
	}
	for _, w := range s.Windows {
		if w.From < 0 || w.To > EndOfDay || w.From >= w.To {
			return fmt.Errorf("the window of %s ends at %s, which must be later than its start %s, on the same day", w.Day, w.To, w.From)
		}
	}
	if q := s.Quiet; q.From < 0 || q.From >= EndOfDay || q.To < 0 || q.To > EndOfDay {
		return errors.New("quiet hours begin and end between 00:00 and 24:00")
	}
	return nil
}

func (s Schedule) location() (*time.Location, error) {
	if s.TimeZone == "" {
		return time.UTC, nil
	}
	if s.TimeZone == "Local" { // this machine's, which means nothing to the person
		return nil, errors.New(`"Local" is no time zone; use a name such as Europe/Berlin`)
	}
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("%q is no time zone; use a name such as Europe/Berlin", clip(s.TimeZone))
	}
	return zone, nil
}

// Equal says whether two schedules mean the same by the same words.
func (s Schedule) Equal(o Schedule) bool {
	return s.TimeZone == o.TimeZone && slices.Equal(s.Windows, o.Windows) && (s.Quiet == o.Quiet || s.Quiet.IsZero() && o.Quiet.IsZero())
}
