package fake

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The paths below which the account answers.
const (
	APIPath   = "/admin/directory/v1"
	TokenPath = "/token"
)

// The scopes that a service account may be given.
const (
	UserScope   = "https://www.googleapis.com/auth/admin.directory.user.readonly"
	GroupScope  = "https://www.googleapis.com/auth/admin.directory.group.readonly"
	MemberScope = "https://www.googleapis.com/auth/admin.directory.group.member.readonly"
)

// Object is a JSON object of Google's.
type Object map[string]any

// Trouble is an answer that comes in the place of the next ones.
type Trouble struct {
	Path       string // only of requests whose path contains this; empty: of all
	Skip       int    // how many such requests are answered before
	Times      int    // 0: once
	Status     int
	Reason     string
	Message    string
	RetryAfter string
	Do         func() // called when it comes; may be nil
}

// Account is a Google Workspace account. Make it with New. It is safe for concurrent use.
type Account struct {
	mu        sync.Mutex
	now       func() time.Time
	key       *rsa.PrivateKey
	keyID     string
	audience  string
	customer  string
	scopes    map[string]bool   // delegated to the service account
	admins    map[string]bool   // who may read, by address
	users     map[string]Object // by id
	deleted   map[string]Object
	groups    map[string]Object
	rolls     map[string][]string // addresses by group
	tokens    map[string]time.Time
	tokenLife time.Duration
	trouble   []Trouble
	calls     []string
	page      int // at most so many in a page; 0: as asked
	nextID    int
	enabled   bool // the Admin SDK API is on
}

// Service is what the account calls its service account.
const (
	ServiceEmail = "rollcall@project.iam.gserviceaccount.com"
	ServiceID    = "104567890123456789012"
)

// New makes an account with one administrator, who is its first user, and all scopes delegated.
// audience is the URL of the token endpoint.
func New(now func() time.Time, audience, admin string) (*Account, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	a := &Account{
		now: now, key: key, keyID: "4f1c", audience: audience, customer: "C01abc2de", enabled: true,
		scopes: map[string]bool{UserScope: true, GroupScope: true, MemberScope: true}, admins: map[string]bool{admin: true},
		users: map[string]Object{}, deleted: map[string]Object{}, groups: map[string]Object{}, rolls: map[string][]string{},
		tokens: map[string]time.Time{}, tokenLife: time.Hour,
	}
	a.AddUser(admin, "Ada", "Admin")
	return a, nil
}

// KeyFile is the JSON file of the service account's key. Its URLs lead nowhere, as a forged file's could.
func (a *Account) KeyFile() []byte {
	der, _ := x509.MarshalPKCS8PrivateKey(a.key) // an RSA key always can be
	b, _ := json.Marshal(Object{                 //nolint:errchkjson // texts
		"type": "service_account", "project_id": "project", "private_key_id": a.keyID, "client_email": ServiceEmail, "client_id": ServiceID,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"token_uri":   "http://127.0.0.1:1/token", "auth_uri": "http://127.0.0.1:1/auth",
	})
	return b
}

// set changes the account.
func (a *Account) set(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f()
}

// AddUser adds an active person and returns Google's id.
func (a *Account) AddUser(email, given, family string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.nextID++
	id := "1000000000000000" + strconv.Itoa(10000+a.nextID)
	a.users[id] = Object{
		"kind": "admin#directory#user", "id": id, "primaryEmail": email, "isAdmin": false, "suspended": false, "archived": false,
		"name": Object{"givenName": given, "familyName": family, "fullName": given + " " + family}, "orgUnitPath": "/", "customerId": a.customer,
	}
	return id
}

// ChangeUser sets fields of a person; nil takes one away.
func (a *Account) ChangeUser(id string, fields Object) {
	a.set(func() { merge(a.users[id], fields) })
}

// DeleteUser deletes a person, who is listed by showDeleted from then on and is in no group.
func (a *Account) DeleteUser(id string) {
	a.set(func() {
		u := a.users[id]
		delete(a.users, id)
		merge(u, Object{"deletionTime": a.now().UTC().Format(time.RFC3339)})
		a.deleted[id] = u
		email, _ := u["primaryEmail"].(string)
		for g, roll := range a.rolls {
			a.rolls[g] = without(roll, email)
		}
	})
}

// AddGroup adds a group and returns Google's id.
func (a *Account) AddGroup(email, name string, members ...string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.nextID++
	id := "00group" + strconv.Itoa(10000+a.nextID)
	a.groups[id] = Object{"kind": "admin#directory#group", "id": id, "email": email, "name": name}
	a.rolls[id] = members
	return id
}

// ChangeGroup sets fields of a group.
func (a *Account) ChangeGroup(id string, fields Object) {
	a.set(func() { merge(a.groups[id], fields) })
}

// DeleteGroup deletes a group.
func (a *Account) DeleteGroup(id string) {
	a.set(func() {
		email, _ := a.groups[id]["email"].(string)
		delete(a.groups, id)
		delete(a.rolls, id)
		for g, roll := range a.rolls {
			a.rolls[g] = without(roll, email)
		}
	})
}

// SetMembers puts exactly these in a group: addresses of people and groups; "*" is everybody of the
// account, and an address that is neither is somebody of another account.
func (a *Account) SetMembers(id string, members ...string) {
	a.set(func() { a.rolls[id] = members })
}

// Delegate sets which scopes the service account has.
func (a *Account) Delegate(scopes ...string) {
	a.set(func() {
		clear(a.scopes)
		for _, s := range scopes {
			a.scopes[s] = true
		}
	})
}

// SetAdmin says whether a user may read the directory.
func (a *Account) SetAdmin(email string, may bool) { a.set(func() { a.admins[email] = may }) }

// EnableAPI switches the Admin SDK API of the project on or off.
func (a *Account) EnableAPI(on bool) { a.set(func() { a.enabled = on }) }

// Expire ends all access tokens at once, whatever was said.
func (a *Account) Expire() { a.set(func() { clear(a.tokens) }) }

// ReplaceKey makes the key that was given out worthless.
func (a *Account) ReplaceKey() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	a.set(func() { a.key = key })
	return nil
}

// PageSize bounds pages, so that few people fill several.
func (a *Account) PageSize(n int) { a.set(func() { a.page = n }) }

// Order has trouble come.
func (a *Account) Order(t Trouble) {
	t.Times = max(t.Times, 1)
	a.set(func() { a.trouble = append(a.trouble, t) })
}

// Calls are the requests since the last call of it: method, path and query.
func (a *Account) Calls() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := a.calls
	a.calls = nil
	return out
}

// troubled answers with what was ordered, if it is for this request.
func (a *Account) troubled(w http.ResponseWriter, r *http.Request) bool {
	a.mu.Lock()
	var hit *Trouble
	for i := range a.trouble {
		t := &a.trouble[i]
		if t.Times == 0 || !strings.Contains(r.URL.Path, t.Path) {
			continue
		}
		if t.Skip > 0 {
			t.Skip--
			continue
		}
		t.Times--
		hit = t
		break
	}
	if hit == nil {
		a.mu.Unlock()
		return false
	}
	t := *hit
	a.mu.Unlock()
	if t.Do != nil {
		t.Do()
	}
	if t.Status == 0 {
		return false
	}
	if t.RetryAfter != "" {
		w.Header().Set("Retry-After", t.RetryAfter)
	}
	fail(w, t.Status, t.Reason, t.Message)
	return true
}

func merge(into, fields Object) {
	for k, v := range maps.All(fields) {
		if v == nil {
			delete(into, k)
		} else {
			into[k] = v
		}
	}
}

func without(list []string, gone string) []string {
	var out []string
	for _, v := range list {
		if v != gone {
			out = append(out, v)
		}
	}
	return out
}
