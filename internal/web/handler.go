package web

import "net/http"

// HandlerFunc answers a request, or returns an error before it has written
// anything.
type HandlerFunc func(http.ResponseWriter, *http.Request) error

// Handler makes an http.Handler that answers f's errors with problems.
func Handler(f HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := f(w, r); err != nil {
			WriteProblem(w, r, err)
		}
	})
}
