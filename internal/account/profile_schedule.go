package account

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// zones are time zones to choose from; all others of the IANA database can be typed.
func zones() []string {
	return []string{
		"UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Bogota", "America/Chicago", "America/Denver",
		"America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Sao_Paulo", "America/Toronto", "Asia/Dubai", "Asia/Hong_Kong",
		"Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata", "Asia/Manila", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo",
		"Australia/Sydney", "Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Istanbul", "Europe/Lisbon", "Europe/London", "Europe/Madrid",
		"Europe/Paris", "Europe/Rome", "Europe/Stockholm", "Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland",
	}
}

// minSlots is how many windows of a day the form has at least.
const minSlots = 2

// moment is a time for people, until the browser's own zone can be asked without a script: it never can.
func moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

func schedulePage(s tenant.Schedule) console.ProfileSchedule {
	out := console.ProfileSchedule{Zone: s.TimeZone, Zones: zones()}
	if !s.Quiet.IsZero() {
		out.QuietFrom, out.QuietTo = clockField(s.Quiet.From), clockField(s.Quiet.To)
	}
	for _, day := range tenant.Days() {
		d := dayPage(day)
		for _, w := range s.Windows {
			if w.Day == day {
				d.Slots = append(d.Slots, console.ProfileSlot{From: clockField(w.From), To: clockField(w.To)})
			}
		}
		out.Days = append(out.Days, numbered(d))
	}
	return out
}

func dayPage(day tenant.Day) console.ProfileDay {
	name := day.String()
	return console.ProfileDay{Name: name, Title: strings.ToUpper(name[:1]) + name[1:]}
}

// numbered fills up with empty slots, and numbers all.
func numbered(d console.ProfileDay) console.ProfileDay {
	for len(d.Slots) < minSlots {
		d.Slots = append(d.Slots, console.ProfileSlot{})
	}
	for i := range d.Slots {
		d.Slots[i].Number = i + 1
	}
	return d
}

// clockField is a time as browsers have it, who know no 24:00: as the end of a window, 00:00 is that.
func clockField(c tenant.Clock) string { return (c % tenant.EndOfDay).String() }

// typedSchedule is the form as it was sent.
func typedSchedule(r *http.Request, problem string) console.ProfileSchedule {
	get := r.PostForm.Get
	out := console.ProfileSchedule{Zone: get("zone"), Zones: zones(), QuietFrom: get("quiet-from"), QuietTo: get("quiet-to"), Problem: problem}
	for _, day := range tenant.Days() {
		d := dayPage(day)
		for i := range tenant.MaxWindows {
			n := "-" + strconv.Itoa(i+1)
			if !r.PostForm.Has(d.Name + "-from" + n) {
				break
			}
			d.Slots = append(d.Slots, console.ProfileSlot{From: get(d.Name + "-from" + n), To: get(d.Name + "-to" + n)})
		}
		out.Days = append(out.Days, numbered(d))
	}
	return out
}

func (o *Own) changeSchedule(r *http.Request, p person) error {
	s, err := readSchedule(typedSchedule(r, ""))
	if err != nil {
		return err
	}
	_, err = o.Roster.ChangeContact(r.Context(), p.staff(), p.Member.ID, roster.ContactChange{Schedule: &s})
	return err
}

// readSchedule reads what was typed. It is pure.
func readSchedule(in console.ProfileSchedule) (tenant.Schedule, error) {
	s := tenant.Schedule{TimeZone: strings.TrimSpace(in.Zone)}
	for i, day := range tenant.Days() {
		for _, slot := range in.Days[i].Slots {
			from, to, none, err := clocks(slot.From, slot.To, in.Days[i].Title)
			if err != nil {
				return s, err
			}
			if none {
				continue
			}
			if to == 0 {
				to = tenant.EndOfDay
			}
			s.Windows = append(s.Windows, tenant.Window{Day: day, From: from, To: to})
		}
	}
	from, to, none, err := clocks(in.QuietFrom, in.QuietTo, "Quiet hours")
	if !none {
		s.Quiet = tenant.Quiet{From: from, To: to}
	}
	return s, err
}

// clocks reads a pair of times; none: both are empty.
func clocks(from, to, where string) (a, b tenant.Clock, none bool, err error) {
	if from == "" && to == "" {
		return 0, 0, true, nil
	}
	bad := func(what string) error {
		return &roster.Error{Kind: roster.Invalid, Field: "schedule", Detail: where + ": " + what}
	}
	if from == "" || to == "" {
		return 0, 0, false, bad("enter both times, or none.")
	}
	if a, err = tenant.ParseClock(from); err == nil {
		b, err = tenant.ParseClock(to)
	}
	if err != nil {
		return 0, 0, false, bad("enter times in the form 09:30.")
	}
	return a, b, false, nil
}
