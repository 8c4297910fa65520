package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"rollcall/internal/roster"
)

// A browser that signed in with an address bears a mark for it: a name of the browser's own, and our signature of that name
// and the address. It opens nothing. It tells the browser from those that guess at the address, and who steals one can
// use up the tries of this browser only.
const (
	deviceCookie = "rollcall-device"
	deviceLife   = 180 * 24 * time.Hour
	maxDevices   = 8 // addresses that one browser is known for
	nameLen      = 16
	markLen      = 43
)

func (d *Door) mark(name string, email roster.Email) string {
	h := hmac.New(sha256.New, d.DeviceKey)
	h.Write([]byte("device\x00" + name + "\x00" + string(email)))
	return name + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// marks are those of the browser's cookie; of several cookies none is believed (SECURITY X6).
func (d *Door) marks(r *http.Request) []string {
	all := r.CookiesNamed(d.cookieName(deviceCookie))
	if len(all) != 1 {
		return nil
	}
	parts := strings.Split(all[0].Value, ".")
	if len(parts) > maxDevices {
		return nil
	}
	return slices.DeleteFunc(parts, func(m string) bool { return len(m) != nameLen+markLen })
}

// known says whether the browser signed in with the address before, and what it is called.
func (d *Door) known(r *http.Request, email roster.Email) (name string, known bool) {
	for _, m := range d.marks(r) {
		if hmac.Equal([]byte(m), []byte(d.mark(m[:nameLen], email))) {
			return m[:nameLen], true
		}
	}
	return "", false
}

// remember marks the browser as one that signed in with the address.
func (d *Door) remember(w http.ResponseWriter, r *http.Request, email roster.Email) {
	if email == "" {
		return
	}
	var b [nameLen * 3 / 4]byte
	_, _ = rand.Read(b[:]) // it never fails
	all := []string{d.mark(base64.RawURLEncoding.EncodeToString(b[:]), email)}
	for _, m := range d.marks(r) {
		if !hmac.Equal([]byte(m), []byte(d.mark(m[:nameLen], email))) {
			all = append(all, m)
		}
	}
	d.cookie(w, deviceCookie, strings.Join(all[:min(len(all), maxDevices)], "."), int(deviceLife/time.Second))
}
