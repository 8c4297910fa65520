package acceptance

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rollcall/internal/api"
	"rollcall/internal/tenant"
)

// apiOperation is an operation as the OpenAPI document tells of it.
type apiOperation struct {
	ID          string `json:"operationId"`
	method      string
	path        string
	RequestBody *struct {
		Required bool `json:"required"`
	} `json:"requestBody"`
}

// operations are all that the document tells of.
func (g *gateway) operations() []apiOperation {
	g.t.Helper()
	res, err := g.server.Client().Get(g.server.URL + api.Prefix + "/openapi.json")
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]apiOperation `json:"paths"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		g.t.Fatalf("the OpenAPI document is no JSON: %v", err)
	}
	var all []apiOperation
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(doc.Paths[path])) {
			op := doc.Paths[path][method]
			op.method, op.path = strings.ToUpper(method), path
			all = append(all, op)
		}
	}
	if len(all) < 30 {
		g.t.Fatalf("the document tells of %d operations only", len(all))
	}
	return all
}

var inBraces = regexp.MustCompile(`\{[^}]+\}`)

// TestAPINeedsTheKey asks for every operation without the operator's key.
func TestAPINeedsTheKey(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		d := a.directory("Entra")
		ways := map[string]string{
			"no key": "", "a wrong one": "Bearer nonsense", "an empty one": "Bearer ", "another scheme": "Basic " + operatorKey,
			"the key alone": operatorKey, "a directory's token": "Bearer " + d.token, "the key cut short": "Bearer " + operatorKey[:10],
		}
		for _, op := range g.operations() {
			path := inBraces.ReplaceAllString(strings.Replace(op.path, "{tenant}", "acme", 1), "x")
			for name, header := range ways {
				r := g.call(op.method, path, object{}, "Authorization", header)
				if r.status != http.StatusUnauthorized || r.header.Get("WWW-Authenticate") != "Bearer" {
					t.Errorf("%s %s with %s = %d %s, want 401 with WWW-Authenticate", op.method, op.path, name, r.status, r.text)
				}
			}
		}
		for _, path := range []string{"", "/", "/nothing", "/tenants/acme/nothing"} {
			if r := g.call("GET", path, nil, "Authorization", ""); r.status != http.StatusUnauthorized {
				t.Errorf("GET %s without a key = %d, want 401 as everywhere", path, r.status)
			}
		}
	})
}

// TestSCIMDoesNotTakeTheOperatorsKey is the other way round.
func TestSCIMDoesNotTakeTheOperatorsKey(t *testing.T) {
	onEach(t, func(_ *testing.T, g *gateway) {
		d := g.tenant("acme").directory("Entra")
		d.token = operatorKey
		for _, path := range []string{"/Users", "/Groups", "/ServiceProviderConfig"} {
			d.want(http.StatusUnauthorized, "GET", path, nil)
		}
	})
}

// bodies are good bodies for the operations that want one.
func bodies() map[string]object {
	return map[string]object{
		"createTenant": {"slug": "new"}, "changeTenant": {"name": "New"},
		"addDomain": {"domain": "new.example"}, "changeDomain": {"auto_join": "off"},
		"decideConflict": {"decision": "confirm"}, "releaseHeldChanges": {}, "refuseHeldChanges": {}, "previewMappings": {"mappings": []object{}}, "previewAdoption": {},
		"createDirectory": {"provider": "okta"}, "changeDirectory": {"name": "New"},
		"setMappings": {"mappings": []object{}}, "addToken": {"label": "new"}, "addSecret": {}, "rotateCredential": {},
		"addTrust":       {"issuer": "https://issuer.example", "subject": "x", "keys_url": "https://issuer.example/keys"},
		"putSchema":      {"name": "New", "attributes": []object{{"name": "badge"}}},
		"putEntitlement": {}, "showLogBodies": {}, "setLogBounds": {"days": 7},
		"addMember": {"email": "new@acme.example"}, "setMemberRole": {"role": "viewer"}, "confirmMember": {"accept": true},
		"changeConnection": {"name": "New"}, "rotateConnectionKey": {}, "tryConnection": {"claims": object{"sub": "x"}},
		"setPull": {"subject": "admin@acme.example"}, "approveJoinRequest": {}, "putBreakGlass": {"reason": "because"},
		"createGroup": {"name": "New"}, "renameGroup": {"name": "Other"},
		"changeContact": {"phone": "030 901821"}, "changeOwnContact": {"language": "de"}, "revokeOwnSessions": {},
		"createConnection": {"type": "oidc", "name": "New", "issuer": "https://idp.example", "client_id": "x", "client_secret": "y"},
		"revokeSessions":   {"all": true}, "changeSSO": {"enforced": false},
		"createInvite": {"email": "new@acme.example"}, "changeInvite": {"role": "viewer"},
		"checkInvites": {"invites": []object{{"email": "new@acme.example"}}}, "createInvites": {"invites": []object{{"email": "new@acme.example"}}},
		"decideReview": {"decision": "keep"}, "finishReview": {"incomplete": true},
		"createAPIToken":   {"label": "New", "scopes": []string{"members:read"}},
		"addAppCredential": {"label": "New", "scopes": []string{"members:read"}},
		"createApp":        {"name": "New", "redirect_uris": []string{"https://new.example/cb"}}, "changeApp": {"name": "Other"}, "addAppSecret": {},
	}
}

// TestP1_api_ids_of_another_tenant asks for every resource of one tenant under another, and for none
// of either may anything change.
func TestP1_api_ids_of_another_tenant(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.tenant("acme").trust("acme.example")
		ids := g.another()
		before := g.everything("theirs")
		tried := 0
		for _, op := range g.operations() {
			if strings.Count(op.path, "{") < 2 {
				continue
			}
			body := bodies()[op.ID]
			if op.RequestBody != nil && body == nil {
				t.Errorf("bodies has none for %s", op.ID)
			}
			path := inBraces.ReplaceAllStringFunc(op.path, func(s string) string {
				id, ok := ids[strings.Trim(s, "{}")]
				if !ok {
					t.Errorf("%s: the test has no id for %s", op.ID, s)
				}
				return id
			})
			want := http.StatusNotFound
			switch op.ID {
			case "trustDomain": // which adds it, unless it is somebody's
				want = http.StatusConflict
			case "putSchema", "putEntitlement": // names are each tenant's own; see below that theirs stay
				want = http.StatusOK
			}
			tried++
			if r := g.call(op.method, path, body); r.status != want || strings.Contains(r.text, "ada") {
				t.Errorf("%s %s = %d %s, want %d", op.method, path, r.status, r.text, want)
			}
		}
		if tried < 20 {
			t.Errorf("only %d operations were tried", tried)
		}
		for _, filter := range []string{"directory=" + ids["directory"], "group=" + ids["group"], "q=ada"} {
			if found := g.must(http.StatusOK, "GET", "/tenants/acme/members?"+filter, nil).items(); len(found) > 0 {
				t.Errorf("members with %s are %v, want none", filter, found)
			}
		}
		r := g.call("PUT", "/tenants/acme/directories/"+g.directoryOf("acme")+"/mappings", object{"mappings": []object{{"group": ids["group"], "role": "viewer"}}})
		if r.status != http.StatusNotFound {
			t.Errorf("a mapping of another tenant's group = %d %s, want 404", r.status, r.text)
		}
		if after := g.everything("theirs"); after != before {
			t.Errorf("the other tenant changed:\n%s\nwant\n%s", after, before)
		}
	})
}

// another makes a tenant that has something of everything, and returns the ids of that by their names in paths.
func (g *gateway) another() map[string]string {
	g.t.Helper()
	theirs := g.tenant("theirs")
	theirs.trust("theirs.example")
	d := theirs.directory("Entra")
	ada := d.create("ada@theirs.example", "e1")
	team := d.group("Team", ada)
	credential, _ := g.must(http.StatusOK, "GET", "/tenants/theirs/directories/"+d.id.String()+"/credentials", nil).items()[0]["id"].(string)
	idp, link, request := theirs.signIns()
	g.must(http.StatusOK, "PUT", "/tenants/theirs/schemas/"+crewURN, crew())
	g.must(http.StatusOK, "PUT", "/tenants/theirs/entitlements/reports.read", nil)
	boss := g.must(http.StatusCreated, "POST", "/tenants/theirs/members", object{"email": "boss@theirs.example", "role": "admin"}).get("id")
	g.must(http.StatusOK, "PATCH", "/tenants/theirs/members/"+boss+"/contact", object{"phone": "030 901820"})
	token := g.must(http.StatusCreated, "POST", "/tenants/theirs/api-tokens", object{"label": "theirs", "member": boss, "scopes": []string{"members:write"}}).get("id")
	invite := g.must(http.StatusCreated, "POST", "/tenants/theirs/invites", object{"email": "guest@partner.example", "no_mail": true}).get("id")
	review := g.must(http.StatusCreated, "POST", "/tenants/theirs/reviews", nil).get("id")
	return map[string]string{
		"invite": invite, "review": review,
		"directory": d.id.String(), "member": ada, "group": team, "conflict": ada, "entry": "exc_01m80zcbqred5s41afh3sgxrr2",
		"credential": credential, "domain": "theirs.example", "schema": crewURN, "entitlement": "reports.read", "tenant": "acme",
		"connection": idp, "link": link, "request": request, "token": token,
		"app": "app_01m80zcbqred5s41afh3sgxrr2", "secret": "key_01m80zcbqred5s41afh3sgxrr2",
	}
}

// signIns has somebody sign in through a connection of the tenant's and somebody ask to, and returns the ids of the
// connection, the link and the request.
func (a *account) signIns() (connection, link, request string) {
	a.g.t.Helper()
	i := a.idp()
	a.joins("theirs.example", tenant.AutoJoinOn, "")
	zoe := i.in(i.vouches("s1", "zoe@theirs.example")).Member.ID
	a.joins("ask.example", tenant.AutoJoinApprove, "")
	if _, err := i.join(i.vouches("s2", "yan@ask.example")); err == nil {
		a.g.t.Error("somebody who must ask was let in")
	}
	link = a.g.must(http.StatusOK, "GET", "/tenants/theirs/members/"+zoe.String()+"/links", nil).items()[0]["id"].(string)
	request = a.g.must(http.StatusOK, "GET", "/tenants/theirs/join-requests", nil).items()[0]["id"].(string)
	return i.con.ID.String(), link, request
}

// directoryOf makes a directory by the API.
func (g *gateway) directoryOf(tenant string) string {
	g.t.Helper()
	return g.must(http.StatusCreated, "POST", "/tenants/"+tenant+"/directories", object{"provider": "generic"}).get("id")
}

// everything is what the API tells of a tenant, but for when credentials were used.
func (g *gateway) everything(tenant string) string {
	g.t.Helper()
	var b strings.Builder
	for _, path := range []string{"", "/domains", "/directories", "/members", "/groups", "/schemas", "/entitlements", "/api-tokens", "/invites", "/reviews", "/events?limit=1000"} {
		b.WriteString(g.must(http.StatusOK, "GET", "/tenants/"+tenant+path, nil).text)
	}
	return b.String()
}
