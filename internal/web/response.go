package web

import "net/http"

// response counts what is answered.
type response struct {
	http.ResponseWriter
	status int // 0: nothing was written yet
	bytes  int64
	// aborted says that a handler gave the answer up halfway.
	aborted bool
}

// WriteHeader implements http.ResponseWriter.
func (w *response) WriteHeader(status int) {
	// 1xx answers come before the real one, but for 101, which is one.
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *response) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// code is the status that the client saw: net/http answers 200 for a handler
// that wrote nothing.
func (w *response) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
