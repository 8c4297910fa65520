package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/load"
)

type simulateLoadCmd struct {
	Directories string        `required:"" placeholder:"FILE" help:"What directory create --json printed, for each directory, one behind the other; - is standard input."`
	Rate        float64       `default:"25" placeholder:"N" help:"Requests of each directory per second (default: 25, which Entra asks an endpoint to take)."`
	For         time.Duration `default:"15m" placeholder:"PERIOD" help:"How long (default: 15m)."`
	Limit       time.Duration `default:"300ms" placeholder:"PERIOD" help:"95 of 100 answers of each directory must take less (default: 300ms)."`
	Flood       int           `default:"0" placeholder:"N" help:"Have the last directory of the file send as much as it can on N connections; it may be told to wait (default: 0, none)."`
	Domain      string        `default:"load.example" placeholder:"DOMAIN" help:"The mail domain of the people who are made (default: load.example)."`
	Seed        int64         `placeholder:"N" help:"Runs with different seeds make different people (default: by the time)."`
}

// Help is shown below the flags.
func (*simulateLoadCmd) Help() string {
	return `A steady stream for each directory: of ten requests five look for a person by name, two create one and three
change one. A request is sent when it is due, whether others were answered or not, and its time counts from
then. The exit code is 1 when one of the steady directories got 429, an error of the server, or no answer, or
when its answers took too long. The people who are made stay.

  for i in $(seq 10); do
    rollcall tenant create load-$i
    rollcall directory create --tenant load-$i --provider entra --json >> directories.json
  done
  rollcall simulate load --directories directories.json`
}

// Run implements simulate load.
func (c *simulateLoadCmd) Run(p *program) error {
	directories, err := c.read()
	if err != nil {
		return err
	}
	config := load.Config{
		Steady: directories, Rate: c.Rate, For: c.For, Connections: c.Flood, Domain: c.Domain, Seed: c.Seed, Now: p.now, Every: time.Minute,
		Progress: func(r load.Report) {
			say(p.errs, "%v: %d directories, worst 95 of 100 within %s", r.Took.Round(time.Second), len(r.Directories), worst(r))
		},
	}
	if c.Seed == 0 {
		config.Seed = p.now().Unix()
	}
	if c.Flood > 0 {
		last := len(directories) - 1
		config.Flood, config.Steady = directories[last], directories[:last]
	}
	if len(config.Steady) == 0 || c.Rate <= 0 || c.For <= 0 || c.Flood < 0 {
		return usage("--rate and --for must be more than 0, and %s must hold a directory that does not flood", c.Directories)
	}
	report, err := load.Run(p.ctx, config)
	if err != nil {
		return err
	}
	err = p.show(report, func(w io.Writer) {
		table(w, "", []string{"DIRECTORY", "REQUESTS", "STATUS", "LOST", "P50 MS", "P95 MS", "P99 MS", "MAX MS"}, list(report.Directories, row))
	})
	if faults := report.Faults(c.Limit); len(faults) > 0 {
		err = errors.Join(err, refused("%s", strings.Join(faults, "; ")))
	}
	return err
}

// read reads the directories of the file.
func (c *simulateLoadCmd) read() ([]load.Directory, error) {
	f := os.Stdin
	if c.Directories != "-" {
		var err error
		if f, err = os.Open(c.Directories); err != nil {
			return nil, usage("--directories: %w", err)
		}
		defer func() { _ = f.Close() }()
	}
	var out []load.Directory
	for decoder := json.NewDecoder(f); ; {
		var d load.Directory
		err := decoder.Decode(&d)
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, usage("--directories %s: it must hold what directory create --json prints: %w", c.Directories, err)
		case d.BaseURL == "" || d.Token == "":
			return nil, usage("--directories %s: entry %d has no base_url or no token", c.Directories, len(out)+1)
		}
		out = append(out, d)
	}
}

func row(a load.Answers) []string {
	var status []string
	for _, s := range slices.Sorted(maps.Keys(a.Status)) {
		status = append(status, fmt.Sprintf("%d×%d", s, a.Status[s]))
	}
	name := a.Directory[strings.LastIndex(a.Directory, "/")+1:]
	if a.Floods {
		name += " (floods)"
	}
	out := []string{name, strconv.Itoa(a.Requests), strings.Join(status, " "), strconv.Itoa(a.Lost)}
	for _, ms := range []float64{a.P50, a.P95, a.P99, a.Max} {
		out = append(out, strconv.FormatFloat(ms, 'f', 1, 64))
	}
	return out
}

// worst is the longest 95th percentile of those that do not flood.
func worst(r load.Report) string {
	most := 0.0
	for _, a := range r.Directories {
		if !a.Floods {
			most = max(most, a.P95)
		}
	}
	return strconv.FormatFloat(most, 'f', 1, 64) + " ms"
}
