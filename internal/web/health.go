package web

import (
	"context"
	"net/http"
	"time"

	"github.com/gorilla/mux"
)

// Health answers /healthz, which says that the program runs, and /readyz, which
// says that it can work now. A load balancer asks the second.
type Health struct {
	// Ready reports what keeps the gateway from working; nil when nothing does.
	Ready func(context.Context) error
	// Stopping is closed when the gateway has begun to stop.
	Stopping <-chan struct{}
}

// readyTimeout is less than the time that load balancers wait for an answer.
const readyTimeout = 2 * time.Second

// Routes adds the two routes.
func (h Health) Routes(r *mux.Router) {
	r.HandleFunc("/healthz", h.healthz).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc("/readyz", h.readyz).Methods(http.MethodGet, http.MethodHead)
}

type health struct {
	Status string `json:"status"`
}

func (h Health) healthz(w http.ResponseWriter, r *http.Request) {
	From(r.Context()).Quiet = true
	WriteJSON(w, "application/json", http.StatusOK, health{"ok"})
}

func (h Health) readyz(w http.ResponseWriter, r *http.Request) {
	From(r.Context()).Quiet = true
	select {
	case <-h.Stopping:
		WriteJSON(w, "application/json", http.StatusServiceUnavailable, health{"stopping"})
		return
	default:
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if err := h.Ready(ctx); err != nil {
		// The text may name hosts, which is nobody's business outside.
		From(r.Context()).Fail(err)
		WriteJSON(w, "application/json", http.StatusServiceUnavailable, health{"unavailable"})
		return
	}
	WriteJSON(w, "application/json", http.StatusOK, health{"ready"})
}
