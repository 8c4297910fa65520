package simulate

import (
	"net/http"
	"strconv"
	"time"
)

const (
	firstPause = 250 * time.Millisecond
	maxPause   = 5 * time.Second
)

// transient reports whether the same request may be answered otherwise a little later.
func transient(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// pause is how long to wait after the given try (1 is the first): what the service asked for, or a time that
// doubles up to maxPause.
func pause(try int, retryAfter time.Duration) time.Duration {
	if retryAfter > 0 {
		return retryAfter
	}
	wait := firstPause
	for range try - 1 {
		if wait *= 2; wait >= maxPause {
			return maxPause
		}
	}
	return wait
}

// parseRetryAfter reads seconds or a date (RFC 9110 §10.2.3); 0 when there is nothing to obey.
func parseRetryAfter(text string, now time.Time) time.Duration {
	if text == "" {
		return 0
	}
	if seconds, err := strconv.Atoi(text); err == nil {
		return max(0, time.Duration(min(seconds, 1<<20))*time.Second)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(0, at.Sub(now))
}
