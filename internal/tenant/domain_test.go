package tenant

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestConfigDomain_J4(t *testing.T) {
	t.Parallel()
	cfg := Config{Domains: []Domain{
		{Name: "corp.example", Status: DomainProven, SubDomains: true, Proof: Proof{Apart: []string{"eu.corp.example"}}},
		{Name: "us.corp.example", Status: DomainTrusted},
		{Name: "wish.corp.example", Status: DomainPending},
		{Name: "gone.corp.example", Status: DomainRemoved},
		{Name: "deep.us.corp.example", Status: DomainProven, SubDomains: true},
		{Name: "plain.example", Status: DomainProven},
		{Name: "lost.example", Status: DomainUnproven, SubDomains: true},
		{Name: "pending.example", Status: DomainPending, SubDomains: true},
	}}
	for name, want := range map[string]string{
		"corp.example": "corp.example", "x.corp.example": "corp.example", "x.y.corp.example": "corp.example",
		"us.corp.example": "us.corp.example", "x.us.corp.example": "corp.example", "a.deep.us.corp.example": "deep.us.corp.example",
		"wish.corp.example": "corp.example", "gone.corp.example": "gone.corp.example",
		"eu.corp.example": "", "x.eu.corp.example": "", "neu.corp.example": "corp.example",
		"notcorp.example": "", ".corp.example": "", "example": "", "": "", "corp.example.evil.example": "",
		"plain.example": "plain.example", "x.plain.example": "", "x.lost.example": "", "x.pending.example": "", "pending.example": "pending.example",
	} {
		got, ok := cfg.Domain(name)
		if got.Name != want || ok != (want != "") {
			t.Errorf("Domain(%q) = %q, %v, want %q", name, got.Name, ok, want)
		}
	}
	if got, ok := cfg.DomainNamed("x.corp.example"); ok {
		t.Errorf("DomainNamed() found %q under another name", got.Name)
	}
}

func BenchmarkConfigDomain(b *testing.B) {
	cfg := Config{Domains: []Domain{{Name: "a.example"}, {Name: "corp.example", Status: DomainProven, SubDomains: true, Proof: Proof{Apart: []string{"eu.corp.example"}}}, {Name: "b.example"}}}
	for _, name := range []string{"corp.example", "us.corp.example"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				cfg.Domain(name)
			}
		})
	}
}

func TestJudgeProof_J11(t *testing.T) {
	t.Parallel()
	const value = "rollcall-verification=V"
	said := func(outcome LookOutcome, values ...string) Look {
		return Look{Outcome: outcome, Values: values, Count: len(values)}
	}
	has, none := said(LookAnswered, "v=spf1", value), said(LookNoName)
	tests := []struct {
		name  string
		value string
		looks []Look
		want  Finding
	}{
		{"both", value, []Look{has, has}, FoundProof},
		{"three of three", value, []Look{has, has, has}, FoundProof},
		{"one alone", value, []Look{has}, FoundErrors},
		{"nobody was asked", value, nil, FoundErrors},
		{"one of two", value, []Look{has, none}, FoundDisagree},
		{"one, and an error", value, []Look{has, said(LookFailed)}, FoundErrors},
		{"one, and silence", value, []Look{said(LookTimeout), has}, FoundErrors},
		{"one, and an answer that was cut", value, []Look{has, said(LookTruncated)}, FoundErrors},
		{"too many", value, []Look{has, said(LookTooMany, value)}, FoundErrors},
		{"values of an error", value, []Look{said(LookFailed, value), said(LookFailed, value)}, FoundErrors},
		{"values of a name that is not there", value, []Look{said(LookNoName, value), said(LookNoName, value)}, FoundOther},
		{"nothing", value, []Look{none, said(LookAnswered)}, FoundNothing},
		{"others", value, []Look{said(LookAnswered, value+"x"), none}, FoundOther},
		{"in other case", value, []Look{said(LookAnswered, "ROLLCALL-VERIFICATION=v"), said(LookAnswered, "ROLLCALL-VERIFICATION=v")}, FoundOther},
		{"behind an alias", value, []Look{{Outcome: LookAnswered, Values: []string{value}, Alias: "x"}, {Outcome: LookAnswered, Values: []string{value}, Alias: "x"}}, FoundAlias},
		{"no value is asked for", "", []Look{said(LookAnswered, ""), said(LookAnswered, "")}, FoundOther},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := JudgeProof(tt.value, tt.looks); got != tt.want {
				t.Errorf("JudgeProof() = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestJoins(t *testing.T) {
	t.Parallel()
	for status, want := range map[DomainStatus]AutoJoin{
		DomainPending: AutoJoinOff, DomainProven: AutoJoinOn, DomainTrusted: AutoJoinOn, DomainStale: AutoJoinOff,
		DomainUnproven: AutoJoinOff, DomainRemoved: AutoJoinOff, DomainReleased: AutoJoinOff, DomainWithdrawn: AutoJoinOff,
	} {
		if got := (Domain{Status: status, AutoJoin: AutoJoinOn}).Joins(); got != want {
			t.Errorf("%s: Joins() = %s, want %s", status, got, want)
		}
		if got := (Domain{Status: status, AutoJoin: AutoJoinOn, Proof: Proof{Public: "free_mail"}}).Joins(); got != AutoJoinOff {
			t.Errorf("%s and public: Joins() = %s", status, got)
		}
	}
}

// TestDueAt: proven domains daily and spread out, pending ones often at first, others never.
func TestDueAt(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	pause := func(s DomainStatus, checked time.Duration) time.Duration {
		at := begin.Add(checked)
		due := (Domain{Status: s, ChallengedAt: begin, CheckedAt: at}).DueAt()
		if due.IsZero() {
			return 0
		}
		return due.Sub(at)
	}
	got := []time.Duration{
		pause(DomainPending, time.Minute), pause(DomainPending, 2*time.Hour), pause(DomainPending, 30*time.Hour), pause(DomainPending, ChallengePeriod),
		pause(DomainProven, 0), pause(DomainStale, 0), pause(DomainTrusted, 0), pause(DomainRemoved, 0), pause(DomainUnproven, 0),
	}
	want := []time.Duration{5 * time.Minute, 30 * time.Minute, 4 * time.Hour, 0, 23 * time.Hour, 23 * time.Hour, 0, 0, 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pauses mismatch (-want +got)\n%s", diff)
	}
	if d := (Domain{Status: DomainPending, ChallengedAt: begin}).DueAt(); d.After(begin) {
		t.Errorf("a new domain is looked at only at %v", d)
	}
	seen := map[time.Duration]bool{}
	for range 100 {
		d := Domain{ID: DomainID{NewUUID(begin)}, Status: DomainProven, CheckedAt: begin}
		wait := d.DueAt().Sub(begin)
		if wait < 23*time.Hour || wait >= 25*time.Hour {
			t.Errorf("a proven domain is looked at after %v", wait)
		}
		seen[wait] = true
	}
	if len(seen) < 20 {
		t.Errorf("a hundred domains are looked at at %d times only", len(seen))
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	in := []Look{{Values: []string{"a\x00b\n", "c", "d", "e", "f", string(make([]byte, 300)), "rollcall-verification=V"}, Count: 7}}
	out := Clip(in)
	want := []string{"rollcall-verification=V", "a\ufffdb\ufffd", "c", "d", "e"}
	if diff := cmp.Diff(want, out[0].Values); diff != "" || out[0].Count != 7 || len(in[0].Values) != 7 {
		t.Errorf("Clip() mismatch (-want +got)\n%s", diff)
	}
}
