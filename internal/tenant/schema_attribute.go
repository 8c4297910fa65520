package tenant

import (
	"regexp"
	"slices"
	"strings"
)

// attributeName is that of RFC 7643 §2.1. A dollar is left to $ref.
var (
	attributeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
	claimName     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.:/-]{0,99}$`)
)

// takenClaims are names that tokens and our own answers use for something else.
var takenClaims = []string{
	"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "auth_time", "acr", "amr", "azp", "sid", "at_hash", "c_hash", "s_hash", "cnf",
	"client_id", "scope", "events", "act", "may_act", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username",
	"email", "email_verified", "phone_number", "phone_number_verified", "updated_at", "active", "role", "roles", "groups", "entitlements",
	"org_id", "org_slug", "org_name", "org_role", "groups_overage", "connection_id", "idp_issuer", "grant_id", "username", "token_type",
	"locale", "zoneinfo", "tenant", "tenant_id", "tenant_slug", "member", "member_id",
}

func (a Attribute) check(field, resource string) error {
	switch {
	case len(a.Name) > maxNameLength || !attributeName.MatchString(a.Name):
		return wrong(field, "%q is not the name of an attribute (RFC 7643 §2.1). Use a letter, then letters, digits, - and _, at most %d.", clip(a.Name), maxNameLength)
	case slices.ContainsFunc([]string{"schemas", "id", "meta"}, func(s string) bool { return strings.EqualFold(a.Name, s) }):
		return wrong(field, "%s is the name of a common attribute (RFC 7643 §3.1). Choose another.", a.Name)
	case !slices.Contains([]Mutability{ReadWrite, ReadOnly, Immutable, WriteOnly}, a.Mutability):
		return wrong(field+".mutability", "Mutability is readWrite, readOnly, immutable or writeOnly.")
	case !slices.Contains([]Returned{ReturnedDefault, ReturnedAlways, ReturnedRequest, ReturnedNever}, a.Returned):
		return wrong(field+".returned", "Returned is default, always, request or never.")
	case a.Mutability == WriteOnly && a.Returned != ReturnedNever:
		return wrong(field+".returned", "What is writeOnly is never returned. Set returned to never, or mutability to readWrite.")
	case a.Mutability == ReadOnly && a.Required:
		return wrong(field+".required", "No directory can give a readOnly attribute, so it can't be required.")
	case a.Uniqueness != UniqueNowhere && a.Uniqueness != UniqueOnServer:
		return wrong(field+".uniqueness", "Uniqueness is none or server, which means: within your tenant.")
	}
	if err := a.checkType(field); err != nil {
		return err
	}
	if err := a.checkIndex(field); err != nil {
		return err
	}
	return a.checkClaim(field, resource)
}

// checkType is about what sub-attributes have too.
func (a Attribute) checkType(field string) error {
	types := []AttributeType{StringType, BooleanType, IntegerType, DecimalType, DateTimeType, ReferenceType, BinaryType, ComplexType}
	switch {
	case !slices.Contains(types, a.Type):
		return wrong(field+".type", "%q is not a type. Use string, boolean, integer, decimal, dateTime, reference, binary or complex.", clip(string(a.Type)))
	case len(a.Description) > maxDescription:
		return wrong(field+".description", "The description is longer than %d characters.", maxDescription)
	case len(a.CanonicalValues) > 0 && a.Type != StringType:
		return wrong(field+".canonicalValues", "Only strings can have canonicalValues.")
	case len(a.CanonicalValues) > maxCanonical:
		return wrong(field+".canonicalValues", "There are more than %d canonicalValues. Leave them out and take any value.", maxCanonical)
	case len(a.ReferenceTypes) > 0 && a.Type != ReferenceType:
		return wrong(field+".referenceTypes", "Only references have referenceTypes.")
	case (len(a.SubAttributes) > 0) != (a.Type == ComplexType):
		return wrong(field+".subAttributes", "A complex attribute has subAttributes, and no other has.")
	}
	for i, sub := range a.SubAttributes {
		inner := field + "." + clip(sub.Name)
		switch {
		case len(sub.Name) > maxNameLength || sub.Name != "$ref" && !attributeName.MatchString(sub.Name):
			return wrong(inner, "%q is not the name of an attribute (RFC 7643 §2.1). Use a letter, then letters, digits, - and _.", clip(sub.Name))
		case sub.Type == ComplexType:
			return wrong(inner+".type", "Sub-attributes can't be complex (RFC 7643 §2.3.8).")
		case sub.MultiValued, sub.Mutability != ReadWrite, sub.Returned != ReturnedDefault, sub.Uniqueness != UniqueNowhere, sub.Indexed, sub.Claim != "":
			return wrong(inner, "Sub-attributes are single-valued, readWrite, returned by default and neither unique, indexed nor claims. Say it of the attribute itself.")
		case slices.ContainsFunc(a.SubAttributes[:i], func(b Attribute) bool { return strings.EqualFold(sub.Name, b.Name) }):
			return wrong(inner, "The sub-attribute %s stands twice; names that differ only in case are the same.", sub.Name)
		}
		if err := sub.checkType(inner); err != nil {
			return err
		}
	}
	return nil
}

func (a Attribute) checkIndex(field string) error {
	key := field + ".indexed"
	if !a.Indexed {
		key = field + ".uniqueness"
	}
	switch {
	case !a.wantsIndex():
		return nil
	case a.Type == ComplexType || a.Type == BinaryType:
		return wrong(key, "Complex and binary attributes can be neither indexed nor unique.")
	case a.Indexed && a.Hidden():
		return wrong(key, "An attribute that is never returned can't be filtered by, so an index is of no use.")
	case a.Uniqueness == UniqueOnServer && a.Type == BooleanType:
		return wrong(key, "A boolean can't be unique.")
	}
	return nil
}

func (a Attribute) checkClaim(field, resource string) error {
	switch {
	case a.Claim == "":
		return nil
	case resource != UserResource:
		return wrong(field+".claim", "Only attributes of users can be claims.")
	case !claimName.MatchString(a.Claim):
		return wrong(field+".claim", "%q is not the name of a claim. Use a letter, then up to 99 letters, digits and _ . : / -.", clip(a.Claim))
	case slices.Contains(takenClaims, strings.ToLower(a.Claim)):
		return wrong(field+".claim", "The claim %s has a meaning of its own in tokens. Choose another name, such as acme_%s.", a.Claim, a.Claim)
	case a.Hidden():
		return wrong(field+".claim", "An attribute that is never returned can't be a claim.")
	}
	return nil
}

// Check says what is wrong with an entitlement, as a *SchemaError, or nil.
func (e Entitlement) Check() error {
	for _, part := range []struct{ field, text string }{{"value", e.Value}, {"display", e.Display}, {"type", e.Type}} {
		if part.text == "" || len(part.text) > 2*maxNameLength || strings.TrimSpace(part.text) != part.text || strings.ContainsFunc(part.text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' }) {
			return wrong(part.field, "The %s of an entitlement has 1 to %d characters, without control characters and spaces around it.", part.field, 2*maxNameLength)
		}
	}
	return nil
}
