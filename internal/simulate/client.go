package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxAnswer bounds what is read of one answer; a group of 100,000 members stays below it.
const maxAnswer = 64 << 20

// request is one SCIM request, before the vendor's headers.
type request struct {
	method string
	path   string // below the base URL, "/Users"
	query  string // encoded already
	body   any    // nil: none
	// once keeps the client from repeating it by itself after a lost answer: the caller looks first.
	once bool
}

// answer is what came back in the end.
type answer struct {
	status int
	kind   string // Content-Type
	body   []byte
	took   time.Duration // of the last try
	tries  int           // 1: at once
	after  time.Duration // Retry-After, 0: none
	twice  bool          // the request was sent twice, and the other did not do it
}

// lostError says that no usable answer came within Config.Patience.
type lostError struct {
	req   request
	tries int
	err   error
}

func (e *lostError) Error() string {
	return fmt.Sprintf("%s %s: no answer after %d tries: %v", e.req.method, e.req.target(), e.tries, e.err)
}

func (e *lostError) Unwrap() error { return e.err }

func (r request) target() string {
	if r.query == "" {
		return r.path
	}
	// Shown decoded, so that a filter can be read.
	if q, err := url.QueryUnescape(r.query); err == nil {
		return r.path + "?" + q
	}
	return r.path + "?" + r.query
}

// client sends requests in one vendor's manner.
type client struct {
	base   *url.URL
	header http.Header
	cfg    *Config
}

// headers holds what each product sends besides the token. Okta's are recorded traffic; the others document
// only the content type.
func headers(v Vendor, token string) http.Header {
	h := http.Header{}
	h.Set("Authorization", "Bearer "+token)
	h.Set("Accept", "application/scim+json")
	h.Set("Content-Type", "application/scim+json; charset=utf-8")
	h.Set("User-Agent", "rollcall-simulate ("+string(v)+")")
	switch v {
	case Okta:
		h.Set("Accept-Charset", "utf-8")
		h.Set("User-Agent", "Okta SCIM Client 1.0.0")
	case Google:
		h.Set("Content-Type", "application/scim+json")
	}
	return h
}

// send asks until a final answer comes: connections that break, 429 and 5xx are tried again with growing
// pauses, or those that the service asks for, until the patience is used up. The last answer is returned
// as it is; a *lostError when there was none. The fate comes true on the first tries.
func (c *client) send(ctx context.Context, req request, f fate) (answer, error) {
	var body []byte
	if req.body != nil {
		var err error
		if body, err = encode(req.body); err != nil {
			return answer{}, fmt.Errorf("encode %s %s: %w", req.method, req.path, err)
		}
	}
	left := c.cfg.Patience
	for try := 1; ; try++ {
		ans, err := c.meet(ctx, req, body, &f)
		ans.tries = try
		if ctx.Err() != nil {
			return ans, context.Cause(ctx)
		}
		if err == nil && !transient(ans.status) {
			return ans, nil
		}
		wait := pause(try, ans.after)
		if req.once || wait > left {
			if err != nil {
				return ans, &lostError{req: req, tries: try, err: err}
			}
			return ans, nil
		}
		left -= wait
		if err := c.cfg.Sleep(ctx, wait); err != nil {
			return ans, fmt.Errorf("wait before asking again: %w", err)
		}
	}
}

var errBroken = errors.New("the connection broke before the answer came")

// meet is one try, as fate has it.
func (c *client) meet(ctx context.Context, req request, body []byte, f *fate) (answer, error) {
	if away, ok := f.next(); ok {
		now := c.cfg.Now()
		return answer{status: away.status, after: parseRetryAfter(away.header(now), now)}, nil
	}
	ans, err := c.try(ctx, req, body)
	if err == nil && f.lost > 0 {
		f.lost--
		return answer{}, errBroken
	}
	return ans, err
}

func (c *client) try(ctx context.Context, req request, body []byte) (answer, error) {
	u := *c.base
	u.Path = strings.TrimRight(u.Path, "/") + req.path
	if req.query != "" {
		u.RawQuery = strings.Trim(req.query+"&"+c.base.RawQuery, "&")
	}
	out, err := http.NewRequestWithContext(ctx, req.method, u.String(), bytes.NewReader(body))
	if err != nil {
		return answer{}, fmt.Errorf("build request: %w", err)
	}
	out.Header = c.header.Clone()
	if body == nil {
		out.Header.Del("Content-Type")
	}
	start := c.cfg.Now()
	res, err := c.cfg.Client.Do(out)
	if err != nil {
		// The URL in a url.Error is in the report already.
		if ue, ok := errors.AsType[*url.Error](err); ok {
			err = ue.Err
		}
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return answer{}, fmt.Errorf("read answer: %w", err)
	}
	now := c.cfg.Now()
	return answer{
		status: res.StatusCode, kind: res.Header.Get("Content-Type"), body: text,
		took: now.Sub(start), after: parseRetryAfter(res.Header.Get("Retry-After"), now),
	}, nil
}

// encode leaves <, > and & as they are, as the vendors do.
func encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(buf.Bytes()), nil
}

// eq writes one comparison of a filter; the value is a JSON string (RFC 7644 §3.4.2.2).
func eq(attribute, value string) string {
	text, _ := encode(value) // a string always encodes
	return attribute + " eq " + string(text)
}

// filterQuery encodes a filter for the query, blanks as %20.
func filterQuery(filter string) string {
	return "filter=" + strings.ReplaceAll(url.QueryEscape(filter), "+", "%20")
}
