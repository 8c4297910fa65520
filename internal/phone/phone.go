// Package phone reads phone numbers as people write them.
package phone

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// maxText bounds what is read, in bytes; numbers with an extension in words are shorter.
const maxText = 40

// Unusable is why a text is no phone number, as a sentence for the person who typed it.
type Unusable string

// Error implements error.
func (u Unusable) Error() string { return string(u) }

const (
	noNumber    Unusable = "This is no phone number. Enter it with its country code, such as +49 30 901820."
	noCountry   Unusable = "Begin the phone number with a plus sign and the country code, such as +49 30 901820."
	noSuch      Unusable = "There is no such phone number. Check its digits; with the country code it looks like +49 30 901820."
	noExtension Unusable = "Enter the phone number without an extension: messages go to the number itself."
)

// Parse reads a phone number as somebody typed it and returns its form E.164, such as +4930901820. region is the
// country whose national form is understood too, by its ISO 3166 code; empty: only numbers that begin with a plus sign
// and the country's code. The error is an Unusable.
func Parse(text, region string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxText {
		return "", noNumber
	}
	n, err := phonenumbers.Parse(text, strings.ToUpper(region))
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return "", noCountry
	case err != nil || !phonenumbers.IsValidNumber(n):
		return "", noSuch
	case n.GetExtension() != "":
		return "", noExtension
	}
	return phonenumbers.Format(n, phonenumbers.E164), nil
}

// Show writes a number of the form E.164 with spaces, as people read it. What is none comes back as it is.
func Show(e164 string) string {
	n, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return e164
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

// CheckRegion says what is wrong with a region for Parse, or nil.
func CheckRegion(region string) error {
	if region == "" || phonenumbers.GetSupportedRegions()[strings.ToUpper(region)] {
		return nil
	}
	return fmt.Errorf("%q is no country with phone numbers: use the two letters of ISO 3166, such as DE", region)
}
