package totp

import (
	"strings"
	"testing"
	"time"

	"rollcall/internal/secret"
)

// The vectors of RFC 6238, appendix B, for SHA-1, cut to six digits.
func TestCodeIsThatOfTheRFC(t *testing.T) {
	t.Parallel()
	s := Secret{[]byte("12345678901234567890")}
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := s.Code(time.Unix(at, 0)); got != want {
			t.Errorf("Code(%d) = %s, want %s", at, got, want)
		}
	}
}

func TestCheckTakesACodeOnceAndAClockThatIsALittleOff(t *testing.T) {
	t.Parallel()
	s, now := New(), time.Unix(1_800_000_000, 0)
	for name, tt := range map[string]struct {
		text string
		used int64
		good bool
	}{
		"of now":                  {s.Code(now), 0, true},
		"with spaces":             {s.Code(now)[:3] + " " + s.Code(now)[3:], 0, true},
		"of a step ago":           {s.Code(now.Add(-period * time.Second)), 0, true},
		"of a step ahead":         {s.Code(now.Add(period * time.Second)), 0, true},
		"of two steps ago":        {s.Code(now.Add(-2 * period * time.Second)), 0, false},
		"used":                    {s.Code(now), step(now), false},
		"older than the last one": {s.Code(now.Add(-period * time.Second)), step(now), false},
		"nothing":                 {"", 0, false},
		"another secret's":        {New().Code(now) + "0", 0, false},
	} {
		if got, good := s.Check(tt.text, now, tt.used); good != tt.good || good != (got > 0) {
			t.Errorf("%s: Check = %d, %v", name, got, good)
		}
	}
}

func TestSealIsAboutTheMember(t *testing.T) {
	t.Parallel()
	key, s := secret.NewKey(), New()
	sealed := s.Seal(key, "mem_1")
	if got, err := Open(key, sealed, "mem_1"); err != nil || got.Text() != s.Text() {
		t.Errorf("Open: %v", err)
	}
	if _, err := Open(key, sealed, "mem_2"); err == nil {
		t.Error("it opens for another member")
	}
	if _, err := Open(secret.NewKey(), sealed, "mem_1"); err == nil {
		t.Error("it opens with another key")
	}
}

func TestURIAndQR(t *testing.T) {
	t.Parallel()
	uri := New().URI("Acme: Inc", "ada@acme.example")
	if !strings.HasPrefix(uri, "otpauth://totp/Acme%20%20Inc:ada@acme.example?issuer=Acme++Inc&secret=") {
		t.Errorf("URI = %s", uri)
	}
	if size, path, err := QR(uri); err != nil || size < 21 || !strings.HasPrefix(path, "M0 0h1v1h-1z") {
		t.Errorf("QR = %d, %.40s, %v", size, path, err)
	}
}

func TestRecoveryCodesAreReadHoweverTheyAreTyped(t *testing.T) {
	t.Parallel()
	codes, hashes := NewRecoveryCodes("mem_1")
	if len(codes) != RecoveryCodes || len(hashes) != RecoveryCodes || codes[0] == codes[1] || len(codes[0]) != 19 {
		t.Fatalf("codes are %v", codes)
	}
	typed := strings.ToUpper(strings.ReplaceAll(codes[0], "-", "  "))
	if RecoveryHash(typed, "mem_1") != hashes[0] {
		t.Errorf("%q is not taken for %q", typed, codes[0])
	}
	if RecoveryHash(codes[0], "mem_2") == hashes[0] {
		t.Error("the code of one member is another's, too")
	}
	if !LooksLikeRecovery(codes[0]) || LooksLikeRecovery("123 456") {
		t.Error("codes of apps and recovery codes are taken for each other")
	}
}
