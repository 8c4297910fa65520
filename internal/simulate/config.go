package simulate

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Vendor is the product whose behaviour is played.
type Vendor string

// The vendors that can be played.
const (
	Entra  Vendor = "entra"
	Okta   Vendor = "okta"
	Google Vendor = "google"
)

// Dialect chooses among the ways one vendor speaks.
type Dialect string

// Both takes the vendor's two ways in turn, by object and by step; it is the default.
const (
	Both Dialect = "both"

	// Legacy is Entra without a flag: capital ops, booleans as text, one operation per attribute.
	Legacy Dialect = "legacy"
	// Modern is Entra with aadOptscim062020: lower-case ops, booleans, operations without a path.
	Modern Dialect = "modern"

	// Wizard is an Okta app made by the App Integration Wizard: it changes by PUT of the whole object.
	Wizard Dialect = "wizard"
	// Catalogue is an Okta app of the integration catalogue: it changes by PATCH without a path.
	Catalogue Dialect = "catalogue"
)

// Config says what is played against which service. BaseURL, Token and Now must be given.
type Config struct {
	Vendor  Vendor
	Dialect Dialect // empty: Both
	// BaseURL is where /Users and /Groups hang. A query in it is sent with every request, as Entra does
	// with the flags that admins write into the tenant URL.
	BaseURL string
	Token   string // bearer token

	Users  int    // people of the company; 0: 20
	Groups int    // groups of the company; Google pushes none
	Domain string // mail domain of the people; empty: entra.example, okta.example, google.example
	Seed   int64  // another seed is another company; 0: 1

	// Concurrency is how many requests are under way at once; 0: 4.
	Concurrency int
	// Keep leaves everybody in place and active at the end, and no group deleted.
	Keep bool

	// Trouble makes the road bad; empty: only as bad as it is. TroubleSeed says when it strikes; 0: Seed. The
	// same seed makes the same trouble, as long as the service answers alike.
	Trouble     []Trouble
	TroubleSeed int64

	Client *http.Client // nil: one with a time limit of 60 s, as the vendors have, that follows no redirect
	Report Reporter     // nil: nothing is reported

	// Patience bounds the waiting for one request that is answered by 429 or 5xx, or not at all; 0: 90 s.
	Patience time.Duration
	Now      func() time.Time
	// Sleep waits for d or until ctx ends; nil: by a timer.
	Sleep func(ctx context.Context, d time.Duration) error
}

// dialects lists the ways each vendor can speak.
var dialects = map[Vendor][]Dialect{
	Entra:  {Both, Legacy, Modern},
	Okta:   {Both, Wizard, Catalogue},
	Google: {Both},
}

// complete fills in the defaults and refuses what cannot be played.
func (c Config) complete() (Config, *url.URL, error) {
	ways, known := dialects[c.Vendor]
	if !known {
		return c, nil, fmt.Errorf("unknown vendor %q: use entra, okta or google", c.Vendor)
	}
	if c.Dialect == "" {
		c.Dialect = Both
	}
	if !slices.Contains(ways, c.Dialect) {
		return c, nil, fmt.Errorf("%s has no dialect %q: use one of %v", c.Vendor, c.Dialect, ways)
	}
	base, err := url.Parse(strings.TrimSpace(c.BaseURL))
	if err != nil {
		return c, nil, fmt.Errorf("read base URL: %w", err)
	}
	if base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return c, nil, fmt.Errorf("base URL %q: want http:// or https:// and a host", c.BaseURL)
	}
	if c.Token == "" {
		return c, nil, fmt.Errorf("no token given")
	}
	if c.Users < 0 || c.Groups < 0 {
		return c, nil, fmt.Errorf("%d users and %d groups: want no negative numbers", c.Users, c.Groups)
	}
	for _, kind := range c.Trouble {
		if !slices.Contains(Troubles(), kind) {
			return c, nil, fmt.Errorf("unknown trouble %q: use some of %s", kind, troubleNames())
		}
	}
	if c.Now == nil {
		return c, nil, fmt.Errorf("no clock given")
	}
	return c.withDefaults(), base, nil
}

func (c Config) withDefaults() Config {
	c.Users = orDefault(c.Users, 20)
	c.Domain = orDefault(c.Domain, string(c.Vendor)+".example")
	c.Seed = orDefault(c.Seed, 1)
	c.TroubleSeed = orDefault(c.TroubleSeed, c.Seed)
	c.Concurrency = orDefault(c.Concurrency, 4)
	c.Patience = orDefault(c.Patience, 90*time.Second)
	if c.Vendor == Google {
		c.Groups = 0
	}
	if c.Report == nil {
		c.Report = silent{}
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	if c.Client == nil {
		c.Client = &http.Client{
			Timeout:       60 * time.Second,
			Transport:     transport(c.Concurrency),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return c
}

// transport keeps one connection per worker alive; the default transport would close most of them after each use.
func transport(workers int) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		MaxIdleConnsPerHost:   workers,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

func orDefault[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
