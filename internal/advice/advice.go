// Package advice explains refusals of the SCIM door to the admin of an identity provider: what
// happened, what to change, and where in that product.
//
// What happened depends on the refusal (entries.go), where to change it on the subject of the
// change and on the product (places.go). Both tables have a fallback, so that there is always an
// answer; a test in package scim walks all that the door can answer.
package advice

import (
	"strconv"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Refusal is what the door answered.
type Refusal struct {
	Status   int
	ScimType string
	Code     roster.Code
}

// Advice explains a refusal.
type Advice struct {
	// Key is what the explanation was found by: a reason code, a scimType or a status.
	Key    string `json:"key"`
	What   string `json:"what"`   // happened
	Change string `json:"change"` // what to do about it
	Where  string `json:"where"`  // in the product
	Vendor string `json:"vendor"` // the product's name, or "the identity provider"
	// Link leads to the documentation; relative to the project's documentation.
	Link string `json:"link"`
}

// topic is what an admin has to change.
type topic int

const (
	mapping topic = iota + 1 // of attributes
	credentials
	assignment // who is assigned, in scope
	groups     // which groups are pushed
	retry      // nothing but to repeat it
	here       // not at the provider: in Rollcall
)

// For explains a refusal to the admin of a product. The product may be unknown. It is the zero
// Advice for what is no refusal.
func For(r Refusal, vendor tenant.Provider) Advice {
	if r.Status != 0 && r.Status < 400 {
		return Advice{}
	}
	key, e := find(r)
	a := Advice{Key: key, What: e.what, Change: e.change, Where: place(e.topic, vendor), Vendor: "the identity provider", Link: "reasons.md"}
	if known(vendor) {
		a.Vendor = vendor.VendorName()
	}
	switch key {
	case string(r.Code):
		a.Link += "#reason-codes"
	default:
		a.Link += "#answers-of-the-scim-door"
	}
	return a
}

// Known says whether a refusal has an entry of its own, and not only the fallback.
func Known(r Refusal) bool {
	key, _ := find(r)
	return key != fallbackKey
}

const fallbackKey = "other"

// find looks by the code, then by the scimType, then by the status.
func find(r Refusal) (string, entry) {
	status := ""
	if r.Status != 0 {
		status = strconv.Itoa(r.Status)
	}
	for _, key := range []string{string(r.Code), r.ScimType, status} {
		if e, ok := entryOf(key); ok && key != "" {
			return key, e
		}
	}
	if r.Status >= 500 {
		e, _ := entryOf("500")
		return "500", e
	}
	return fallbackKey, entry{
		"The request was refused.",
		"The detail of the answer says what is wrong with it. Correct the value that it names, then have the provider try again.", mapping,
	}
}
