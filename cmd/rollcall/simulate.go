package main

import (
	"errors"
	"io"
	"time"

	"rollcall/internal/simulate"
)

type simulateCmd struct {
	Entra  simulateEntraCmd  `cmd:"" help:"Play Microsoft Entra ID."`
	Okta   simulateOktaCmd   `cmd:"" help:"Play Okta."`
	Google simulateGoogleCmd `cmd:"" help:"Play Google Workspace, which pushes no groups."`
	Load   simulateLoadCmd   `cmd:"" help:"Send a steady stream of requests for many directories and measure the answers."`
}

type simulateEntraCmd struct {
	Dialect string `enum:"both,legacy,modern" default:"both" placeholder:"both|legacy|modern" help:"legacy is Entra as it is without a flag, modern with aadOptscim062020; both takes them in turn (default: both)."`
	simulateFlags
}

// Help is shown below the flags.
func (*simulateEntraCmd) Help() string { return simulateHelp }

// Run implements simulate entra.
func (c *simulateEntraCmd) Run(p *program) error { return c.play(p, simulate.Entra, c.Dialect) }

type simulateOktaCmd struct {
	Dialect string `enum:"both,wizard,catalogue" default:"both" placeholder:"both|wizard|catalogue" help:"wizard is an app made by the App Integration Wizard, which changes people by PUT; catalogue one of the integration catalogue, which changes them by PATCH; both takes them in turn (default: both)."`
	simulateFlags
}

// Help is shown below the flags.
func (*simulateOktaCmd) Help() string { return simulateHelp }

// Run implements simulate okta.
func (c *simulateOktaCmd) Run(p *program) error { return c.play(p, simulate.Okta, c.Dialect) }

type simulateGoogleCmd struct{ simulateFlags }

// Help is shown below the flags.
func (*simulateGoogleCmd) Help() string { return simulateHelp }

// Run implements simulate google.
func (c *simulateGoogleCmd) Run(p *program) error { return c.play(p, simulate.Google, "") }

const simulateHelp = `A made-up company is pushed as the vendor would: the connection is tested, people are matched, created, changed,
disabled and restored, groups made, filled, renamed and emptied; at the end what the service has is compared
with the company. Every answer is checked; the exit code is 1 when one was not as it has to be. Any SCIM
endpoint will do, not only Rollcall's. The same seed is the same company: a run that broke off goes on when
it is started again.

With --trouble the road there is bad on purpose, and the end must be the same nevertheless:

  throttled   requests are turned away with 429 and 503, and Retry-After is obeyed
  duplicated  requests are sent twice, at once or one after the other
  lost        the service does what is asked, and the connection breaks before its answer
  reordered   people, groups and steps come in random order, and changes late, passed by later ones;
              the directory's next cycle has to mend what they spoiled
  all         all of these

--trouble-seed says when trouble strikes: the same number makes the same trouble again.`

type simulateFlags struct {
	BaseURL     string        `required:"" placeholder:"URL" help:"The SCIM base URL, as directory create prints it."`
	Token       string        `required:"" env:"ROLLCALL_SIMULATE_TOKEN" placeholder:"TOKEN" help:"The bearer token, as directory create prints it."`
	Users       int           `default:"20" placeholder:"N" help:"People of the company (default: 20)."`
	Groups      int           `default:"0" placeholder:"N" help:"Groups of the company (default: 0)."`
	Domain      string        `placeholder:"DOMAIN" help:"The mail domain of the people (default: entra.example, okta.example or google.example)."`
	Seed        int64         `default:"1" placeholder:"N" help:"Another seed is another company (default: 1)."`
	Concurrency int           `default:"4" placeholder:"N" help:"Requests under way at once (default: 4)."`
	Patience    time.Duration `default:"90s" placeholder:"PERIOD" help:"How long one request is repeated while the service is away (default: 90s)."`
	Trouble     string        `placeholder:"KIND,…" help:"Make the road bad: throttled, duplicated, lost, reordered, several of them, or all."`
	TroubleSeed int64         `default:"0" placeholder:"N" help:"Another seed, other trouble (default: the seed of the company)."`
	Keep        bool          `help:"Leave everybody in place and active at the end, and no group deleted."`
	Explain     bool          `help:"Say with each step what is asked and what has to come back."`
	Verbose     bool          `help:"Print a line for each request."`
}

func (f simulateFlags) play(p *program, v simulate.Vendor, d string) error {
	if f.Users < 1 || f.Groups < 0 || f.Concurrency < 1 {
		return usage("--users and --concurrency must be 1 or more, --groups 0 or more")
	}
	trouble, err := simulate.ParseTroubles(f.Trouble)
	if err != nil {
		return usage("--trouble: %w", err)
	}
	// With --json the report for people goes where it does not disturb the result.
	to := p.out
	if p.json {
		to = p.errs
	}
	text := &simulate.Text{W: to, Explain: f.Explain, Verbose: f.Verbose}
	summary, err := simulate.Run(p.ctx, simulate.Config{
		Vendor: v, Dialect: simulate.Dialect(d), BaseURL: f.BaseURL, Token: f.Token, Users: f.Users, Groups: f.Groups,
		Domain: f.Domain, Seed: f.Seed, Concurrency: f.Concurrency, Keep: f.Keep, Patience: f.Patience, Report: text, Trouble: trouble, TroubleSeed: f.TroubleSeed, Now: p.now,
	})
	text.Total(summary, err)
	if p.json {
		return errors.Join(err, p.show(summary, func(io.Writer) {}))
	}
	return err
}
