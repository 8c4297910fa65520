package storage

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
)

// FuzzClaims holds the reader of claims to encoding/json: what it understands it understands the same.
func FuzzClaims(f *testing.F) {
	yes := true
	at := time.Date(2026, 3, 2, 8, 0, 0, 123e6, time.UTC)
	for _, claims := range [][]roster.Claim{
		nil,
		{{Source: roster.SourceDirectory, By: "dir_01", Here: true, Active: &yes, At: at, Due: at}},
		{{Source: roster.SourceAdmin, By: "mem_<1>", Role: "admin", At: at.Add(time.Nanosecond)}, {Source: roster.SourceInvite, At: at}},
		{{Source: roster.SourceDirectoryGroup, Group: roster.NewGroupID(at), Role: "user", At: at.In(time.FixedZone("", 3600))}},
	} {
		b, err := json.Marshal(claims)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add(`[{"source":"a",}]`)
	f.Add(`[{"here":truefalse}]`)
	f.Add(`[,]`)
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := decodeClaims([]byte(text))
		if !ok {
			return
		}
		var want []roster.Claim
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			// A comma too many is understood; nothing that encoding/json writes has one.
			if !strings.Contains(text, ",]") && !strings.Contains(text, ",}") {
				t.Fatalf("%q is no JSON (%v), but was understood", text, err)
			}
			return
		}
		if len(want) == 0 {
			want = nil
		}
		for _, list := range [][]roster.Claim{want, got} {
			for i := range list {
				list[i].At, list[i].Due = list[i].At.UTC(), list[i].Due.UTC()
			}
		}
		if diff := cmp.Diff(want, got); diff != "" && strings.ToValidUTF8(text, "") == text {
			t.Errorf("%q (-want +got)\n%s", text, diff)
		}
	})
}

func TestDecodeStrings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{`[]`: nil, `["a"]`: {"a"}, `["a@b.example","ü"]`: {"a@b.example", "ü"}} {
		got, ok := decodeStrings([]byte(text))
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("%s: %v (-want +got)\n%s", text, ok, diff)
		}
	}
	for _, text := range []string{``, `[`, `["a\\u003c"]`, `[1]`, `["a" "b"]`, `["a"]x`, `{}`} {
		if got, ok := decodeStrings([]byte(text)); ok {
			t.Errorf("%q is read as %q", text, got)
		}
	}
}

func TestDecodeAliases(t *testing.T) {
	t.Parallel()
	want := []roster.Alias{{Email: "a@b.example", Until: time.Date(2026, 3, 2, 8, 0, 0, 123e6, time.UTC)}, {Email: "c@d.example"}}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, ok := decodeAliases(text)
	if diff := cmp.Diff(want, got); diff != "" || !ok {
		t.Errorf("%s: %v (-want +got)\n%s", text, ok, diff)
	}
}

func BenchmarkClaims(b *testing.B) {
	text := []byte(`[{"source":"directory","by":"dir_01kdyak34eex0b44d03xhnqjq1","here":true,"active":true,"at":"2026-03-02T08:00:00.123Z"}]`)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := decodeClaims(text); !ok {
			b.Fatal("not understood")
		}
	}
}
