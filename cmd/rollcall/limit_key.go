package main

import (
	"net/http"
	"time"

	"rollcall/storage/shortlived"
)

// keyGuesses bounds requests of the API whose key is nobody's, by the address that they come from.
type keyGuesses struct{ limits shortlived.Limits }

// count asks for n permits and returns the wait. The rate is that of token endpoints.
func (g keyGuesses) count(r *http.Request, n int) time.Duration {
	rate, _ := guessRates()
	return countFailed(r, g.limits, shortlived.Key{Use: "key_failures_address", Name: sender(r)}, rate, n)
}

// Wait implements api.Guesses.
func (g keyGuesses) Wait(r *http.Request) time.Duration { return g.count(r, 0) }

// Failed implements api.Guesses.
func (g keyGuesses) Failed(r *http.Request) { g.count(r, 1) }
