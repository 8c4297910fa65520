package scim

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const testBase = "https://scim.example/scim/v2/d"

func memberID(last byte) roster.MemberID { return roster.MemberID{UUID: tenant.UUID{15: last}} }
func groupID(last byte) roster.GroupID   { return roster.GroupID{UUID: tenant.UUID{15: last}} }

func testMember() roster.Member {
	at := time.Date(2026, 1, 31, 12, 0, 0, 5e6, time.UTC)
	return roster.Member{
		ID: memberID(1), Login: `an"n@kv.example`, ExternalID: "ext", DirectoryActive: true, Version: 3, CreatedAt: at, ChangedAt: at.Add(time.Second),
		Groups:     []roster.GroupRef{{ID: groupID(7), Name: "G"}},
		Attributes: roster.Attributes(`{"emails":[{"type":"work","value":"a@kv.example"}],"name":{"familyName":"B","givenName":"A"},"title":"T","urn:acme:1.0:User":{"a,}b":["]"],"badge":7},"` + enterpriseURN + `":{"department":"D","manager":{"value":"m"}}}`),
	}
}

const fullUser = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:acme:1.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],` +
	`"id":"00000000-0000-0000-0000-000000000001","externalId":"ext","userName":"an\"n@kv.example","active":true,` +
	`"emails":[{"type":"work","value":"a@kv.example"}],"name":{"familyName":"B","givenName":"A"},"title":"T","urn:acme:1.0:User":{"a,}b":["]"],"badge":7},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D","manager":{"value":"m"}},` +
	`"groups":[{"value":"00000000-0000-0000-0000-000000000007","$ref":"https://scim.example/scim/v2/d/Groups/00000000-0000-0000-0000-000000000007","display":"G","type":"direct"}],` +
	`"meta":{"resourceType":"User","created":"2026-01-31T12:00:00.005Z","lastModified":"2026-01-31T12:00:01.005Z","location":"https://scim.example/scim/v2/d/Users/00000000-0000-0000-0000-000000000001","version":"W/\"3.x1x0kgd7xd9f\""}}`

func TestAppendUser(t *testing.T) {
	t.Parallel()
	const head = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:acme:1.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"id":"00000000-0000-0000-0000-000000000001"`
	tests := []struct{ name, attributes, excluded, want string }{
		{"all", "", "", fullUser},
		{"one attribute", "userName", "", head + `,"userName":"an\"n@kv.example"}`},
		{"any case and spaces", " USERNAME , active", "", head + `,"userName":"an\"n@kv.example","active":true}`},
		{"id only, as Entra asks", "id", "", head + `}`},
		{"a part", "name.givenName", "", head + `,"name":{"givenName":"A"}}`},
		{"a part of a list", "emails.value", "", head + `,"emails":[{"value":"a@kv.example"}]}`},
		{"an extension", enterpriseURN, "", head + `,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D","manager":{"value":"m"}}}`},
		{"a part of an extension", enterpriseURN + ":department", "", head + `,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D"}}`},
		{"the short name of it", "department", "", head + `,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D"}}`},
		{"an unknown extension's part", "urn:acme:1.0:User:badge", "", head + `,"urn:acme:1.0:User":{"badge":7}}`},
		{"groups by value", "groups.value", "", head + `,"groups":[{"value":"00000000-0000-0000-0000-000000000007"}]}`},
		{"meta's version", "meta.version", "", head + `,"meta":{"version":"W/\"3\""}}`},
		{"unknown and password", "nope,password", "", head + `}`},
		{"all but", "", "emails,name.familyName,groups,meta,urn:acme:1.0:User,id,schemas," + enterpriseURN + ":manager", head + `,"externalId":"ext","userName":"an\"n@kv.example","active":true,"name":{"givenName":"A"},"title":"T","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := parseProjection(tt.attributes, tt.excluded, userKind.schema())
			if err != nil {
				t.Fatal(err)
			}
			got := appendUser(nil, testMember(), testBase, p)
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("appendUser mismatch (-want +got)\n%s", diff)
			}
			if !json.Valid(got) {
				t.Errorf("appendUser wrote invalid JSON: %s", got)
			}
		})
	}
}

func TestAppendGroup(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 31, 12, 0, 0, 0, time.FixedZone("", 3600))
	g := roster.Group{ID: groupID(7), Name: "G", ExternalID: "x", Version: 1, CreatedAt: at, ChangedAt: at, Attributes: roster.Attributes(`{"urn:acme:1.0:Group":{"a":1}}`)}
	members := []roster.GroupMember{{ID: memberID(1), Label: "A"}, {ID: memberID(2), Label: "B"}}
	const head = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","urn:acme:1.0:Group"],"id":"00000000-0000-0000-0000-000000000007","externalId":"x","displayName":"G","urn:acme:1.0:Group":{"a":1}`
	const meta = `,"meta":{"resourceType":"Group","created":"2026-01-31T11:00:00.000Z","lastModified":"2026-01-31T11:00:00.000Z","location":"https://scim.example/scim/v2/d/Groups/00000000-0000-0000-0000-000000000007","version":"W/\"1\""}}`
	const both = `,"members":[{"value":"00000000-0000-0000-0000-000000000001","$ref":"https://scim.example/scim/v2/d/Users/00000000-0000-0000-0000-000000000001","display":"A","type":"User"},{"value":"00000000-0000-0000-0000-000000000002","$ref":"https://scim.example/scim/v2/d/Users/00000000-0000-0000-0000-000000000002","display":"B","type":"User"}]`
	tests := []struct {
		name, attributes, excluded string
		members                    []roster.GroupMember
		with                       bool
		want                       string
	}{
		{"with members", "", "", members, true, head + both + meta},
		{"nobody in it", "", "", nil, true, head + `,"members":[]` + meta},
		{"members not read", "", "", nil, false, head + meta},
		{"members excluded, as Entra asks", "", "members", members, true, head + meta},
		{"ids of members", "members.value", "", members[:1], true, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","urn:acme:1.0:Group"],"id":"00000000-0000-0000-0000-000000000007","members":[{"value":"00000000-0000-0000-0000-000000000001"}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := parseProjection(tt.attributes, tt.excluded, groupKind.schema())
			if err != nil {
				t.Fatal(err)
			}
			got := string(appendGroup(nil, g, tt.members, tt.with, testBase, p))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("appendGroup mismatch (-want +got)\n%s", diff)
			}
		})
	}
}

func TestParseProjection(t *testing.T) {
	t.Parallel()
	if _, err := parseProjection("id", "name", userKind.schema()); err == nil {
		t.Error("parseProjection took attributes and excludedAttributes together")
	}
	p, err := parseProjection("", "members", groupKind.schema())
	if err != nil || p.wants("members") || !p.wants("displayName") {
		t.Errorf("parseProjection(members excluded) wants members %v, displayName %v, err %v", p.wants("members"), p.wants("displayName"), err)
	}
	if p, _ := parseProjection("", " ", userKind.schema()); p != nil || !p.wants("groups") {
		t.Error("parseProjection of nothing is not nil")
	}
}

func TestAppendTime(t *testing.T) {
	t.Parallel()
	for _, at := range []time.Time{
		{},
		time.Date(2026, 1, 2, 3, 4, 5, 6e6+999_999, time.UTC), time.Date(1999, 12, 31, 23, 59, 59, 999e6, time.FixedZone("", -3600)),
		time.Date(2026, 11, 22, 8, 0, 0, 120e6, time.UTC), time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		if got, want := string(appendTime(nil, at)), at.UTC().Format(timeLayout); got != want {
			t.Errorf("%v is written %s, want %s", at, got, want)
		}
	}
}
