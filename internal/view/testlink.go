package view

import "time"

// TestLinkView is the link of a test sign-in, as JSON. It is for whom an admin gives it to.
type TestLinkView struct {
	URL       string    `json:"url" doc:"To open in a browser."`
	ExpiresAt time.Time `json:"expires_at"`
}
