package account

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"rollcall/internal/reason"
	"rollcall/internal/roster"
)

// The uses that tries are counted by; how many there are is Limits' to say.
const (
	UseGuessNetwork = "password_network" // passwords from one network
	UseGuessAccount = "password_account" // passwords for one address from one network, or one known browser
	UseGuessFlood   = "password_flood"   // passwords for one address from everywhere, but for browsers that are known
	UseMailNetwork  = "mail_network"     // mails that one network asks for
	UseMailAccount  = "mail_account"     // mails to one address that one network asks for
	UseMailFlood    = "mail_flood"       // mails to one address
)

// Uses are all of them.
func Uses() []string {
	return []string{UseGuessNetwork, UseGuessAccount, UseGuessFlood, UseMailNetwork, UseMailAccount, UseMailFlood}
}

// guess counts a try of a password. A browser that signed in with the address before is counted by itself, so that
// nobody else's guesses keep it out. flooded: too many come from everywhere, and this browser is not known.
func (d *Door) guess(r *http.Request, email roster.Email) (wait time.Duration, flooded bool) {
	ctx, network := r.Context(), d.Sender(r)
	if d.knows(r, email) {
		return d.Limits.Wait(ctx, UseGuessAccount, "known\x00"+d.mark(email)+"\x00"+network), false
	}
	if wait := d.Limits.Wait(ctx, UseGuessNetwork, network); wait > 0 {
		return wait, false
	}
	if wait := d.Limits.Wait(ctx, UseGuessAccount, string(email)+"\x00"+network); wait > 0 {
		return wait, false
	}
	return 0, d.Limits.Wait(ctx, UseGuessFlood, string(email)) > 0
}

// mayMail counts a mail that somebody asks for. quiet: none is sent, and the answer is the same.
func (d *Door) mayMail(r *http.Request, email roster.Email) (wait time.Duration, quiet bool) {
	ctx, network := r.Context(), d.Sender(r)
	if wait := d.Limits.Wait(ctx, UseMailNetwork, network); wait > 0 {
		return wait, false
	}
	quiet = d.Limits.Wait(ctx, UseMailAccount, string(email)+"\x00"+network) > 0 || d.Limits.Wait(ctx, UseMailFlood, string(email)) > 0
	return 0, quiet
}

func tooMany(wait time.Duration) error {
	return &roster.Error{Kind: roster.RateLimited, Code: reason.CodeTooMany, Detail: "Too many tries came from this network. Wait " + wait.Round(time.Second).String() + "."}
}

const (
	deviceCookie = "rollcall-device"
	deviceLife   = 180 * 24 * time.Hour
	maxDevices   = 8 // addresses that one browser is known for
	markLen      = 16
)

// mark is what a browser bears that signed in with an address. It opens nothing.
func (d *Door) mark(email roster.Email) string {
	h := hmac.New(sha256.New, d.DeviceKey)
	h.Write([]byte(email))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:markLen])
}

func marks(r *http.Request) []string {
	c, err := r.Cookie(deviceCookie)
	if err != nil || len(c.Value) > maxDevices*(markLen*2) {
		return nil
	}
	return strings.Split(c.Value, ".")
}

// knows says whether the browser signed in with the address before.
func (d *Door) knows(r *http.Request, email roster.Email) bool {
	mark := d.mark(email)
	return slices.ContainsFunc(marks(r), func(m string) bool { return hmac.Equal([]byte(m), []byte(mark)) })
}

// remember marks the browser as one that signed in with the address.
func (d *Door) remember(w http.ResponseWriter, r *http.Request, email roster.Email) {
	if email == "" {
		return
	}
	mark := d.mark(email)
	all := append([]string{mark}, slices.DeleteFunc(marks(r), func(m string) bool { return m == mark || len(m) != len(mark) })...)
	d.cookie(w, deviceCookie, strings.Join(all[:min(len(all), maxDevices)], "."), "/login", int(deviceLife/time.Second))
}
