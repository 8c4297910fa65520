package tenant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Bounds of what a tenant may define.
const (
	MaxSchemas      = 20  // of a tenant
	MaxAttributes   = 100 // of a schema, sub-attributes counted
	MaxIndexed      = 20  // attributes of a schema with an index
	MaxEntitlements = 1000
	maxURN          = 255
	maxNameLength   = 64
	maxDescription  = 1000
	maxCanonical    = 200
)

// SchemaError says what is wrong with a schema and what to change.
type SchemaError struct {
	Field  string // such as attributes.badge.type
	Detail string // a sentence
}

// Error implements error.
func (e *SchemaError) Error() string { return e.Field + ": " + e.Detail }

func wrong(field, format string, args ...any) error {
	return &SchemaError{Field: field, Detail: fmt.Sprintf(format, args...)}
}

// ParseSchema reads the JSON representation of RFC 7643 §7 with our keys, and fills what it leaves out with the defaults of
// RFC 7643 §2.2. The keys schemas and meta are passed over; any other unknown key is a SchemaError, because a
// misspelt characteristic would be lost in silence.
func ParseSchema(text []byte) (Schema, error) {
	var in struct {
		Schema
		Schemas json.RawMessage `json:"schemas"`
		Meta    json.RawMessage `json:"meta"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return Schema{}, wrong("schema", "The schema can't be read: %s. It is one JSON object with id, name and attributes, as in RFC 7643 §7.",
			strings.TrimPrefix(err.Error(), "json: "))
	}
	if d.More() {
		return Schema{}, wrong("schema", "There is more behind the schema. Give one JSON object.")
	}
	return in.WithDefaults(), nil
}

// WithDefaults fills what a schema leaves out (RFC 7643 §2.2). It changes nothing that s shares.
func (s Schema) WithDefaults() Schema {
	s.Attributes = slices.Clone(s.Attributes)
	for i := range s.Attributes {
		a := &s.Attributes[i]
		a.defaults()
		a.SubAttributes = slices.Clone(a.SubAttributes)
		for j := range a.SubAttributes {
			a.SubAttributes[j].defaults()
		}
	}
	return s
}

func (a *Attribute) defaults() {
	if a.Type == "" {
		a.Type = StringType
	}
	if a.Mutability == "" {
		a.Mutability = ReadWrite
	}
	if a.Returned == "" {
		a.Returned = ReturnedDefault
		if a.Mutability == WriteOnly {
			a.Returned = ReturnedNever
		}
	}
	if a.Uniqueness == "" {
		a.Uniqueness = UniqueNowhere
	}
	if a.Type == ReferenceType && len(a.ReferenceTypes) == 0 {
		a.ReferenceTypes = []string{"external"}
	}
}

// The namespace identifier and the rest (RFC 8141 §2), without what needs escapes in paths.
var urnForm = regexp.MustCompile(`(?i)^urn:[a-z0-9][a-z0-9-]{0,30}[a-z0-9]:[a-z0-9._:/@!$&'*+,;=~-]+$`)

// reserved are URNs that belong to others, or to schemas that are served anyway.
var reserved = []string{
	"urn:ietf:params:scim:schemas:core:", "urn:ietf:params:scim:schemas:extension:enterprise:", "urn:ietf:params:scim:api:",
	"urn:okta:scim:schemas:core:", "urn:rollcall:",
}

// Check says what is wrong with a schema that has its defaults, as a *SchemaError, or nil.
func (s Schema) Check() error {
	switch {
	case len(s.URN) > maxURN || !urnForm.MatchString(s.URN) || strings.Contains(s.URN, "::"):
		return wrong("id", "The id %q is not the URN of a schema. Write it like urn:acme:scim:1.0:User, with at most %d characters.", clip(s.URN), maxURN)
	case s.Resource() == "":
		return wrong("id", "The id must end in :User or :Group, which says what the schema extends.")
	case s.Name == "" || len(s.Name) > 2*maxNameLength:
		return wrong("name", "Give the schema a name of 1 to %d characters.", 2*maxNameLength)
	case len(s.Description) > maxDescription:
		return wrong("description", "The description is longer than %d characters.", maxDescription)
	case len(s.Attributes) == 0:
		return wrong("attributes", "The schema has no attributes. Give it at least one.")
	}
	for _, r := range reserved {
		if len(s.URN) >= len(r) && strings.EqualFold(s.URN[:len(r)], r) {
			return wrong("id", "URNs that begin with %s are reserved. Choose one of your own, such as urn:acme:scim:1.0:%s.", r, s.Resource())
		}
	}
	return s.checkAttributes()
}

func (s Schema) checkAttributes() error {
	total, indexed := len(s.Attributes), 0
	var claims []string
	for i, a := range s.Attributes {
		field := "attributes." + clip(a.Name)
		if err := a.check(field, s.Resource()); err != nil {
			return err
		}
		if slices.ContainsFunc(s.Attributes[:i], func(b Attribute) bool { return strings.EqualFold(a.Name, b.Name) }) {
			return wrong(field, "The attribute %s stands twice; names that differ only in case are the same.", a.Name)
		}
		if slices.Contains(claims, a.Claim) {
			return wrong(field+".claim", "The claim %s is given by two attributes. Name another.", a.Claim)
		}
		if a.Claim != "" {
			claims = append(claims, a.Claim)
		}
		total += len(a.SubAttributes)
		if a.wantsIndex() {
			indexed++
		}
	}
	switch {
	case total > MaxAttributes:
		return wrong("attributes", "The schema has %d attributes, sub-attributes counted; at most %d are possible. Split it in two.", total, MaxAttributes)
	case indexed > MaxIndexed:
		return wrong("attributes", "%d attributes are indexed or unique; at most %d can be. Index those that directories match by.", indexed, MaxIndexed)
	}
	return nil
}
