package tenant

import (
	"errors"
	"fmt"
	"reflect"
	"time"
)

// SSOPolicy says whether people must sign in through a connection.
type SSOPolicy struct {
	Enforced bool `json:"enforced,omitempty"`
	// BreakGlass are the members who may sign in another way all the same; at most MaxBreakGlass.
	BreakGlass []BreakGlass `json:"break_glass,omitempty"`
}

// BreakGlass is a member who gets in when the identity provider does not.
type BreakGlass struct {
	Member UUID      `json:"member"`
	Reason string    `json:"reason"`
	Since  time.Time `json:"since,omitzero"`
	Until  time.Time `json:"until,omitzero"` // zero: until taken away
}

// MaxBreakGlass is how many members may stand outside an enforced SSO.
const MaxBreakGlass = 5

// Excepts says whether a member may sign in another way than through a connection while SSO is enforced.
func (p SSOPolicy) Excepts(member UUID, now time.Time) bool {
	for _, b := range p.BreakGlass {
		if b.Member == member && (b.Until.IsZero() || b.Until.After(now)) {
			return true
		}
	}
	return false
}

// Exception is the exception that was made for a member, over or not.
func (p SSOPolicy) Exception(member UUID) (BreakGlass, bool) {
	for _, b := range p.BreakGlass {
		if b.Member == member {
			return b, true
		}
	}
	return BreakGlass{}, false
}

// SessionPolicy says how long sessions last; zero values are the defaults.
type SessionPolicy struct {
	Idle time.Duration `json:"idle,omitempty"` // without a request
	Life time.Duration `json:"life,omitempty"` // in all
}

// The bounds and defaults of sessions.
const (
	DefaultIdle = 8 * time.Hour
	DefaultLife = 24 * time.Hour
	MinIdle     = 5 * time.Minute
	MaxIdle     = 7 * 24 * time.Hour
	MinLife     = 15 * time.Minute
	MaxLife     = 30 * 24 * time.Hour
)

// Periods are the idle time and the life that hold, the defaults filled in. Idle is never more than life.
func (p SessionPolicy) Periods() (idle, life time.Duration) {
	idle, life = DefaultIdle, DefaultLife
	if p.Life > 0 {
		life = p.Life
	}
	if p.Idle > 0 {
		idle = p.Idle
	}
	return min(idle, life), life
}

// Check says what is wrong with a policy, or nil: idle is 5 minutes to 7 days, life 15 minutes to 30 days, idle no more
// than life, both in whole seconds.
func (p SessionPolicy) Check() error {
	_, life := p.Periods()
	switch {
	case p.Idle != 0 && (p.Idle < MinIdle || p.Idle > MaxIdle):
		return fmt.Errorf("a session may rest for %v to %v", MinIdle, MaxIdle)
	case p.Life != 0 && (p.Life < MinLife || p.Life > MaxLife):
		return fmt.Errorf("a session may last for %v to %v", MinLife, MaxLife)
	case p.Idle > life:
		return fmt.Errorf("a session can't rest longer than the %v that it lasts", life)
	case p.Idle%time.Second != 0 || p.Life%time.Second != 0:
		return errors.New("the times of a session are whole seconds")
	}
	return nil
}

// Equal says whether two policies are the same.
func (p Policy) Equal(q Policy) bool { return reflect.DeepEqual(p.normal(), q.normal()) }

// SameRules says whether two policies judge members alike; how people sign in is no part of that.
func (p Policy) SameRules(q Policy) bool {
	return p.DefaultRole == q.DefaultRole && p.ConfirmAdoption == q.ConfirmAdoption && p.ProtectLastAdmin == q.ProtectLastAdmin
}

func (p Policy) normal() Policy {
	if len(p.SSO.BreakGlass) == 0 {
		p.SSO.BreakGlass = nil
	}
	return p
}
