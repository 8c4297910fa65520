package scim

import (
	"net/http"
	"testing"

	"rollcall/internal/advice"
	"rollcall/internal/roster"
)

// TestEveryAnswerIsExplained walks what the mapping tables can answer, and the statuses of faults.
func TestEveryAnswerIsExplained(t *testing.T) {
	t.Parallel()
	check := func(what string, status int, scimType string) {
		if !advice.Known(advice.Refusal{Status: status, ScimType: scimType}) {
			t.Errorf("%s: %d %q has no explanation", what, status, scimType)
		}
		if scimType != "" && advice.For(advice.Refusal{ScimType: scimType}, "").Key != scimType {
			t.Errorf("%s: the scimType %q has no explanation", what, scimType)
		}
	}
	for _, k := range roster.Kinds() {
		status, scimType := statusOf(&roster.Error{Kind: k})
		check(string(k), status, scimType)
	}
	for _, status := range []int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed,
		http.StatusNotAcceptable, http.StatusConflict, http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge,
		http.StatusRequestURITooLong, http.StatusUnsupportedMediaType, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusNotImplemented, http.StatusServiceUnavailable,
	} {
		check("a fault", status, "")
	}
	check("a page of no size", http.StatusBadRequest, "invalidCount")
}
