package main

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

type healthCmd struct {
	Timeout time.Duration `default:"3s" placeholder:"PERIOD" help:"How long to wait for an answer (default: 3s)."`
}

// Help is shown below the flags.
func (*healthCmd) Help() string {
	return `Asks http://ADMIN_LISTEN/readyz and exits with 0 when the gateway can work, with 1 otherwise: the health check
of a container that has no other program in it.`
}

type healthView struct {
	Ready  bool   `json:"ready"`
	Status string `json:"status"`
}

// Run implements health.
func (c *healthCmd) Run(p *program) error {
	url := "http://" + reachable(p.AdminListen) + "/readyz"
	req, err := http.NewRequestWithContext(p.ctx, http.MethodGet, url, nil)
	if err != nil {
		return usage("--admin-listen %q: %w", p.AdminListen, err)
	}
	res, err := (&http.Client{Timeout: c.Timeout}).Do(req)
	if err != nil {
		return fmt.Errorf("the gateway does not answer: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	v := healthView{Ready: res.StatusCode == http.StatusOK, Status: res.Status}
	if !v.Ready {
		return refused("the gateway can't work now: %s answered %s", url, res.Status)
	}
	return p.show(v, func(w io.Writer) { say(w, "The gateway is ready.") })
}
