package scim

import (
	"fmt"
	"testing"

	"rollcall/internal/roster"
)

// BenchmarkParseFilter has the shapes that directories send with every match.
func BenchmarkParseFilter(b *testing.B) {
	for _, bb := range []struct {
		name, filter string
		kind         resourceKind
	}{
		{"login", `userName eq "ann@kv.example"`, userKind},
		{"work_email", `emails[type eq "work"].value eq "ann@kv.example"`, userKind},
		{"manager", `id eq "00000000-0000-0000-0000-000000000001" and manager eq "00000000-0000-0000-0000-000000000002"`, userKind},
		{"member", `members.value eq "00000000-0000-0000-0000-000000000001"`, groupKind},
		{"urn", enterpriseURN + `:department eq "Ops"`, userKind},
		{"all", `userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org") and meta.lastModified gt "2011-05-13T04:42:34Z"`, userKind},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := parseFilter(bb.filter, bb.kind.schema(), Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

const benchUser = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"externalId":"0a1b","userName":"ann@kv.example","active":true,"displayName":"Ann Bee",
"emails":[{"primary":true,"type":"work","value":"ann@kv.example"}],"name":{"formatted":"Ann Bee","familyName":"Bee","givenName":"Ann"},"title":"Lead","phoneNumbers":[{"type":"work","value":"+4711223344"},{"type":"mobile","value":"+4799887766"}],
"addresses":[{"type":"work","locality":"Oslo","country":"NO"}],"roles":[],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"701","department":"Ops","manager":"00000000-0000-0000-0000-000000000002"}}`

func benchMember(b *testing.B) roster.Member {
	b.Helper()
	c, err := parseUser([]byte(benchUser), quirks{})
	if err != nil {
		b.Fatal(err)
	}
	m := testMember()
	m.Login, m.ExternalID, m.Attributes = c.Login, c.ExternalID, c.Attributes
	return m
}

func BenchmarkParseUser(b *testing.B) {
	body := []byte(benchUser)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := parseUser(body, quirks{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPatchUser reads and applies three operations of Entra.
func BenchmarkPatchUser(b *testing.B) {
	m := benchMember(b)
	body := patchBody(`{"op":"Replace","path":"displayName","value":"Ann Cee"},{"op":"Replace","path":"emails[type eq \"work\"].value","value":"ann.cee@kv.example"},` +
		`{"op":"Add","path":"` + enterpriseURN + `:department","value":"Dev"}`)
	b.ReportAllocs()
	for b.Loop() {
		ops, err := parsePatch(body, quirks{}, Limits{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := patchUser(m, ops, quirks{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPatchUserActive is the request that turns somebody off.
func BenchmarkPatchUserActive(b *testing.B) {
	m := benchMember(b)
	body := patchBody(`{"op":"Replace","path":"active","value":"False"}`)
	b.ReportAllocs()
	for b.Loop() {
		ops, err := parsePatch(body, quirks{}, Limits{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := patchUser(m, ops, quirks{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPatchGroup adds members, one by one as authentik does and many at
// once.
func BenchmarkPatchGroup(b *testing.B) {
	for _, n := range []int{1, 1000} {
		body := []byte{}
		for i := range n {
			if i > 0 {
				body = append(body, ',')
			}
			body = fmt.Appendf(body, `{"value":"00000000-0000-0000-0000-%012x"}`, i)
		}
		body = patchBody(`{"op":"add","path":"members","value":[` + string(body) + `]}`)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ops, err := parsePatch(body, quirks{}, Limits{})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := patchGroup(roster.Group{Name: "G"}, ops, quirks{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendUser(b *testing.B) {
	m := benchMember(b)
	some, err := parseProjection("userName,emails.value", "", userKind.schema())
	if err != nil {
		b.Fatal(err)
	}
	for _, bb := range []struct {
		name string
		p    *projection
	}{{"all", nil}, {"some", some}} {
		b.Run(bb.name, func(b *testing.B) {
			dst := make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				dst = appendUser(dst[:0], m, testBase, bb.p)
			}
		})
	}
}
