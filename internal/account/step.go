package account

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"rollcall/internal/reason"
	"rollcall/internal/roster"
)

// step is a sign-in under way, kept with what is short-lived and bound to the browser by a cookie.
type step struct {
	Email   roster.Email        `json:"e"`
	Members []roster.Membership `json:"m,omitempty"` // whom the proof is good for
	Method  roster.Method       `json:"p,omitempty"` // the proof that was shown; empty: none yet
	// Hashes are those that the password fitted, in the order of the members.
	Hashes []string `json:"h,omitempty"`
	Rehash string   `json:"n,omitempty"` // the same password at today's cost; empty: it stays
	Return string   `json:"r,omitempty"`
	// Code is the hash of a mailed code that is waited for; Left is how many tries are left.
	Code []byte `json:"c,omitempty"`
	Left int    `json:"l,omitempty"`
	// Tenant is the one that a newcomer may join by the domain of the address.
	Join  *roster.Membership `json:"j,omitempty"`
	Until time.Time          `json:"u"`
}

// Proven says whether a first proof was shown.
func (s step) Proven() bool { return s.Method != "" }

const (
	stepCookie = "rollcall-step"
	stepLife   = 10 * time.Minute
)

// over is the refusal of a step that is over, or belongs to another browser.
func over() error {
	return &roster.Error{Kind: roster.Forbidden, Code: reason.CodeNoFlow, Detail: "The sign-in took too long, was finished, or began in another browser."}
}

// keep keeps a step for this browser, and forgets the one before.
func (d *Door) keep(w http.ResponseWriter, r *http.Request, s step) error {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	id := base64.RawURLEncoding.EncodeToString(b[:])
	if s.Until.IsZero() {
		s.Until = d.Now().Add(stepLife)
	}
	left := s.Until.Sub(d.Now())
	if left <= 0 {
		return over()
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("keep a step: %w", err)
	}
	if err := d.State.Put(r.Context(), id, raw, left); err != nil {
		return err //nolint:wrapcheck // it says what it did
	}
	d.cookie(w, stepCookie, id, int(left/time.Second))
	return nil
}

// proof is what was shown for the first of the members.
func (s step) proof() roster.LocalProof {
	p := roster.LocalProof{Method: s.Method, Email: s.Email, Rehash: s.Rehash}
	if len(s.Hashes) > 0 {
		p.Password = s.Hashes[0]
	}
	return p
}

// only leaves one of the members.
func (s step) only(i int) step {
	s.Members = s.Members[i : i+1]
	if len(s.Hashes) > i {
		s.Hashes = s.Hashes[i : i+1]
	}
	return s
}

// take takes the browser's step: of several requests that take it, one gets it.
func (d *Door) take(w http.ResponseWriter, r *http.Request) (step, error) {
	var s step
	all := r.CookiesNamed(d.cookieName(stepCookie))
	if len(all) != 1 {
		return s, over()
	}
	raw, err := d.State.Take(r.Context(), all[0].Value)
	if errors.Is(err, roster.NotFound) {
		d.cookie(w, stepCookie, "", -1)
		return s, over()
	}
	if err != nil {
		return s, err //nolint:wrapcheck // it says what it did
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, fmt.Errorf("read a step: %w", err)
	}
	return s, nil
}

// cookieName is the name of a cookie of ours. With its prefix browsers take it from a secure page of this very host only, so
// that no neighbouring host can plant one (SECURITY X6).
func (d *Door) cookieName(name string) string {
	if d.insecure {
		return name
	}
	return "__Host-" + name
}

func (d *Door) cookie(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // not secure on this machine alone, where there is no https
		Name: d.cookieName(name), Value: value, Path: "/", HttpOnly: true, Secure: !d.insecure, SameSite: http.SameSiteLaxMode, MaxAge: maxAge,
	})
}
