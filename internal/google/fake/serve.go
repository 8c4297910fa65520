package fake

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// ServeHTTP answers as Google does.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.set(func() { a.calls = append(a.calls, r.Method+" "+r.URL.RequestURI()) })
	if a.troubled(w, r) {
		return
	}
	path, api := strings.CutPrefix(r.URL.Path, APIPath)
	switch {
	case r.URL.Path == TokenPath && r.Method == http.MethodPost:
		a.grant(w, r)
	case !api || r.Method != http.MethodGet:
		fail(w, http.StatusNotFound, "notFound", "Not Found")
	case !a.admitted(w, r):
	case path == "/users":
		a.listUsers(w, r)
	case path == "/groups":
		a.listGroups(w, r)
	case strings.HasPrefix(path, "/groups/"):
		key, rest, _ := strings.Cut(strings.TrimPrefix(path, "/groups/"), "/")
		a.oneGroup(w, r, key, rest)
	default:
		fail(w, http.StatusNotFound, "notFound", "Not Found")
	}
}

// admitted checks the access token, and what it opens.
func (a *Account) admitted(w http.ResponseWriter, r *http.Request) bool {
	a.mu.Lock()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	end, known := a.tokens[token]
	subject, scope := opened(token)
	admin, on := a.admins[subject], a.enabled
	a.mu.Unlock()
	need := UserScope
	switch {
	case strings.HasSuffix(r.URL.Path, "/members"):
		need = MemberScope
	case strings.Contains(r.URL.Path, "/groups"):
		need = GroupScope
	}
	switch {
	case !known || a.now().After(end):
		fail(w, http.StatusUnauthorized, "authError", "Invalid Credentials")
	case !on:
		fail(w, http.StatusForbidden, "accessNotConfigured", "Admin SDK API has not been used in project 1 before or it is disabled.")
	case !strings.Contains(scope, need):
		fail(w, http.StatusForbidden, "insufficientPermissions", "Request had insufficient authentication scopes.")
	case !admin:
		fail(w, http.StatusForbidden, "forbidden", "Not Authorized to access this resource/api")
	default:
		return true
	}
	return false
}

func (a *Account) listUsers(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := q.Get("customer"); c != "my_customer" && c != a.customer {
		fail(w, http.StatusBadRequest, "badRequest", "Bad Request")
		return
	}
	from := a.users
	if q.Get("showDeleted") == "true" {
		from = a.deleted
	}
	unit, limited := strings.CutPrefix(q.Get("query"), "orgUnitPath='")
	unit = strings.TrimSuffix(unit, "'")
	if limited && !a.unit(unit) {
		fail(w, http.StatusBadRequest, "invalid", "Invalid Input: INVALID_OU_ID")
		return
	}
	var list []Object
	for _, u := range from {
		path, _ := u["orgUnitPath"].(string)
		if !limited || path == unit || strings.HasPrefix(path, strings.TrimSuffix(unit, "/")+"/") {
			list = append(list, u)
		}
	}
	a.answerPage(w, r, "users", list, "primaryEmail", 500)
}

// unit says whether an organisational unit is there.
func (a *Account) unit(path string) bool {
	for _, u := range a.users {
		at, _ := u["orgUnitPath"].(string)
		if at == path || strings.HasPrefix(at, strings.TrimSuffix(path, "/")+"/") {
			return true
		}
	}
	return path == "/" || path == "/Empty"
}

func (a *Account) listGroups(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := r.URL.Query().Get("customer"); c != "my_customer" && c != a.customer {
		fail(w, http.StatusBadRequest, "badRequest", "Bad Request")
		return
	}
	var list []Object
	for _, g := range a.groups {
		list = append(list, g)
	}
	a.answerPage(w, r, "groups", list, "email", 200)
}

func (a *Account) oneGroup(w http.ResponseWriter, r *http.Request, key, rest string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := ""
	for other, g := range a.groups {
		if other == key || g["email"] == key {
			id = other
		}
	}
	switch {
	case id == "" || rest != "" && rest != "members":
		fail(w, http.StatusNotFound, "notFound", "Resource Not Found: groupKey")
	case rest == "":
		write(w, r, a.groups[id])
	default:
		derived := r.URL.Query().Get("includeDerivedMembership") == "true"
		seen := map[string]Object{}
		a.enrol(id, derived, map[string]bool{}, seen)
		var list []Object
		for _, m := range seen {
			list = append(list, m)
		}
		a.answerPage(w, r, "members", list, "id", 200)
	}
}

// enrol gathers the members of a group, and of those within it, which may be a circle.
func (a *Account) enrol(id string, derived bool, been map[string]bool, into map[string]Object) {
	if been[id] {
		return
	}
	been[id] = true
	for _, address := range a.rolls[id] {
		m := a.enrolled(address)
		key, _ := m["id"].(string)
		into[key] = m
		if derived && m["type"] == "GROUP" {
			a.enrol(key, derived, been, into)
		}
	}
}

// enrolled is the member that an address names.
func (a *Account) enrolled(address string) Object {
	m := Object{"kind": "admin#directory#member", "email": address, "role": "MEMBER", "type": "USER", "status": "ACTIVE", "id": "99" + address}
	if address == "*" {
		return Object{"kind": "admin#directory#member", "id": a.customer, "role": "MEMBER", "type": "CUSTOMER"}
	}
	for id, u := range a.users {
		if u["primaryEmail"] == address {
			m["id"] = id
			if u["suspended"] == true {
				m["status"] = "SUSPENDED"
			}
		}
	}
	for id, g := range a.groups {
		if g["email"] == address {
			m["id"], m["type"] = id, "GROUP"
		}
	}
	return m
}

// answerPage answers with one page of a list. The token of the next names what the last item was sorted by.
func (a *Account) answerPage(w http.ResponseWriter, r *http.Request, name string, list []Object, by string, most int) {
	q := r.URL.Query()
	sorted := func(o Object) string { s, _ := o[by].(string); return s }
	slices.SortFunc(list, func(x, y Object) int { return strings.Compare(sorted(x), sorted(y)) })
	size := most
	if n, err := strconv.Atoi(q.Get("maxResults")); err == nil {
		size = min(n, most)
	}
	if a.page > 0 {
		size = min(size, a.page)
	}
	if token := q.Get("pageToken"); token != "" {
		after, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			fail(w, http.StatusBadRequest, "invalid", "Invalid page token")
			return
		}
		list = slices.DeleteFunc(list, func(o Object) bool { return sorted(o) <= string(after) })
	}
	out := Object{"kind": "admin#directory#" + name}
	if len(list) > size {
		list = list[:size]
		out["nextPageToken"] = base64.RawURLEncoding.EncodeToString([]byte(sorted(list[size-1])))
	}
	if len(list) > 0 { // Google leaves an empty list out
		out[name] = list
	}
	write(w, r, out)
}

// write answers with what the fields ask for, or 304.
func write(w http.ResponseWriter, r *http.Request, o Object) {
	full, _ := json.Marshal(o) //nolint:errchkjson // texts
	sum := sha256.Sum256(full)
	etag := `"` + hex.EncodeToString(sum[:10]) + `"`
	w.Header().Set("Etag", etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	out := Object{"etag": etag}
	merge(out, o)
	if fields := r.URL.Query().Get("fields"); fields != "" {
		out = pick(out, parseFields(&fields))
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	encode(w, out)
}

// fail answers with an error in the form of the API, or of the token endpoint (RFC 6749 §5.2).
func fail(w http.ResponseWriter, status int, reason, message string) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	encode(w, Object{"error": Object{
		"code": status, "message": message, "errors": []Object{{"message": message, "domain": "global", "reason": reason}},
	}})
}

// encode writes a body. That the client has gone is nobody's business here.
func encode(w http.ResponseWriter, o Object) {
	b, _ := json.Marshal(o) //nolint:errchkjson // it is made of texts and numbers
	_, _ = w.Write(b)
}
