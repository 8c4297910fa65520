package dns_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	wire "github.com/miekg/dns"

	"rollcall/internal/dns"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/nameserver"
)

const host = "_rollcall-challenge.acme.example"

func many(n int, text string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = text
	}
	return out
}

// TestTXT_J11 goes through all that name servers say.
func TestTXT_J11(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 600)
	tests := []struct {
		name  string
		reply nameserver.Reply
		want  tenant.Look
	}{
		{"one record", nameserver.Reply{Texts: []string{"token"}}, tenant.Look{Outcome: tenant.LookAnswered, Values: []string{"token"}, Count: 1}},
		{"no record", nameserver.Reply{}, tenant.Look{Outcome: tenant.LookAnswered}},
		{"several", nameserver.Reply{Texts: []string{"a", "b"}}, tenant.Look{Outcome: tenant.LookAnswered, Values: []string{"a", "b"}, Count: 2}},
		{"strings of one record are joined", nameserver.Reply{Texts: []string{"to|ken"}}, tenant.Look{Outcome: tenant.LookAnswered, Values: []string{"token"}, Count: 1}},
		{"a long record", nameserver.Reply{Texts: []string{long}}, tenant.Look{Outcome: tenant.LookAnswered, Values: []string{long}, Count: 1}},
		{"quotation marks and backslashes", nameserver.Reply{Texts: []string{`"a\b"`}}, tenant.Look{Outcome: tenant.LookAnswered, Values: []string{`"a\b"`}, Count: 1}},
		{"no such name", nameserver.Reply{Rcode: wire.RcodeNameError}, tenant.Look{Outcome: tenant.LookNoName}},
		{"SERVFAIL", nameserver.Reply{Rcode: wire.RcodeServerFailure}, tenant.Look{Outcome: tenant.LookFailed}},
		{"SERVFAIL with the record", nameserver.Reply{Rcode: wire.RcodeServerFailure, Texts: []string{"token"}}, tenant.Look{Outcome: tenant.LookFailed, Count: 1}},
		{"REFUSED", nameserver.Reply{Rcode: wire.RcodeRefused}, tenant.Look{Outcome: tenant.LookFailed}},
		{"silence", nameserver.Reply{Silent: true}, tenant.Look{Outcome: tenant.LookTimeout}},
		{"an alias, and what is behind it", nameserver.Reply{Alias: "saas.example", Texts: []string{"token"}}, tenant.Look{Outcome: tenant.LookAnswered, Alias: "saas.example"}},
		{"too long for UDP", nameserver.Reply{Texts: many(40, strings.Repeat("y", 90))}, tenant.Look{Outcome: tenant.LookAnswered, Values: many(40, strings.Repeat("y", 90)), Count: 40}},
		{"truncated over UDP only", nameserver.Reply{Truncated: true, Texts: []string{"token"}}, tenant.Look{Outcome: tenant.LookAnswered, Values: []string{"token"}, Count: 1}},
		{"truncated over TCP as well", nameserver.Reply{Stuck: true}, tenant.Look{Outcome: tenant.LookTruncated}},
		{"200 records", nameserver.Reply{Texts: many(200, "z")}, tenant.Look{Outcome: tenant.LookAnswered, Values: many(200, "z"), Count: 200}},
		{"201 records", nameserver.Reply{Texts: many(201, "z")}, tenant.Look{Outcome: tenant.LookTooMany, Count: 201}},
		{"a record beyond all measure", nameserver.Reply{Texts: []string{strings.Repeat("x", 5000), "token"}}, tenant.Look{Outcome: tenant.LookAnswered, Values: []string{"token"}, Count: 2}},
		{"DNSSEC", nameserver.Reply{Authentic: true, Texts: []string{"token"}}, tenant.Look{Outcome: tenant.LookAnswered, Values: []string{"token"}, Count: 1, Authentic: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			one, two := nameserver.Start(t), nameserver.Start(t)
			one.Put(host, tt.reply)
			two.Set(host, "other")
			wait := 5 * time.Second
			if tt.reply.Silent {
				wait = 50 * time.Millisecond
			}
			client, err := dns.New([]string{one.Address, two.Address}, wait)
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Resolver = one.Address
			want := []tenant.Look{tt.want, {Resolver: two.Address, Outcome: tenant.LookAnswered, Values: []string{"other"}, Count: 1}}
			got := client.TXT(t.Context(), host)
			if tt.reply.Silent { // the other one may be late on a busy machine
				got, want = got[:1], want[:1]
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("TXT() mismatch (-want +got)\n%s", diff)
			}
		})
	}
}

func TestAnswerToAnotherQuestion_J11(t *testing.T) {
	t.Parallel()
	s := nameserver.Start(t)
	s.Put(host, nameserver.Reply{Other: true, Texts: []string{"token"}})
	client, err := dns.New([]string{s.Address, s.Address}, 100*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range client.TXT(t.Context(), host) {
		if l.Has("token") || l.Outcome == tenant.LookAnswered {
			t.Errorf("TXT() = %v for an answer to another question", l)
		}
	}
}

func TestResolvers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, list, file string
		want             []string // nil: an error
	}{
		{"two", "192.0.2.1:5353, 192.0.2.2", "", []string{"192.0.2.1:5353", "192.0.2.2:53"}},
		{"names and IPv6", "dns.example,[2001:db8::1]:53", "", []string{"dns.example:53", "[2001:db8::1]:53"}},
		{"none, and no file", "", "testdata/none.conf", []string{"1.1.1.1:53", "8.8.8.8:53"}},
		{"none, and a file", " , ", "testdata/resolv.conf", []string{"192.0.2.53:53", "1.1.1.1:53"}},
		{"one", "192.0.2.1:53", "", nil},
		{"the same twice", "192.0.2.1:53,192.0.2.1", "", nil},
		{"too many", "a,b,c,d,e", "", nil},
		{"no port", "192.0.2.1:dns,192.0.2.2", "", nil},
		{"a URL", "https://dns.example/q,192.0.2.2", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := dns.Resolvers(tt.list, tt.file)
			if diff := cmp.Diff(tt.want, got); diff != "" || (err != nil) != (tt.want == nil) {
				t.Errorf("Resolvers(%q) = %v mismatch (-want +got)\n%s", tt.list, err, diff)
			}
		})
	}
}

func TestNewNeedsTwo(t *testing.T) {
	t.Parallel()
	if _, err := dns.New([]string{"192.0.2.1:53"}, 0); err == nil {
		t.Error("New() takes one resolver, whose word proves nothing")
	}
}
