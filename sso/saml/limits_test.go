package saml_test

import (
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/beevik/etree"

	"rollcall/internal/testenv/samltest"
	"rollcall/sso/saml"
)

// bombs are bodies that would cost a careless parser memory and time.
func bombs() map[string]string {
	wide := strings.Repeat(` a="1"`, 40_000)
	return map[string]string{
		"10 MiB":              encode(strings.Repeat("<a/>", 10<<20/4)),
		"10 MiB of text":      encode("<a>" + strings.Repeat("x", 10<<20) + "</a>"),
		"256 KiB and a byte":  encode("<a>" + strings.Repeat("x", saml.MaxResponse-6) + "</a>"),
		"depth of 10,000":     encode(strings.Repeat("<a>", 10_000) + strings.Repeat("</a>", 10_000)),
		"60,000 elements":     encode("<a>" + strings.Repeat("<a/>", 60_000) + "</a>"),
		"40,000 attributes":   encode("<a" + wide + "/>"),
		"40,000 declarations": encode("<a" + strings.ReplaceAll(wide, "a=", "xmlns:a=")[:250_000] + "/>"),
	}
}

// TestBombs_S17 refuses each with memory that doesn't grow with it: not much more than base64 takes, which is
// bounded itself.
func TestBombs_S17(t *testing.T) { //nolint:paralleltest // it measures what the whole program allocates
	c, _, _ := connection(t)
	for name, body := range bombs() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		a, err := saml.Verify(c, expectation(), body)
		runtime.ReadMemStats(&after)
		f := refused(t, a, err, saml.CodeTooLarge, "")
		if used := after.TotalAlloc - before.TotalAlloc; used > 512<<10 {
			t.Errorf("%s: %d bytes were allocated", name, used)
		}
		if n := after.Mallocs - before.Mallocs; n > 300 {
			t.Errorf("%s: %d allocations for %s", name, n, f.Check)
		}
	}
}

// TestLimits_S17 stays on either side of each bound.
func TestLimits_S17(t *testing.T) {
	t.Parallel()
	nested := func(n int) func(*etree.Element) {
		return func(el *etree.Element) {
			for range n {
				el = el.CreateElement("samlp:Extensions")
				el.CreateAttr("xmlns:samlp", "urn:oasis:names:tc:SAML:2.0:protocol")
			}
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*etree.Element)
		code   saml.Code
		check  string
	}{
		{"depth of 40", nested(39), "", ""},
		{"depth of 41", nested(40), saml.CodeTooLarge, "depth"},
		{"64 attributes", attributes(57), "", ""},
		{"65 attributes", attributes(58), saml.CodeTooLarge, "attributes"},
		{"900 groups", groups(900), "", ""},
		{"1,100 groups", groups(1_100), saml.CodeTooLarge, "elements"}, // goxmldsig's own bound is 1,000
		{"5,000 groups", groups(5_000), saml.CodeTooLarge, "elements"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, p, a := connection(t)
			k := samltest.Knobs{Response: tt.change}
			if strings.HasSuffix(tt.name, "groups") {
				k = samltest.Knobs{After: func(el *etree.Element) { tt.change(find(el, "Assertion")) }}
			}
			got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, k))
			if strings.HasSuffix(tt.name, "groups") && tt.code == "" {
				refused(t, got, err, saml.CodeSignatureInvalid, "") // within the bound, and not what was signed
				return
			}
			if tt.code == "" && err != nil {
				t.Fatal(err)
			}
			refused(t, got, err, tt.code, tt.check)
		})
	}
}

func attributes(n int) func(*etree.Element) {
	return func(el *etree.Element) {
		for i := range n {
			el.CreateAttr(fmt.Sprintf("x%d", i), "1")
		}
	}
}

func groups(n int) func(*etree.Element) {
	return func(assertion *etree.Element) {
		at := find(assertion, "AttributeStatement", "Attribute")
		for range n {
			at.CreateElement("saml:AttributeValue").SetText("g")
		}
	}
}

func BenchmarkBombs(b *testing.B) {
	c, _, _ := connection(b)
	for name, body := range bombs() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := saml.Verify(c, expectation(), body); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}

// BenchmarkVerify measures a response with a dozen attributes, as Entra sends it.
func BenchmarkVerify(b *testing.B) {
	key := ours(b, "c")
	for _, encrypted := range []bool{false, true} {
		b.Run(fmt.Sprintf("encrypted=%t", encrypted), func(b *testing.B) {
			c, p, a := connection(b)
			c.Keys = []saml.KeyPair{key}
			if encrypted {
				a.SP.Encrypt = key.Certificate
			}
			for i := range 10 {
				at := a.Account.Attributes[0]
				at.Name = fmt.Sprintf("http://schemas.example/claims/%d", i)
				a.Account.Attributes = append(a.Account.Attributes, at)
			}
			body := samltest.Respond(b, p, a, samltest.Knobs{})
			b.ReportMetric(float64(base64.StdEncoding.DecodedLen(len(body))), "bytes/response")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := saml.Verify(c, expectation(), body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
