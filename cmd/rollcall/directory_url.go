package main

import (
	"net"
	"net/url"
	"strings"
)

// publicDoubts says why products may refuse a base URL: most want https, Okta no underscore and 1,024
// characters at most. The URLs of this machine are for trying things out, and beyond doubt.
func publicDoubts(base string) []string {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "localhost" {
		return nil
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && ip.IsLoopback() {
		return nil
	}
	const most = 1024
	var doubts []string
	if u.Scheme != "https" {
		doubts = append(doubts, "The base URL is not https: Entra, Okta and most others refuse it, and the token would travel in the clear.")
	}
	if strings.Contains(base, "_") {
		doubts = append(doubts, "The base URL has an underscore: Okta refuses it. Give the gateway a host name without one.")
	}
	if len(base) > most {
		doubts = append(doubts, "The base URL is longer than 1,024 characters: Okta refuses it.")
	}
	return doubts
}
