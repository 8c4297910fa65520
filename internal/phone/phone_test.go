package phone_test

import (
	"testing"

	"rollcall/internal/phone"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, region, want string }{
		{"as people write it", " +49 (30) 90 18-20 ", "", "+4930901820"},
		{"the national form of the region", "030 901820", "DE", "+4930901820"},
		{"a region in lower case", "030 901820", "de", "+4930901820"},
		{"another country than the region", "+1 650 253 0000", "DE", "+16502530000"},
		{"full-width digits", "＋４９ ３０ ９０１８２０", "", "+4930901820"},
		{"with the trunk's zero", "+49 (0)30 901820", "", "+4930901820"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := phone.Parse(tt.text, tt.region)
			if got != tt.want || err != nil {
				t.Errorf("Parse(%q, %q) = %q, %v; want %q", tt.text, tt.region, got, err, tt.want)
			}
		})
	}
}

func TestParseRefusesWithASentence(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, region string }{
		{"nothing", "  ", "DE"},
		{"a word", "call me", "DE"},
		{"a national form without a region", "030 901820", ""},
		{"too few digits", "+49 30", ""},
		{"too many digits", "+49 30 9018201234567890", ""},
		{"a country that is none", "+999 123456", ""},
		{"an extension", "+1 650 253 0000 ext. 12", ""},
		{"a header", "+49 30 901820\r\nBcc: x", ""},
		{"a long text", "+49 30 901820 or else +49 30 901821 or +49 30 901822", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := phone.Parse(tt.text, tt.region)
			u, ok := err.(phone.Unusable) //nolint:errorlint // it is never wrapped
			if got != "" || !ok || u == "" {
				t.Errorf("Parse(%q, %q) = %q, %v; want an Unusable", tt.text, tt.region, got, err)
			}
		})
	}
}

func TestShowIsReadBack(t *testing.T) {
	t.Parallel()
	if got := phone.Show("+4930901820"); got != "+49 30 901820" {
		t.Errorf("Show = %q", got)
	}
	if got := phone.Show("no number"); got != "no number" {
		t.Errorf("Show(no number) = %q", got)
	}
}

func TestCheckRegion(t *testing.T) {
	t.Parallel()
	for region, good := range map[string]bool{"": true, "DE": true, "us": true, "ZZ": false, "Germany": false} {
		if err := phone.CheckRegion(region); (err == nil) != good {
			t.Errorf("CheckRegion(%q) = %v", region, err)
		}
	}
}
