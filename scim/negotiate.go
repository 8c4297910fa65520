package scim

import (
	"net/http"
	"strconv"
	"strings"
)

// contentType is that of every answer with a body (RFC 7644 §8.1), but for clients that want
// it called plainJSON (RFC 7644 §3.8).
const (
	contentType = "application/scim+json"
	plainJSON   = "application/json"
)

var errNotAcceptable = &fault{
	status: http.StatusNotAcceptable,
	detail: "Answers are application/scim+json or application/json, and the Accept header takes neither.",
}

// mediaFor picks the media type of the answer: the one that the client likes better, SCIM's when it likes
// both the same, and empty when it takes neither. Without an Accept header it is SCIM's (RFC 7644
// §3.8). Accept-Charset is ignored (RFC 9110 §12.5.2).
func mediaFor(accept []string) string {
	all := strings.Join(accept, ",")
	if strings.TrimSpace(all) == "" {
		return contentType
	}
	scim, plain := liking{}, liking{}
	for item := range strings.SplitSeq(all, ",") {
		media, args, _ := strings.Cut(item, ";")
		q := weight(args)
		switch strings.ToLower(strings.TrimSpace(media)) {
		case contentType:
			scim.hear(exactRange, q)
		case plainJSON:
			plain.hear(exactRange, q)
		case "application/*":
			scim.hear(typeRange, q)
			plain.hear(typeRange, q)
		case "*/*", "*": // Java's HttpURLConnection says * alone
			scim.hear(anyRange, q)
			plain.hear(anyRange, q)
		}
	}
	switch {
	case scim.q > 0 && scim.q >= plain.q:
		return contentType
	case plain.q > 0:
		return plainJSON
	}
	return ""
}

// How closely a media range fits; the closest decides (RFC 9110 §12.5.1).
const (
	anyRange = iota + 1
	typeRange
	exactRange
)

// liking is the quality of a media type, as the closest range so far has it.
type liking struct {
	fit int
	q   float64
}

func (l *liking) hear(fit int, q float64) {
	if fit > l.fit || fit == l.fit && q > l.q {
		l.fit, l.q = fit, q
	}
}

// weight reads the q of a media range (RFC 9110 §12.4.2); 1 when there is none. One that can't be
// read counts as 1, too: the client wanted to say something good of it.
func weight(args string) float64 {
	for arg := range strings.SplitSeq(args, ";") {
		name, value, found := strings.Cut(strings.TrimSpace(arg), "=")
		if !found || !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || q < 0 || q > 1 {
			return 1
		}
		return q
	}
	return 1
}
