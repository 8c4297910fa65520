package roster

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/tenant"
)

func TestJoined(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	directory := Claim{Source: SourceDirectory, Here: true, Active: &yes}
	admin := Claim{Source: SourceAdmin, By: "mem_a", Here: true, Role: "admin"}
	block := Claim{Source: SourceAdmin, By: "mem_b", Active: &no}
	for _, c := range []struct {
		name   string
		claims []Claim
		others []Claim
		live   bool
		want   []Claim
	}{
		{"nothing to join", []Claim{directory}, nil, true, []Claim{directory}},
		{"an admin's word stands behind the directory's", []Claim{directory}, []Claim{admin}, true, []Claim{directory, admin}},
		{"of a removed one the role is gone", []Claim{directory}, []Claim{admin}, false, []Claim{directory}},
		{"of a removed one a no stays", []Claim{directory}, []Claim{block}, false, []Claim{directory, {Source: SourceAdmin, By: "mem_b", Active: &no}}},
		{"a no is never lost", []Claim{directory, admin}, []Claim{block}, true, []Claim{
			directory, {Source: SourceAdmin, By: "mem_b", Here: true, Role: "admin", Active: &no},
		}},
		{"another directory's word does not come along", []Claim{directory}, []Claim{{Source: SourceDirectoryGroup, Role: "admin"}}, true, []Claim{directory}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, joined(c.claims, c.others, c.live)); diff != "" {
				t.Errorf("joined mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAgainst(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	d := tenant.DirectoryID{UUID: tenant.NewUUID(at)}
	id := func(n int) MemberID { return NewMemberID(at.Add(time.Duration(n) * time.Second)) }
	holder := Member{ID: id(1), Email: "ada@acme.example", Proven: true}
	first := Member{ID: id(2), Directory: d, ExternalID: "e1", RemovedAt: at}
	second := Member{ID: id(3), Directory: d, ExternalID: "e2", RemovedAt: at.Add(time.Hour)}
	joined := Member{ID: id(4), Directory: d, ExternalID: "e3", RemovedAt: at.Add(2 * time.Hour), Claims: []Claim{{Source: SourceMerged, By: id(9).String()}}}
	for _, c := range []struct {
		name     string
		conflict Code
		found    []Member
		want     MemberID
	}{
		{"the holder of the address", CodeDuplicateAddress, []Member{first, holder}, holder.ID},
		{"the latest that bore the name", CodeExternalIDConflict, []Member{first, second, holder}, second.ID},
		{"never one that was merged", CodeExternalIDConflict, []Member{first, joined}, first.ID},
		{"nobody", CodeDuplicateAddress, []Member{first}, MemberID{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := Member{ID: id(8), Directory: d, ExternalID: "e9", Email: "ada@acme.example", Conflict: c.conflict}
			got := MemberID{}
			if other := against(m, c.found); other != nil {
				got = other.ID
			}
			if got != c.want {
				t.Errorf("against(%s) = %s, want %s", c.conflict, got, c.want)
			}
		})
	}
}

func TestAlready(t *testing.T) {
	t.Parallel()
	open := Waiting{Code: CodeNeedsConfirmation}
	open.Choices = choices(open)
	after := func(d Decision) Waiting { return Waiting{Decided: &Decided{Decision: d}} }
	for _, c := range []struct {
		name string
		w    Waiting
		d    Decision
		done bool
		kind Kind
	}{
		{"a first decision", open, Confirm, false, ""},
		{"one that is not offered", Waiting{Code: CodeSameName, Choices: choices(Waiting{Code: CodeSameName})}, Decline, false, Invalid},
		{"nothing to take back", open, Reopen, false, Invalid},
		{"the same again", after(Confirm), Confirm, true, ""},
		{"another", after(Confirm), Decline, false, Conflict},
		{"separate is taken back", after(Separate), Reopen, false, ""},
		{"a merge is not", after(Confirm), Reopen, false, Conflict},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			done, err := already(c.w, c.d)
			var got Kind
			if e, ok := err.(*Error); ok { //nolint:errorlint // it is returned unwrapped
				got = e.Kind
			}
			if done != c.done || got != c.kind {
				t.Errorf("already(%s) = %v, %v; want %v, %q", c.d, done, err, c.done, c.kind)
			}
		})
	}
}
