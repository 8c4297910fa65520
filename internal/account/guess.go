package account

import (
	"net/http"
	"time"

	"rollcall/internal/roster"
)

// The uses that tries are counted by. A new one is added to Rates, too.
const (
	UseGuessNetwork = "password_network" // passwords from one network
	UseGuessAccount = "password_account" // passwords for one address from one network, or one known browser
	UseGuessFlood   = "password_flood"   // passwords for one address from everywhere, but for browsers that are known
	UseMailNetwork  = "mail_network"     // mails that one network asks for
	UseMailAccount  = "mail_account"     // mails to one address that one network asks for
	UseMailFlood    = "mail_flood"       // mails to one address
)

// Rate is Count tries in each Per, of which up to Burst may come at once.
type Rate struct {
	Count int
	Per   time.Duration
	Burst int
}

// Rates are how many tries of each use there may be.
func Rates() map[string]Rate {
	return map[string]Rate{
		UseGuessNetwork: {Count: 60, Per: 10 * time.Minute, Burst: 120}, // an office behind one address is no attack
		UseGuessAccount: {Count: 10, Per: 15 * time.Minute, Burst: 10},
		UseGuessFlood:   {Count: 30, Per: time.Hour, Burst: 50},
		UseMailNetwork:  {Count: 60, Per: 10 * time.Minute, Burst: 120},
		UseMailAccount:  {Count: 6, Per: time.Hour, Burst: 6},
		UseMailFlood:    {Count: 30, Per: time.Hour, Burst: 30},
		UseFactor:       {Count: 10, Per: 15 * time.Minute, Burst: 10},
		UseFactorFlood:  {Count: 30, Per: time.Hour, Burst: 30},
	}
}

// allowance is what became of a try that was counted.
type allowance struct {
	wait    time.Duration // how long this network has to wait; 0: go on
	flooded bool          // too many come from everywhere, and this browser is not known
}

// guess counts a try of a password. A browser that signed in with the address before is counted by itself, so that nobody
// else's guesses keep it out; when it has guessed too often it is a browser like any other.
func (d *Door) guess(r *http.Request, email roster.Email) (allowance, error) {
	ctx, network := r.Context(), d.Sender(r)
	if id, known := d.known(r, email); known {
		if wait, err := d.Limits.Wait(ctx, UseGuessAccount, "known\x00"+id+"\x00"+string(email)); err != nil || wait == 0 {
			return allowance{}, err //nolint:wrapcheck // it says what it did
		}
	}
	for _, of := range []struct{ use, name string }{{UseGuessNetwork, network}, {UseGuessAccount, string(email) + "\x00" + network}} {
		if wait, err := d.Limits.Wait(ctx, of.use, of.name); err != nil || wait > 0 {
			return allowance{wait: wait}, err //nolint:wrapcheck // it says what it did
		}
	}
	wait, err := d.Limits.Wait(ctx, UseGuessFlood, string(email))
	return allowance{flooded: wait > 0}, err //nolint:wrapcheck // it says what it did
}

// mayMail counts a mail that somebody asks for. flooded: none is sent, and the answer is the same. A browser that signed
// in with the address before is counted by itself, as in guess.
func (d *Door) mayMail(r *http.Request, email roster.Email) (allowance, error) {
	ctx, network := r.Context(), d.Sender(r)
	if id, known := d.known(r, email); known {
		if wait, err := d.Limits.Wait(ctx, UseMailAccount, "known\x00"+id+"\x00"+string(email)); err != nil || wait == 0 {
			return allowance{}, err //nolint:wrapcheck // it says what it did
		}
	}
	if wait, err := d.Limits.Wait(ctx, UseMailNetwork, network); err != nil || wait > 0 {
		return allowance{wait: wait}, err //nolint:wrapcheck // it says what it did
	}
	for _, of := range []struct{ use, name string }{{UseMailAccount, string(email) + "\x00" + network}, {UseMailFlood, string(email)}} {
		if wait, err := d.Limits.Wait(ctx, of.use, of.name); err != nil || wait > 0 {
			return allowance{flooded: wait > 0}, err //nolint:wrapcheck // it says what it did
		}
	}
	return allowance{}, nil
}
