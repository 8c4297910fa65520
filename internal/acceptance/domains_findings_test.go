package acceptance

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	codes "github.com/miekg/dns"

	"rollcall/internal/tenant"
	"rollcall/internal/testenv/nameserver"
)

// TestFindings_J11 goes through what can be at the host; only the exact value from both servers proves.
func TestFindings_J11(t *testing.T) {
	const name, host = "acme.example", "_rollcall-challenge.acme.example"
	tests := []struct {
		name string
		put  func(w *world, value string)
		want tenant.Finding
		at   string
	}{
		{"nothing", func(*world, string) {}, tenant.FoundNothing, ""},
		{"the value", func(w *world, v string) { w.put(host, nameserver.Reply{Texts: []string{v}}) }, tenant.FoundProof, ""},
		{"the value in two strings", func(w *world, v string) { w.put(host, nameserver.Reply{Texts: []string{v[:9] + "|" + v[9:]}}) }, tenant.FoundProof, ""},
		{"the value among 200", func(w *world, v string) {
			w.put(host, nameserver.Reply{Texts: append(slices.Repeat([]string{"x"}, 199), v)})
		}, tenant.FoundProof, ""},
		{"the value among 201", func(w *world, v string) {
			w.put(host, nameserver.Reply{Texts: append(slices.Repeat([]string{"x"}, 200), v)})
		}, tenant.FoundErrors, ""},
		{"another value", func(w *world, _ string) { w.put(host, nameserver.Reply{Texts: []string{"rollcall-verification=AAAA"}}) }, tenant.FoundOther, ""},
		{"the value in other case", func(w *world, v string) {
			w.put(host, nameserver.Reply{Texts: []string{"ROLLCALL" + v[8:]}})
		}, tenant.FoundOther, ""},
		{"the value and more", func(w *world, v string) { w.put(host, nameserver.Reply{Texts: []string{`"` + v + `"`}}) }, tenant.FoundOther, ""},
		{"the doubled host", func(w *world, v string) { w.put(host+"."+name, nameserver.Reply{Texts: []string{v}}) }, tenant.FoundDoubled, host + "." + name},
		{"the apex", func(w *world, v string) { w.put(name, nameserver.Reply{Texts: []string{"v=spf1 -all", v}}) }, tenant.FoundAtApex, name},
		{"an alias to the value", func(w *world, v string) { w.put(host, nameserver.Reply{Alias: "saas.example", Texts: []string{v}}) }, tenant.FoundAlias, ""},
		{"only one server has it", func(w *world, v string) { w.one.Set(host, v) }, tenant.FoundDisagree, ""},
		{"only the other server has it", func(w *world, v string) { w.one.Set(host, "x"); w.two.Set(host, v) }, tenant.FoundDisagree, ""},
		{"one fails", func(w *world, v string) {
			w.one.Set(host, v)
			w.two.Put(host, nameserver.Reply{Rcode: codes.RcodeServerFailure})
		}, tenant.FoundErrors, ""},
		{"both fail, with the value", func(w *world, v string) {
			w.put(host, nameserver.Reply{Rcode: codes.RcodeServerFailure, Texts: []string{v}})
		}, tenant.FoundErrors, ""},
		{"both refuse, with the value", func(w *world, v string) { w.put(host, nameserver.Reply{Rcode: codes.RcodeRefused, Texts: []string{v}}) }, tenant.FoundErrors, ""},
	}
	onEach(t, func(t *testing.T, g *gateway) {
		for i, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				w, a := g.dns(), g.tenant("acme"+string(rune('a'+i)))
				d := a.add(name)
				tt.put(w, d.Challenge)
				got := a.verify(name)
				if diff := cmp.Diff([]any{tt.want, tt.at, tt.want == tenant.FoundProof}, []any{got.Proof.Report.Finding, got.Proof.Report.FoundAt, got.Owned()}); diff != "" {
					t.Errorf("finding, place, owned mismatch (-want +got)\n%s", diff)
				}
				if got.Owned() {
					do[tenant.Domain](t)(g.roster.ReleaseDomain(t.Context(), a.staff, name))
				}
			})
		}
	})
}
