package tenant

// Guests says what a tenant wants when another tenant invites people of a domain that it owns.
type Guests string

// The choices. The zero value tells the tenant by an event.
const (
	GuestsNoticed Guests = ""
	GuestsAllowed Guests = "allow"
	GuestsBlocked Guests = "block"
)

// Valid says whether it is one of the choices.
func (g Guests) Valid() bool { return g == GuestsNoticed || g == GuestsAllowed || g == GuestsBlocked }

// String names the choice as people type it.
func (g Guests) String() string {
	if g == GuestsNoticed {
		return "notify"
	}
	return string(g)
}

// ParseGuests reads notify, allow or block.
func ParseGuests(s string) (Guests, bool) {
	if s == "notify" {
		return GuestsNoticed, true
	}
	g := Guests(s)
	return g, g.Valid()
}
