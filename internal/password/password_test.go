package password_test

import (
	"encoding/base64"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/argon2"

	"rollcall/internal/password"
)

func TestCheckRefusesWhatIsGuessedFirst(t *testing.T) {
	t.Parallel()
	about := []string{"ann.archer@acme.example", "Ann", "Archer", "Acme Rockets"}
	tests := []struct {
		name, text string
		ok         bool
	}{
		{"seven characters", "Tr4vel!", false},
		{"eight characters", "Tr4vel!x", true},
		{"eight characters of two bytes each", "ñáéíóúüç", true},
		{"seven characters of two bytes each", "ñáéíóúü", false},
		{"a sentence", "correct horse battery staple", true},
		{"256 characters", strings.Repeat("horse battery 42 ", 16)[:256], true},
		{"257 characters", strings.Repeat("horse battery 42 ", 16)[:256] + "x", false},
		{"endless", strings.Repeat("x y", 100_000), false},
		{"common", "password", false},
		{"common in capitals", "PASSWORD", false},
		{"common with what rules ask for", "Password2026!", false},
		{"common words", "iloveyou1", false},
		{"one character", "aaaaaaaaaa", false},
		{"one piece", "abc1abc1abc1", false},
		{"a run", "23456789", false},
		{"a run over nine", "1234567890", false},
		{"a run downwards", "hgfedcba", false},
		{"the address", "ann.archer@acme.example", false},
		{"the name", "AnnArcher", false},
		{"the name and a year", "Archer99", false},
		{"the team", "acmerockets1", false},
		{"a name inside of more", "archers of the green wood", true},
		{"a line break", "correct\nhorse battery", false},
		{"not a text", "correct\xffhorse battery", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := password.Check(tt.text, about...)
			if (err == nil) != tt.ok {
				t.Errorf("Check(%q) = %v", tt.text, err)
			}
		})
	}
}

func TestVerifyKnowsThePasswordAndNoOther(t *testing.T) {
	t.Parallel()
	const text = "Ångström and friends"
	hash, err := password.Hash(text)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash is %s", hash)
	}
	if ok, rehash := password.Verify(hash, "A\u030angstro\u0308m and friends"); !ok || rehash { // the same letters of another keyboard
		t.Errorf("Verify = %v, %v", ok, rehash)
	}
	other, _ := password.Hash(text)
	if other == hash {
		t.Error("two hashes of a password are the same")
	}
	for _, wrong := range []string{"", "ångström and friends", text + " "} {
		if ok, _ := password.Verify(hash, wrong); ok {
			t.Errorf("Verify takes %q", wrong)
		}
	}
}

func TestVerifyAsksForAnewHashOfAnotherCost(t *testing.T) {
	t.Parallel()
	salt := "MDEyMzQ1Njc4OWFiY2RlZg"
	key := argon2.IDKey([]byte("secret words"), []byte("0123456789abcdef"), 1, 8<<10, 1, 32)
	old := "$argon2id$v=19$m=8192,t=1,p=1$" + salt + "$" + strings.TrimRight(base64Of(key), "=")
	if ok, rehash := password.Verify(old, "secret words"); !ok || !rehash {
		t.Errorf("Verify = %v, %v", ok, rehash)
	}
	for _, bad := range []string{"", "x", old + "$", strings.Replace(old, "m=8192", "m=99999999", 1), strings.Replace(old, "argon2id", "argon2i", 1)} {
		if ok, _ := password.Verify(bad, "secret words"); ok {
			t.Errorf("Verify takes the hash %q", bad)
		}
	}
}

// TestHashingBoundsItsMemory has many come at once.
func TestHashingBoundsItsMemory(t *testing.T) {
	t.Parallel()
	var group sync.WaitGroup
	for range 24 {
		group.Go(func() { password.Pretend("some words or other") })
	}
	group.Wait()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.Sys > 1<<30 {
		t.Errorf("%d MiB were taken", m.Sys>>20)
	}
}

// BenchmarkVerifyTogether has 64 people per core type their passwords at once, and tells what memory that took.
func BenchmarkVerifyTogether(b *testing.B) {
	hash, err := password.Hash("a long enough sentence")
	if err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if ok, _ := password.Verify(hash, "a long enough sentence"); !ok {
				b.Error("the password does not fit")
			}
		}
	})
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapSys)/1e6, "MB-heap")
}

func BenchmarkVerify(b *testing.B) {
	hash, err := password.Hash("some words or other")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		password.Verify(hash, "some words or other")
	}
}

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
