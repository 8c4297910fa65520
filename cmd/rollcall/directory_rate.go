package main

import (
	"io"
	"strconv"
)

type directoryRateCmd struct {
	directoryArg
	Rate    quantity `placeholder:"N" help:"The most requests per second in the long run (default: the gateway's)."`
	Burst   quantity `placeholder:"N" help:"How many may come before the rate holds (default: the gateway's)."`
	NoLimit bool     `help:"Have no rate at all; that of the tenant still holds."`
}

// Help is shown below the flags.
func (*directoryRateCmd) Help() string {
	return `Gives one directory a rate of its own; without flags it has the gateway's again (ROLLCALL_DIRECTORY_RATE and
ROLLCALL_DIRECTORY_BURST). Beyond the rate requests are answered 429 with Retry-After. The rate of the whole
tenant (ROLLCALL_TENANT_RATE) holds besides. Running gateways follow at once.`
}

// Run implements directory rate.
func (c *directoryRateCmd) Run(p *program) error {
	rate := c.Rate.or(0)
	switch {
	case c.NoLimit && c.Rate.given:
		return usage("--rate and --no-limit exclude each other")
	case c.NoLimit:
		rate = -1
	case c.Rate.given && rate == 0:
		return usage("--rate must be 1 or more; --no-limit is for none")
	}
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	if d, err = r.SetRate(p.ctx, s, d.ID, rate, c.Burst.or(0)); err != nil {
		return err
	}
	return p.show(p.viewDirectory(d), func(w io.Writer) {
		say(w, "Directory %s may send %s.", d.Name, rateWords(d.Settings.Rate, d.Settings.Burst))
	})
}

// rateWords tells of a directory's own rate.
func rateWords(rate, burst int) string {
	words := count(rate, "request", "requests") + " a second"
	switch {
	case rate < 0:
		return "as much as its tenant"
	case rate == 0:
		words = "as many requests a second as any other"
	}
	if burst > 0 {
		words += ", after a burst of " + strconv.Itoa(burst)
	}
	return words
}
