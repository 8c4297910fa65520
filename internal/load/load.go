package load

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Directory is a SCIM endpoint with its bearer token.
type Directory struct {
	BaseURL string `json:"base_url"`
	Token   string `json:"token"`
}

// Config is one run.
type Config struct {
	// Steady directories get Rate requests a second each.
	Steady []Directory
	Rate   float64
	For    time.Duration
	// Flood gets as much as Connections take, one request after the other on each. Zero: nobody floods.
	Flood       Directory
	Connections int
	// Domain is that of the people who are made; Seed tells runs apart, which never meet each other's people.
	Domain string
	Seed   int64
	Now    func() time.Time
	// Progress is called once in Every with what came so far. Optional.
	Progress func(Report)
	Every    time.Duration
}

// Run sends until the time is over or ctx ends, waits for the last answers, and returns what came. The
// error says that nothing could be sent.
func Run(ctx context.Context, c Config) (Report, error) {
	if len(c.Steady) == 0 || c.Rate <= 0 || c.For <= 0 {
		return Report{}, fmt.Errorf("load: %d directories at %v requests a second for %v is nothing to send", len(c.Steady), c.Rate, c.For)
	}
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		MaxIdleConnsPerHost: 1000, MaxConnsPerHost: 0, IdleConnTimeout: time.Minute, DisableCompression: true,
	}}
	defer client.CloseIdleConnections()
	began := c.Now()
	all := make([]*stream, 0, len(c.Steady)+1)
	for i, d := range c.Steady {
		all = append(all, &stream{config: c, client: client, directory: d, number: i})
	}
	sending, stop := context.WithTimeout(ctx, c.For)
	defer stop()
	var group sync.WaitGroup
	for _, s := range all {
		group.Go(func() { s.steady(sending) })
	}
	if c.Connections > 0 {
		s := &stream{config: c, client: client, directory: c.Flood, number: len(c.Steady), floods: true}
		all = append(all, s)
		for range c.Connections {
			group.Go(func() { s.flood(sending) })
		}
	}
	if c.Progress != nil && c.Every > 0 {
		group.Go(func() {
			tick := time.NewTicker(c.Every)
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
					c.Progress(report(all, c.Now().Sub(began)))
				case <-sending.Done():
					return
				}
			}
		})
	}
	group.Wait()
	return report(all, c.Now().Sub(began)), nil
}

// steady sends when requests are due.
func (s *stream) steady(ctx context.Context) {
	period := time.Duration(float64(time.Second) / s.config.Rate)
	// Directories do not send in step.
	due := s.config.Now().Add(period * time.Duration(s.number) / time.Duration(len(s.config.Steady)))
	timer := time.NewTimer(0)
	defer timer.Stop()
	var group sync.WaitGroup
	defer group.Wait()
	for n := 0; ; n++ {
		timer.Reset(due.Sub(s.config.Now()))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		at := due
		// What was due before the end is still answered after it.
		group.Go(func() { s.send(context.WithoutCancel(ctx), n, at) })
		due = due.Add(period)
	}
}

// flood sends one request after the other, and takes no notice of Retry-After.
func (s *stream) flood(ctx context.Context) {
	for ctx.Err() == nil {
		s.send(context.WithoutCancel(ctx), s.next(), s.config.Now())
	}
}
