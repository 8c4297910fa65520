package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"rollcall/internal/metrics"
	"rollcall/internal/provlog"
	"rollcall/scim"
)

// flushTime bounds the last write of the provisioning log.
const flushTime = 5 * time.Second

// keepLog has the gateway keep the provisioning log until stop is called, which writes what
// waits.
func (p *program) keepLog(log *slog.Logger, figures *metrics.Metrics) (stop func()) {
	r := provlog.New(provlog.Config{Log: p.db, TenantOf: p.db.TenantOfDirectory, Now: p.now, Logger: log})
	p.recorder = r
	showLog(figures, r)
	ctx, cancel := context.WithCancel(context.WithoutCancel(p.ctx))
	var running sync.WaitGroup
	running.Go(func() { r.Run(ctx) })
	return func() {
		cancel()
		running.Wait()
		last, done := context.WithTimeout(context.WithoutCancel(p.ctx), flushTime)
		defer done()
		if err := r.Flush(last); err != nil {
			log.WarnContext(last, "the end of the provisioning log is lost", "error", err)
		}
	}
}

// log is the provisioning log for the door, if it is kept.
func (p *program) doorLog() scim.Log {
	if p.recorder == nil {
		return nil
	}
	return p.recorder
}

func showLog(m *metrics.Metrics, r *provlog.Recorder) {
	count := func(name, help string, of func(provlog.Stats) uint64) {
		m.Counter("provisioning_log_"+name, help, func() float64 { return float64(of(r.Stats())) })
	}
	m.Gauge("provisioning_log_waiting", "Entries of the provisioning log that wait to be written.", func() float64 { return float64(r.Stats().Waiting) })
	count("written_total", "Entries of the provisioning log written.", func(s provlog.Stats) uint64 { return s.Written })
	count("dropped_total", "Entries of successes dropped for want of room.", func(s provlog.Stats) uint64 { return s.Dropped })
	count("lost_total", "Entries of failures dropped, and entries that the store refused.", func(s provlog.Stats) uint64 { return s.Lost })
	count("bodiless_total", "Entries kept without their bodies for want of room.", func(s provlog.Stats) uint64 { return s.Bodiless })
	count("astray_total", "Requests at base URLs that do not exist.", func(s provlog.Stats) uint64 { return s.Astray })
	count("uncounted_total", "Requests that were not let in and not counted, for want of room.", func(s provlog.Stats) uint64 { return s.Uncount })
}
