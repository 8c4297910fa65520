package simulate_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

const token = "t0ken"

// faults are the ways in which the service can be wrong.
type faults struct {
	removeTakesAll      bool // Remove members with a value removes every member
	ignoresPatch        bool // PATCH answers, and changes nothing
	ignoresFilter       bool
	forgetsMemberships  bool // a disabled user leaves all groups
	hidesInactive       bool // inactive users are not listed
	revivesSuspended    bool // active false on POST is not kept
	echoesPassword      bool
	allowsDoubles       bool // a second POST makes a second user
	storesTextBooleans  bool // "False" is kept as it came
	renameDropsMembers  bool // a new displayName empties the group
	deletesNothing      bool // DELETE answers 204, and the object stays
	foldsNames          bool // letters outside ASCII are lost
	pagesOverlap        bool // each page repeats the last of the one before
	refusesNewMail      bool // as a directory whose domain is not proven
	answersInHTML       bool
	unstableTotal       bool
	showsMembers        bool // excludedAttributes is not obeyed
	managerFilterIsOpen bool // any manager matches
}

// service is a small honest SCIM server, but for its faults.
type service struct {
	faults faults

	mu     sync.Mutex
	seq    int
	users  map[string]doc
	groups map[string]doc
	buried map[string]string // externalId of the deleted → id
	order  []string          // ids, oldest first
	calls  map[string]int    // method → count
	agents map[string]bool   // User-Agent headers seen
}

type doc = map[string]any

func newService(f faults) *service {
	return &service{
		faults: f, users: map[string]doc{}, groups: map[string]doc{}, buried: map[string]string{},
		calls: map[string]int{}, agents: map[string]bool{},
	}
}

// serve starts the service behind wrap (nil: none) and returns its base URL.
func (s *service) serve(t *testing.T, wrap func(http.Handler) http.Handler) string {
	t.Helper()
	var h http.Handler = s
	if wrap != nil {
		h = wrap(s)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL + "/scim/v2"
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[r.Method]++
	s.agents[r.UserAgent()] = true
	if r.Header.Get("Authorization") != "Bearer "+token {
		fail(w, http.StatusUnauthorized, "", "no such token")
		return
	}
	if s.faults.answersInHTML {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<h1>Welcome</h1>"))
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/scim/v2/")
	endpoint, id, _ := strings.Cut(path, "/")
	store, known := map[string]map[string]doc{"Users": s.users, "Groups": s.groups}[endpoint]
	if !known {
		fail(w, http.StatusNotFound, "", "no such endpoint")
		return
	}
	if id == "" {
		s.collection(w, r, endpoint, store)
		return
	}
	s.object(w, r, id, store)
}

func (s *service) collection(w http.ResponseWriter, r *http.Request, endpoint string, store map[string]doc) {
	if r.Method == http.MethodGet {
		s.list(w, r, store)
		return
	}
	var body doc
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		fail(w, http.StatusBadRequest, "invalidSyntax", err.Error())
		return
	}
	key := "userName"
	if endpoint == "Groups" {
		key = "displayName"
	}
	for _, other := range store {
		if strings.EqualFold(fmt.Sprint(other[key]), fmt.Sprint(body[key])) && !s.faults.allowsDoubles {
			fail(w, http.StatusConflict, "uniqueness", key+" is taken")
			return
		}
	}
	external, _ := body["externalId"].(string)
	id, revived := s.buried[external]
	if !revived {
		s.seq++
		id = fmt.Sprintf("00000000-0000-4000-8000-%012d", s.seq)
		s.order = append(s.order, id)
	}
	body["id"] = id
	s.clean(body)
	if s.faults.revivesSuspended && endpoint == "Users" {
		body["active"] = true
	}
	store[id] = body
	reply(w, http.StatusCreated, body)
}

// clean drops what a service does not store.
func (s *service) clean(body doc) {
	if !s.faults.echoesPassword {
		delete(body, "password")
	}
	if s.faults.foldsNames {
		if n, ok := body["name"].(doc); ok {
			n["givenName"] = strings.Map(func(r rune) rune {
				if r > 127 {
					return '?'
				}
				return r
			}, fmt.Sprint(n["givenName"]))
		}
	}
}

func (s *service) object(w http.ResponseWriter, r *http.Request, id string, store map[string]doc) {
	object, there := store[id]
	if !there {
		fail(w, http.StatusNotFound, "", "no such resource")
		return
	}
	_, isGroup := s.groups[id]
	switch r.Method {
	case http.MethodGet:
		if object = copyOf(object); r.URL.Query().Get("excludedAttributes") == "members" && !s.faults.showsMembers {
			delete(object, "members")
		}
		reply(w, http.StatusOK, object)
	case http.MethodDelete:
		if !s.faults.deletesNothing {
			delete(store, id)
			if external, ok := object["externalId"].(string); ok {
				s.buried[external] = id
			}
			s.leaveGroups(id)
		}
		w.WriteHeader(http.StatusNoContent)
	case http.MethodPut:
		var body doc
		_ = json.NewDecoder(r.Body).Decode(&body)
		if s.refuseMail(w, object, body["userName"]) {
			return
		}
		body["id"] = id
		s.clean(body)
		if body["externalId"] == nil {
			body["externalId"] = object["externalId"]
		}
		store[id] = body
		reply(w, http.StatusOK, body)
	case http.MethodPatch:
		s.patch(w, r, object, isGroup)
	}
	if s.faults.forgetsMemberships && store[id]["active"] == false {
		s.leaveGroups(id)
	}
}

func (s *service) refuseMail(w http.ResponseWriter, object doc, newName any) bool {
	if !s.faults.refusesNewMail || newName == nil || newName == object["userName"] {
		return false
	}
	fail(w, http.StatusBadRequest, "invalidValue", "the domain is not proven")
	return true
}

func (s *service) leaveGroups(id string) {
	for _, g := range s.groups {
		g["members"] = without(g["members"], id)
	}
}

func without(members any, ids ...string) []any {
	list, _ := members.([]any)
	return slices.DeleteFunc(slices.Clone(list), func(m any) bool {
		object, _ := m.(doc)
		return slices.Contains(ids, fmt.Sprint(object["value"]))
	})
}

func reply(w http.ResponseWriter, code int, body doc) {
	w.Header().Set("Content-Type", "application/scim+json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}

func fail(w http.ResponseWriter, code int, scimType, detail string) {
	body := doc{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, "status": fmt.Sprint(code), "detail": detail}
	if scimType != "" {
		body["scimType"] = scimType
	}
	reply(w, code, body)
}

// copyOf keeps later changes out of an answer.
func copyOf(d doc) doc { return maps.Clone(d) }
