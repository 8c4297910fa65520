// Package metrics counts what the gateway does and shows it to Prometheus.
//
// All names start with rollcall_. Labels come from small sets; the directories
// are the one exception, and of them only the first ones are told apart.
package metrics

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// maxDirectories bounds the values of the label directory. A node of a large
// deployment serves thousands, each of which would cost a series per route.
const maxDirectories = 200

// Metrics is one registry of its own. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	waits    *prometheus.HistogramVec // the same by directory, in coarse steps
	inFlight prometheus.Gauge
	events   *prometheus.CounterVec
	jobs     jobs
	mails    *prometheus.CounterVec

	mu          sync.RWMutex
	directories map[string]struct{}
}

// New makes a registry with the figures of the process, of Go's runtime, of the
// build, and of requests.
func New(version string) *Metrics {
	m := &Metrics{
		registry:    prometheus.NewRegistry(),
		directories: map[string]struct{}{},
		jobs:        newJobs(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rollcall_http_requests_total",
			Help: "Requests answered, by door, route template, method, class of status and directory (the first 200, then \"other\"; empty: not authenticated).",
		}, []string{"door", "route", "method", "status", "directory"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "rollcall_http_request_duration_seconds",
			Help:    "Time to answer a request, by door, route template and method.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"door", "route", "method"}),
		waits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "rollcall_directory_request_duration_seconds",
			Help:    "Time to answer a request of a directory (the first 200, then \"other\"), by door.",
			Buckets: []float64{.01, .05, .1, .3, 1, 5, 30},
		}, []string{"door", "directory"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "rollcall_http_requests_in_flight", Help: "Requests under way.",
		}),
	}
	m.events = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rollcall_events_written_total", Help: "Events committed by this process, by kind.",
	}, []string{"kind"})
	m.mails = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rollcall_mails_total", Help: "Tries to send a mail, by what became of it (sent, bounced, failed, dropped; queued: it is tried again).",
	}, []string{"state"})
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "rollcall_build_info", Help: "Always 1; the label holds the version.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.latency, m.waits, m.inFlight, m.events, m.jobs.ended, m.jobs.took, m.mails, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Request is what is counted of one request. Its texts come from small fixed
// sets, but for the directory; empty: nobody authenticated.
type Request struct {
	Door, Route, Method, Directory string
	Status                         int
	Duration                       time.Duration
}

// Started counts a request that begins. Each is followed by one Ended.
func (m *Metrics) Started() { m.inFlight.Inc() }

// Ended counts a request that was answered.
func (m *Metrics) Ended(r Request) {
	m.inFlight.Dec()
	class := strconv.Itoa(r.Status/100) + "xx"
	directory := m.bounded(r.Directory)
	m.requests.WithLabelValues(r.Door, r.Route, r.Method, class, directory).Inc()
	if directory != "" {
		m.waits.WithLabelValues(r.Door, directory).Observe(r.Duration.Seconds())
	}
	m.latency.WithLabelValues(r.Door, r.Route, r.Method).Observe(r.Duration.Seconds())
}

// Event counts an event that was committed.
func (m *Metrics) Event(kind string) { m.events.WithLabelValues(kind).Inc() }

// Mail counts a try to send a mail. The text comes from a small fixed set.
func (m *Metrics) Mail(state string) { m.mails.WithLabelValues(state).Inc() }

// bounded returns the label of a directory.
func (m *Metrics) bounded(directory string) string {
	if directory == "" {
		return ""
	}
	m.mu.RLock()
	_, known := m.directories[directory]
	full := len(m.directories) >= maxDirectories
	m.mu.RUnlock()
	switch {
	case known:
		return directory
	case full:
		return "other"
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.directories) >= maxDirectories {
		return "other"
	}
	m.directories[directory] = struct{}{}
	return directory
}

// Gauge shows a figure that goes up and down, as read gives it when asked. It
// panics when the name is taken: names are written in the program.
func (m *Metrics) Gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "rollcall_" + name, Help: help}, read))
}

// Counter shows a figure that only grows, as read gives it when asked. It
// panics when the name is taken.
func (m *Metrics) Counter(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "rollcall_" + name, Help: help}, read))
}

// Handler answers scrapes.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}
