package scim

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// request is an authenticated request with what every handler needs of it.
type request struct {
	*http.Request
	params params
	base   string // of the directory, without a slash at its end
	by     roster.By
	scope  roster.Scope
	quirks quirks
	roles  tenant.RoleSet
	// variable is the part of the path that the route leaves open; empty: none.
	variable string

	gate    Gate
	grant   *roster.Grant
	entered bool // the gate
	// taken is the body, once it was read.
	taken []byte
}

// quirksOf reads a directory's settings.
func quirksOf(d tenant.Directory) quirks {
	return quirks{strict: d.Settings.Strict, governance: d.Provider == tenant.Okta, repeats: d.Provider == tenant.Rippling && !d.Settings.Strict}
}

// userID is the id of the path. What is no UUID was never an id of ours, so
// that the answer is the same as for one that is unknown: 404.
func (q *request) userID() (roster.MemberID, error) {
	u, err := tenant.ParseUUID(q.variable)
	if err != nil {
		return roster.MemberID{}, roster.NotFound
	}
	return roster.MemberID{UUID: u}, nil
}

func (q *request) groupID() (roster.GroupID, error) {
	u, err := tenant.ParseUUID(q.variable)
	if err != nil {
		return roster.GroupID{}, roster.NotFound
	}
	return roster.GroupID{UUID: u}, nil
}

// projection reads which attributes the answer shall have (RFC 7644 §3.9).
func (q *request) projection(kind resourceKind) (*projection, error) {
	return parseProjection(q.params.get("attributes"), q.params.get("excludedAttributes"), q.quirks.schema(kind))
}

// params are the keys of a query. Keys that are not known are ignored: Entra's
// feature flags (aadOptscim062020) ride in the base URL.
type params map[string]string

func (p params) get(key string) string { return p[key] }

func (p params) has(key string) bool {
	_, ok := p[key]
	return ok
}

// maxQuery bounds the query text; the filter in it has a limit of its own.
const maxQuery = 16 << 10

// parseParams reads a query. It is stricter than url.ParseQuery, which drops what it
// cannot read: a list without its filter would answer a match with a stranger.
// A semicolon is a character like others.
func parseParams(raw string) (params, error) {
	if raw == "" {
		return nil, nil //nolint:nilnil // an empty map
	}
	if len(raw) > maxQuery {
		return nil, &fault{status: http.StatusRequestURITooLong, detail: "The query is longer than 16 KiB. Send it as a POST to /.search below the endpoint."}
	}
	p := params{}
	for pair := range strings.SplitSeq(raw, "&") {
		key, value, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(key)
		if err != nil {
			continue // not one of ours
		}
		value, err = url.QueryUnescape(value)
		if err != nil || !utf8.ValidString(value) {
			return nil, invalidValue("The query parameter " + key + " is not percent-encoded UTF-8.")
		}
		if _, twice := p[key]; twice && key != "" {
			return nil, invalidValue("The query parameter " + key + " stands twice.")
		}
		p[key] = value
	}
	return p, nil
}

// believed is how much room a Content-Length alone gets, in bytes. Who declares more than that has it when
// it is here: a declaration costs nothing.
const believed = 256 << 10

// body reads a JSON body of at most limit bytes, after its media type.
func (q *request) body(w http.ResponseWriter, limit int64) ([]byte, error) {
	if err := checkEncoding(q.Header.Values("Content-Encoding")); err != nil {
		return nil, err
	}
	declared := q.Header.Get("Content-Type")
	if declared != "" {
		if err := checkContentType(declared); err != nil {
			return nil, err
		}
	}
	if q.ContentLength > limit {
		return nil, bodyTooLarge(limit)
	}
	b := bytes.Buffer{}
	b.Grow(int(min(max(q.ContentLength, 0), believed)) + bytes.MinRead)
	if _, err := b.ReadFrom(http.MaxBytesReader(w, q.Body, limit)); err != nil {
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			return nil, bodyTooLarge(limit)
		}
		return nil, &roster.Error{Kind: roster.BadSyntax, Detail: "The body ended before its end.", Err: err}
	}
	body := bytes.TrimSpace(bytes.TrimPrefix(b.Bytes(), []byte("\ufeff"))) // RFC 8259 §8.1 lets us pass over a byte order mark
	q.taken = body
	switch {
	case len(body) == 0:
		return nil, &roster.Error{Kind: roster.BadSyntax, Detail: "The body is empty; a JSON object is needed."}
	case declared == "" && body[0] != '{':
		return nil, unsupportedType("none")
	case !utf8.Valid(body):
		return nil, &roster.Error{Kind: roster.BadSyntax, Detail: "The body is not UTF-8."}
	}
	return body, q.enter()
}

// checkContentType accepts SCIM's media type and plain JSON (RFC 7644 §3.8),
// in UTF-8.
func checkContentType(v string) error {
	media, args, err := mime.ParseMediaType(v)
	if err != nil || media != contentType && media != "application/json" {
		return unsupportedType(v)
	}
	if c, ok := args["charset"]; ok && !strings.EqualFold(c, "utf-8") {
		return unsupportedType(v)
	}
	return nil
}

func unsupportedType(v string) error {
	if len(v) > 100 {
		v = v[:100] + "…"
	}
	return &fault{
		status: http.StatusUnsupportedMediaType,
		detail: "The Content-Type is " + v + ". Send application/scim+json or application/json, in UTF-8.",
		header: [2]string{"Accept", contentType + ", application/json"},
	}
}

// checkEncoding refuses compressed bodies, whose size nobody knows beforehand.
// The header tells the client so (RFC 9110 §15.5.16).
func checkEncoding(values []string) error {
	for _, v := range values {
		if v != "" && !strings.EqualFold(v, "identity") {
			return &fault{
				status: http.StatusUnsupportedMediaType,
				detail: "Compressed bodies are not taken. Send the body without Content-Encoding.",
				header: [2]string{"Accept-Encoding", "identity"},
			}
		}
	}
	return nil
}
