package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// jobs are the figures of what is done later and by itself.
type jobs struct {
	ended *prometheus.CounterVec
	took  *prometheus.HistogramVec
}

func newJobs() jobs {
	return jobs{
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rollcall_jobs_total", Help: "Runs of jobs that ended in this process, by kind and outcome (done, retried, failed).",
		}, []string{"kind", "outcome"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "rollcall_job_duration_seconds", Help: "Time that runs of jobs took, by kind.",
			Buckets: []float64{.01, .1, 1, 10, 60, 600},
		}, []string{"kind"}),
	}
}

// Job counts a run of a job. Both texts come from small fixed sets.
func (m *Metrics) Job(kind, outcome string, took time.Duration) {
	m.jobs.ended.WithLabelValues(kind, outcome).Inc()
	m.jobs.took.WithLabelValues(kind).Observe(took.Seconds())
}
