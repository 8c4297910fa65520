package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// stream is what one directory sends, and what came back.
type stream struct {
	config    Config
	client    *http.Client
	directory Directory
	number    int
	floods    bool

	mu     sync.Mutex
	sent   int
	people []string // ids of those that were made, the newest last
	status map[int]int
	took   []time.Duration
	lost   int
}

// keptPeople is how many of the people who were made are changed later.
const keptPeople = 1000

// next numbers the requests of a flood.
func (s *stream) next() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent++
	return s.sent - 1
}

// send sends the n-th request and notes its answer.
func (s *stream) send(ctx context.Context, n int, due time.Time) {
	method, path, body := s.request(n)
	status, answer, err := s.do(ctx, method, path, body)
	took := s.config.Now().Sub(due)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status == nil {
		s.status = map[int]int{}
	}
	if err != nil {
		s.lost++
		return
	}
	s.status[status]++
	s.took = append(s.took, took)
	if method == http.MethodPost && status == http.StatusCreated {
		var made struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(answer, &made) == nil && made.ID != "" {
			s.people = append(s.people, made.ID)
			s.people = s.people[max(0, len(s.people)-keptPeople):]
		}
	}
}

// request makes the n-th request: of ten, five look for somebody by name, as before each create, two
// create, and three change somebody who was created.
func (s *stream) request(n int) (method, path string, body []byte) {
	name := fmt.Sprintf("load-%d-%d-%d@%s", s.config.Seed, s.number, n, s.config.Domain)
	switch n % 10 {
	case 1, 6:
		return http.MethodPost, "/Users", fmt.Appendf(nil, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],`+
			`"externalId":"load-%[1]d-%[2]d-%[3]d","userName":%[4]q,"displayName":"Load %[3]d","name":{"givenName":"Load","familyName":"No %[3]d"},`+
			`"emails":[{"value":%[4]q,"type":"work","primary":true}],"active":true}`, s.config.Seed, s.number, n, name)
	case 3, 5, 8:
		if id := s.somebody(n); id != "" {
			return http.MethodPatch, "/Users/" + id, fmt.Appendf(nil, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],`+
				`"Operations":[{"op":"Replace","path":"displayName","value":"Load %d"}]}`, n)
		}
	}
	return http.MethodGet, "/Users?filter=" + url.QueryEscape(fmt.Sprintf("userName eq %q", name)), nil
}

func (s *stream) somebody(n int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.people) == 0 {
		return ""
	}
	return s.people[n%len(s.people)]
}

// maxAnswer is more than any answer here has.
const maxAnswer = 1 << 20

func (s *stream) do(ctx context.Context, method, path string, body []byte) (status int, answer []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, method, s.directory.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("make a request: %w", err)
	}
	if body == nil {
		r.Body = http.NoBody
	} else {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	r.Header.Set("Authorization", "Bearer "+s.directory.Token)
	res, err := s.client.Do(r)
	if err != nil {
		return 0, nil, fmt.Errorf("send a request: %w", err)
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("read an answer: %w", err)
	}
	return res.StatusCode, answer, nil
}
