package samltest

import "github.com/beevik/etree"

// Wraps are how many attacks Wrap knows.
const Wraps = 8

// Wrap makes of a signed response the one with which attack n, 1 to 8, of signature wrapping would let forge's
// changes through, as SAML Raider does it. The first two take a response that is signed, the others an
// assertion; forge gets the assertion to change. The signed original is somewhere in each, whole.
func Wrap(n int, response *etree.Element, forge func(assertion *etree.Element)) *etree.Element {
	evil := response.Copy()
	if n <= 2 {
		original := unsigned(response)
		evil.CreateAttr("ID", "_evil_response")
		forge(evil.SelectElement("Assertion"))
		sig := evil.SelectElement("Signature")
		if n == 1 {
			sig.AddChild(original)
		} else {
			evil.InsertChildAt(sig.Index(), original)
		}
		return evil
	}
	assertion := evil.SelectElement("Assertion")
	if n == 3 || n == 4 || n == 7 {
		wrapUnsigned(n, evil, assertion, forge)
		return evil
	}
	original := unsigned(assertion)
	forged(assertion, forge)
	sig := assertion.SelectElement("Signature")
	switch n {
	case 5:
		evil.AddChild(original)
	case 6:
		sig.AddChild(original)
	case 8:
		object := sig.CreateElement("Object")
		object.Space = sig.Space
		object.AddChild(original)
	}
	return evil
}

// wrapUnsigned makes the attacks in which the signed assertion stays as it is, beside or below a forged one.
func wrapUnsigned(n int, response, assertion *etree.Element, forge func(*etree.Element)) {
	copied := unsigned(assertion)
	forged(copied, forge)
	switch n {
	case 3:
		response.InsertChildAt(assertion.Index(), copied)
	case 4:
		response.InsertChildAt(assertion.Index(), copied)
		response.RemoveChild(assertion)
		copied.AddChild(assertion)
	case 7:
		extensions := etree.NewElement("samlp:Extensions")
		extensions.AddChild(copied)
		response.InsertChildAt(1, extensions)
	}
}

func forged(assertion *etree.Element, forge func(*etree.Element)) {
	assertion.CreateAttr("ID", "_evil_assertion")
	forge(assertion)
}

func unsigned(el *etree.Element) *etree.Element {
	c := el.Copy()
	c.RemoveChild(c.SelectElement("Signature"))
	return c
}
