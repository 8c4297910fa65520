package google

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/roster"
)

// Where Google answers. They are fixed: no setting, and no file of a key, leads a key elsewhere.
const (
	googleAPI   = "https://admin.googleapis.com/admin/directory/v1"
	googleToken = "https://oauth2.googleapis.com/token"
)

// The bounds of one request, and of the patience with one that Google can't answer now.
const (
	callTimeout = 60 * time.Second
	maxAnswer   = 16 << 20
	attempts    = 7
	firstPause  = time.Second
	maxPause    = 64 * time.Second
)

// Config is how Google is reached. The zero Config is right for production; the fields are there for
// tests and the demo.
type Config struct {
	API, Token string       // base URL of the Directory API, and the token endpoint; empty: Google's
	HTTP       *http.Client // nil: one that follows no redirects and obeys the proxy of the environment
	// Wait waits, or returns ctx's error; nil: by the clock.
	Wait func(ctx context.Context, d time.Duration) error
	// Jitter picks a time below a bound; nil: at random.
	Jitter func(bound time.Duration) time.Duration
}

func (c Config) filled() Config {
	if c.API == "" {
		c.API = googleAPI
	}
	if c.Token == "" {
		c.Token = googleToken
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{
			Timeout:       callTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{
				Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: callTimeout,
				IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 2, MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true,
			},
		}
	}
	if c.Wait == nil {
		c.Wait = wait
	}
	if c.Jitter == nil {
		c.Jitter = rand.N[time.Duration]
	}
	return c
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // the caller does
	case <-timer.C:
		return nil
	}
}

// client reads one Google account in the name of one administrator. One run uses it, one call at a time.
type client struct {
	Config
	key     Key
	subject string
	now     func() time.Time
	// before is called before each attempt of a request; its error ends the call.
	before func(ctx context.Context) error

	token   string
	expires time.Time
	calls   int // requests that were answered
}

// answer is what came back, with 200 or 304.
type answer struct {
	status int
	etag   string
	body   []byte
}

// errGone says that there is no such group any more.
var errGone = errors.New("google has no such thing")

// get reads a resource into v. unless is the etag of what is known: then changed is false when it is
// still that. A missing resource is errGone, and everything else that is no answer a *Failure.
func (c *client) get(ctx context.Context, path string, query url.Values, unless string, v any) (changed bool, etag string, err error) {
	again := false
	for {
		if err := c.authorize(ctx, again); err != nil {
			return false, "", err
		}
		a, err := c.repeat(ctx, func() (*http.Request, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.API+path+"?"+query.Encode(), http.NoBody)
			if err != nil {
				return nil, fmt.Errorf("make a request: %w", err)
			}
			req.Header.Set("Authorization", "Bearer "+c.token)
			if unless != "" {
				req.Header.Set("If-None-Match", unless)
			}
			return req, nil
		})
		if err != nil {
			return false, "", err
		}
		switch {
		case a.status == http.StatusNotModified:
			return false, unless, nil
		case a.status == http.StatusOK:
			if err := json.Unmarshal(a.body, v); err != nil {
				return false, "", &Failure{Code: roster.CodePullUnreachable, Status: a.status, Detail: "Google's answer can't be read. The next run tries again.", Err: errors.New("decode the answer")}
			}
			return true, a.etag, nil
		case a.status == http.StatusUnauthorized && !again: // it expired earlier than was said, or was revoked
			again = true
			continue
		case a.status == http.StatusNotFound && strings.HasPrefix(path, "/groups/"):
			return false, "", errGone
		}
		return false, "", failureOf(parseRefusal(a.status, a.body), c.key, c.subject)
	}
}

// authorize gets an access token where there is none, it is about to end, or anew.
func (c *client) authorize(ctx context.Context, anew bool) error {
	const ahead = time.Minute
	if !anew && c.token != "" && c.now().Before(c.expires.Add(-ahead)) {
		return nil
	}
	assertion, err := c.key.assert(c.subject, c.Token, c.now())
	if err != nil {
		return err
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}.Encode()
	a, err := c.repeat(ctx, func() (*http.Request, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Token, strings.NewReader(form))
		if err != nil {
			return nil, fmt.Errorf("make a request: %w", err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return req, nil
	})
	if err != nil {
		return err
	}
	var got struct {
		Token   string `json:"access_token"`
		Expires int64  `json:"expires_in"`
	}
	if a.status != http.StatusOK {
		return grantFailure(parseRefusal(a.status, a.body), c.key, c.subject)
	}
	if json.Unmarshal(a.body, &got) != nil || got.Token == "" || strings.ContainsAny(got.Token, "\r\n") {
		return &Failure{Code: roster.CodePullUnreachable, Status: a.status, Detail: "Google's answer holds no access token. The next run tries again."}
	}
	c.token, c.expires = got.Token, c.now().Add(time.Duration(min(max(got.Expires, 0), 3600))*time.Second)
	return nil
}

// repeat sends a request, and again after growing pauses for as long as Google asks for that. It gives
// up when the pause would outlast ctx.
func (c *client) repeat(ctx context.Context, request func() (*http.Request, error)) (answer, error) {
	pause := firstPause
	for i := 1; ; i++ {
		if err := c.before(ctx); err != nil {
			return answer{}, err
		}
		req, err := request()
		if err != nil {
			return answer{}, err
		}
		a, after, err := c.send(req)
		var failed *Failure
		switch {
		case ctx.Err() != nil:
			return a, fmt.Errorf("read google: %w", ctx.Err())
		case err != nil:
			failed = &Failure{Code: roster.CodePullUnreachable, Detail: "Google can't be reached. See whether this machine may connect to admin.googleapis.com and oauth2.googleapis.com by https.", Err: err}
		case parseRefusal(a.status, a.body).passing() && a.status >= http.StatusBadRequest:
			failed = failureOf(parseRefusal(a.status, a.body), c.key, c.subject)
		default:
			return a, nil
		}
		delay := max(pause+c.Jitter(firstPause), after)
		if i == attempts || delay > maxPause+firstPause || late(ctx, c.now().Add(delay)) {
			return a, failed
		}
		if err := c.Wait(ctx, delay); err != nil {
			return a, fmt.Errorf("wait to ask google again: %w", err)
		}
		pause = min(2*pause, maxPause)
	}
}

// late says whether ctx ends before a time.
func late(ctx context.Context, at time.Time) bool {
	end, ok := ctx.Deadline()
	return ok && end.Before(at)
}

// send sends a request once. after is what Retry-After asks for.
func (c *client) send(req *http.Request) (a answer, after time.Duration, err error) {
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "rollcall")
	res, err := c.HTTP.Do(req)
	if err != nil {
		return a, 0, plain(err)
	}
	defer func() { _ = res.Body.Close() }()
	var body bytes.Buffer
	if n, err := io.Copy(&body, io.LimitReader(res.Body, maxAnswer+1)); err != nil {
		return a, 0, fmt.Errorf("read the answer: %w", err)
	} else if n > maxAnswer {
		return a, 0, fmt.Errorf("the answer has more than %d bytes", maxAnswer)
	}
	c.calls++
	return answer{res.StatusCode, res.Header.Get("Etag"), body.Bytes()}, retryAfter(res.Header.Get("Retry-After"), c.now()), nil
}

// plain is an error of the network without the URL, which may name an organisational unit.
func plain(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// retryAfter reads the header (RFC 9110 §10.2.3): seconds or a date.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 86400)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
