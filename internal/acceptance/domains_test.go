package acceptance

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	codes "github.com/miekg/dns"

	"rollcall/internal/dns"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/tenant/maildomain"
	"rollcall/internal/testenv/nameserver"
)

// world is the DNS of a gateway: two name servers, as it asks them.
type world struct {
	g        *gateway
	one, two *nameserver.Server
}

func (g *gateway) dns() *world {
	g.t.Helper()
	w := &world{g, nameserver.Start(g.t), nameserver.Start(g.t)}
	client, err := dns.New([]string{w.one.Address, w.two.Address}, 0)
	if err != nil {
		g.t.Fatal(err)
	}
	g.roster.DNS = client
	return w
}

// put says on both servers what is at a host.
func (w *world) put(host string, r nameserver.Reply) {
	w.one.Put(host, r)
	w.two.Put(host, r)
}

func (w *world) set(d tenant.Domain) {
	w.put(tenant.ChallengeHost(d.Name), nameserver.Reply{Texts: []string{d.Challenge}})
}

func (w *world) drop(d tenant.Domain) {
	w.one.Drop(tenant.ChallengeHost(d.Name))
	w.two.Drop(tenant.ChallengeHost(d.Name))
}

func (a *account) add(name string) tenant.Domain {
	a.g.t.Helper()
	return do[tenant.Domain](a.g.t)(a.g.roster.AddDomain(a.g.t.Context(), a.staff, name))
}

func (a *account) verify(name string) tenant.Domain {
	a.g.t.Helper()
	return do[tenant.Domain](a.g.t)(a.g.roster.VerifyDomain(a.g.t.Context(), a.staff, name))
}

// prove adds a domain, sets its record, and verifies it.
func (a *account) prove(w *world, name string) tenant.Domain {
	a.g.t.Helper()
	w.set(a.add(name))
	d := a.verify(name)
	if d.Status != tenant.DomainProven {
		a.g.t.Fatalf("%s is %s: %+v", name, d.Status, d.Proof.Report)
	}
	return d
}

func (a *account) domain(name string) tenant.Domain {
	a.g.t.Helper()
	cfg := do[tenant.Config](a.g.t)(a.g.roster.Store.Reader(a.staff.Tenant).Config(a.g.t.Context()))
	d, _ := cfg.DomainNamed(name)
	return d
}

func (g *gateway) check() roster.DomainChecks {
	g.t.Helper()
	return do[roster.DomainChecks](g.t)(g.roster.CheckDomains(g.t.Context()))
}

func TestDomainProvenByDNS_J2(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		w, a := g.dns(), g.tenant("acme")
		d := a.add("Acme.Example.")
		do[tenant.Domain](t)(g.roster.SetDomain(t.Context(), a.staff, "acme.example", tenant.AutoJoinOn, ""))
		id := a.directory("Entra").create("ada@acme.example", "e1")
		a.access(id, "awaiting_proof")
		if got := a.verify("acme.example"); got.Status != tenant.DomainPending || got.Proof.Report.Finding != tenant.FoundNothing || got.Joins() != tenant.AutoJoinOff {
			t.Errorf("without a record the domain is %s, finding %s, auto-join %s", got.Status, got.Proof.Report.Finding, got.Joins())
		}
		w.set(d)
		got := a.verify("acme.example")
		if got.Status != tenant.DomainProven || got.Joins() != tenant.AutoJoinOn || got.CheckedAt.IsZero() {
			t.Errorf("with the record the domain is %s, auto-join %s, looked at %v", got.Status, got.Joins(), got.CheckedAt)
		}
		a.access(id, "on")
		if n := a.count("domain.proven"); n != 1 {
			t.Errorf("%d events domain.proven, want 1", n)
		}
		if len(d.Challenge) < len(tenant.ChallengePrefix)+32 { // 32 digits of base 32 are 160 bits
			t.Errorf("the challenge %q can be guessed", d.Challenge)
		}
	})
}

func TestProofLostAndFound_J10(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		w, a, b := g.dns(), g.tenant("acme"), g.tenant("bolt")
		d := a.prove(w, "acme.example")
		do[tenant.Domain](t)(g.roster.SetDomain(t.Context(), a.staff, d.Name, tenant.AutoJoinOn, ""))
		id := a.directory("Entra").create("ada@acme.example", "e1")
		state := func(when string, want tenant.DomainStatus, join tenant.AutoJoin) {
			t.Helper()
			if got := a.domain(d.Name); got.Status != want || got.Joins() != join {
				t.Errorf("%s the domain is %s with auto-join %s (%d misses), want %s and %s", when, got.Status, got.Joins(), got.Proof.Misses, want, join)
			}
			a.access(id, "on")
		}
		days := func(n int) {
			t.Helper()
			for range n {
				g.clock.advance(25 * time.Hour)
				g.check()
			}
		}
		w.put(tenant.ChallengeHost(d.Name), nameserver.Reply{Rcode: codes.RcodeServerFailure})
		days(10)
		state("after ten days of errors", tenant.DomainProven, tenant.AutoJoinOn)
		w.drop(d)
		w.two.Set(tenant.ChallengeHost(d.Name), d.Challenge)
		days(10)
		state("while one server has the record", tenant.DomainProven, tenant.AutoJoinOn)
		w.drop(d)
		for range 5 { // impatience is no proof of absence
			a.verify(d.Name)
		}
		state("after five misses within a minute", tenant.DomainProven, tenant.AutoJoinOn)
		days(2)
		state("after two days without", tenant.DomainProven, tenant.AutoJoinOn)
		days(1)
		state("after three days without", tenant.DomainStale, tenant.AutoJoinOff)
		w.set(d)
		days(1)
		state("when the record is back", tenant.DomainProven, tenant.AutoJoinOn)
		w.drop(d)
		days(4)
		state("when it is gone again", tenant.DomainStale, tenant.AutoJoinOff)
		w.put(tenant.ChallengeHost(d.Name), nameserver.Reply{Rcode: codes.RcodeServerFailure})
		days(40)
		state("after forty days of errors", tenant.DomainStale, tenant.AutoJoinOff)
		w.drop(d)
		days(1)
		state("after another day", tenant.DomainUnproven, tenant.AutoJoinOff)
		if lost := a.domain(d.Name); lost.LostAt.IsZero() || !lost.GraceEnds().Equal(lost.LostAt.Add(7*24*time.Hour)) {
			t.Errorf("lost at %v, grace until %v", lost.LostAt, lost.GraceEnds())
		}
		for kind, want := range map[string]int{"domain.proven": 1, "domain.stale": 2, "domain.recovered": 1, "domain.lost": 1} {
			if n := a.count(kind); n != want {
				t.Errorf("%d events %s, want %d", n, kind, want)
			}
		}
		w.set(b.add(d.Name))
		if _, err := g.roster.VerifyDomain(t.Context(), b.staff, d.Name); !errors.Is(err, roster.Conflict) {
			t.Errorf("another tenant got the domain while it is held: %v", err)
		}
		g.clock.advance(tenant.HoldPeriod)
		w.set(do[tenant.Domain](t)(g.roster.RenewDomain(t.Context(), b.staff, d.Name)))
		if got := b.verify(d.Name); got.Status != tenant.DomainProven {
			t.Errorf("after the hold the other tenant's domain is %s", got.Status)
		}
	})
}

func TestChallengeEnds_J9(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		w, a := g.dns(), g.tenant("acme")
		d := a.add("acme.example")
		if again := a.add("acme.example"); again.Challenge != d.Challenge {
			t.Error("adding a pending domain again changed its challenge")
		}
		w.set(d)
		g.clock.advance(tenant.ChallengePeriod)
		_, err := g.roster.VerifyDomain(t.Context(), a.staff, d.Name)
		refusal(t, err, roster.CodeChallengeExpired)
		g.check()
		if got := a.domain(d.Name); got.Status != tenant.DomainPending {
			t.Errorf("an old record made the domain %s", got.Status)
		}
		fresh := do[tenant.Domain](t)(g.roster.RenewDomain(t.Context(), a.staff, d.Name))
		if got := a.verify(d.Name); got.Owned() || got.Proof.Report.Finding != tenant.FoundOther || fresh.Challenge == d.Challenge {
			t.Errorf("the old record made the domain %s, finding %s", got.Status, got.Proof.Report.Finding)
		}
		w.set(fresh)
		g.clock.advance(5 * time.Minute)
		if sum := g.check(); sum.Looked != 1 || a.domain(d.Name).Status != tenant.DomainProven {
			t.Errorf("the gateway looked at %d domains by itself, and the domain is %s", sum.Looked, a.domain(d.Name).Status)
		}
		_, err = g.roster.RenewDomain(t.Context(), a.staff, d.Name)
		if !errors.Is(err, roster.Invalid) {
			t.Errorf("a proven domain got a new challenge: %v", err)
		}
		do[tenant.Domain](t)(g.roster.RemoveDomain(t.Context(), a.staff, d.Name))
		if again := a.add(d.Name); again.Challenge == fresh.Challenge || again.LostAt.IsZero() {
			t.Error("a removed domain that is added again has its old challenge, or forgot that it was lost")
		}
	})
}

func TestListsChange_J1(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		w, a := g.dns(), g.tenant("acme")
		d := a.prove(w, "acme.example")
		do[tenant.Domain](t)(g.roster.SetDomain(t.Context(), a.staff, d.Name, tenant.AutoJoinOn, ""))
		g.roster.PublicDomains = maildomain.Overrides{Deny: []string{"example"}, Allow: []string{"naver.com"}}
		if diff := cmp.Diff([]string{d.Name}, g.check().Public); diff != "" {
			t.Errorf("public domains mismatch (-want +got)\n%s", diff)
		}
		if got := a.domain(d.Name); !got.Owned() || got.Joins() != tenant.AutoJoinOff || a.count("domain.public") != 1 {
			t.Errorf("the domain is %s with auto-join %s, told %d times", got.Status, got.Joins(), a.count("domain.public"))
		}
		if sum := g.check(); len(sum.Public) != 0 {
			t.Errorf("told of %v once more", sum.Public)
		}
		_, err := g.roster.AddDomain(t.Context(), a.staff, "other.example")
		refusal(t, err, roster.CodePublicDomain)
		a.add("naver.com")
		g.roster.PublicDomains = maildomain.Overrides{}
		g.check()
		if got := a.domain(d.Name); got.Joins() != tenant.AutoJoinOn {
			t.Errorf("after the operator took the word back auto-join is %s", got.Joins())
		}
	})
}

func TestAPIVerifiesADomain(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		w := g.dns()
		g.must(http.StatusCreated, "POST", "/tenants", object{"slug": "acme"})
		added := g.must(http.StatusCreated, "POST", "/tenants/acme/domains", object{"domain": "München.example"})
		if added.get("domain") != "xn--mnchen-3ya.example" || added.get("display_name") != "münchen.example" || added.get("expires_at") == "" {
			t.Errorf("the new domain is %s", added.text)
		}
		const path = "/tenants/acme/domains/xn--mnchen-3ya.example"
		missing := g.must(http.StatusOK, "POST", path+"/verify", nil)
		if missing.get("status") != "pending" || finding(missing) != "nothing" || missing.get("checked_at") == "" {
			t.Errorf("without the record: %s", missing.text)
		}
		renewed := g.must(http.StatusOK, "POST", path+"/verify?renew=true", nil)
		w.put(renewed.get("record_name"), nameserver.Reply{Texts: []string{renewed.get("record_value")}})
		if got := g.must(http.StatusOK, "POST", path+"/verify", nil); got.get("status") != "proven" || finding(got) != "found" {
			t.Errorf("with the record: %s", got.text)
		}
		if got := g.must(http.StatusOK, "PATCH", path, object{"sub_domains": true}); got.body["sub_domains"] != true {
			t.Errorf("with sub-domains: %s", got.text)
		}
		if got := g.must(http.StatusOK, "DELETE", path+"?release=true", nil); got.get("status") != "released" {
			t.Errorf("released: %s", got.text)
		}
	})
}

func finding(r reply) any {
	check, _ := r.body["check"].(object)
	return check["finding"]
}
