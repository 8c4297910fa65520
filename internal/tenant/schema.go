package tenant

import (
	"slices"
	"strings"
	"time"
)

// Extensions is what a tenant has added to the schemas of RFC 7643: its own attributes of users and groups,
// and the entitlements that a governance product may hand out.
type Extensions struct {
	Schemas      []Schema         // by URN
	Indexes      []AttributeIndex // by id, those that are being built or taken away too
	Entitlements []Entitlement    // by type and value
	// Version is another one after each change, so that what was worked out of the rest can be kept; 0: there is
	// nothing.
	Version int64
}

// Schema finds a schema by its URN, regardless of case (RFC 8141 §3.1 has the first two parts so, and no two of ours
// differ in case only).
func (e Extensions) Schema(urn string) (Schema, bool) {
	for _, s := range e.Schemas {
		if strings.EqualFold(s.URN, urn) {
			return s, true
		}
	}
	return Schema{}, false
}

// Index finds the index of an attribute that is in force or being built.
func (e Extensions) Index(urn, attribute string) (AttributeIndex, bool) {
	for _, i := range e.Indexes {
		if i.State != IndexRetired && i.Schema == urn && i.Attribute == attribute {
			return i, true
		}
	}
	return AttributeIndex{}, false
}

// Schema is an extension of User or Group that a tenant has defined. As JSON it is the representation of RFC 7643 §7
// with two keys of ours for each attribute, indexed and claim.
type Schema struct {
	URN         string      `json:"id"`
	Name        string      `json:"name"`
	Description string      `json:"description,omitempty"`
	Attributes  []Attribute `json:"attributes"`
	Version     int64       `json:"-"`
	CreatedAt   time.Time   `json:"-"`
	ChangedAt   time.Time   `json:"-"`
}

// The resource types that can be extended, as the URNs of their extensions end.
const (
	UserResource  = "User"
	GroupResource = "Group"
)

// Resource is the resource type that the schema extends: User or Group. The URN ends in it (RFC 7643 §10.2.1).
func (s Schema) Resource() string { return resourceOf(s.URN) }

func resourceOf(urn string) string {
	last := urn[strings.LastIndexByte(urn, ':')+1:]
	for _, r := range []string{UserResource, GroupResource} {
		if strings.EqualFold(last, r) {
			return r
		}
	}
	return ""
}

// Attribute finds an attribute by its name, regardless of case.
func (s Schema) Attribute(name string) (Attribute, bool) {
	for _, a := range s.Attributes {
		if strings.EqualFold(a.Name, name) {
			return a, true
		}
	}
	return Attribute{}, false
}

// Attribute is an attribute of a Schema (RFC 7643 §7). Sub-attributes have no characteristics but their type, whether
// they are required, their case and their values.
type Attribute struct { //nolint:recvcheck // filling defaults changes it, all else looks
	Name            string        `json:"name"`
	Type            AttributeType `json:"type"`
	MultiValued     bool          `json:"multiValued"`
	Description     string        `json:"description,omitempty"`
	Required        bool          `json:"required"`
	CanonicalValues []string      `json:"canonicalValues,omitempty"` // no others are taken
	CaseExact       bool          `json:"caseExact"`
	Mutability      Mutability    `json:"mutability"`
	Returned        Returned      `json:"returned"`
	Uniqueness      Uniqueness    `json:"uniqueness"`
	ReferenceTypes  []string      `json:"referenceTypes,omitempty"`
	SubAttributes   []Attribute   `json:"subAttributes,omitempty"`
	// Indexed asks for an index that answers the filters eq, sw and pr.
	Indexed bool `json:"indexed,omitempty"`
	// Claim is the name under which the application gets the value; empty: it does not.
	Claim string `json:"claim,omitempty"`
}

// Hidden says whether the attribute is never shown to anybody outside (RFC 7643 §7, returned never).
func (a Attribute) Hidden() bool { return a.Returned == ReturnedNever }

// wantsIndex says whether values of the attribute are kept in an index.
func (a Attribute) wantsIndex() bool { return a.Indexed || a.Uniqueness == UniqueOnServer }

// AttributeType is the type of an attribute (RFC 7643 §2.3).
type AttributeType string

// The types of attributes.
const (
	StringType    AttributeType = "string"
	BooleanType   AttributeType = "boolean"
	IntegerType   AttributeType = "integer"
	DecimalType   AttributeType = "decimal"
	DateTimeType  AttributeType = "dateTime"
	ReferenceType AttributeType = "reference"
	BinaryType    AttributeType = "binary"
	ComplexType   AttributeType = "complex"
)

// Mutability says who may write an attribute (RFC 7643 §7).
type Mutability string

// The kinds of mutability.
const (
	ReadWrite Mutability = "readWrite"
	ReadOnly  Mutability = "readOnly"
	Immutable Mutability = "immutable"
	WriteOnly Mutability = "writeOnly"
)

// Returned says when an attribute is part of an answer (RFC 7643 §7).
type Returned string

// The values of returned.
const (
	ReturnedDefault Returned = "default"
	ReturnedAlways  Returned = "always"
	ReturnedRequest Returned = "request"
	ReturnedNever   Returned = "never"
)

// Uniqueness says where a value may occur once only (RFC 7643 §7).
type Uniqueness string

// The kinds of uniqueness that a tenant may ask for. On the server means: within the tenant.
const (
	UniqueNowhere  Uniqueness = "none"
	UniqueOnServer Uniqueness = "server"
)

// IndexState is where an AttributeIndex is in its life: building, then ready, then retired, then gone.
type IndexState string

// The states of an index.
const (
	IndexBuilding IndexState = "building" // new values go in, those that were there are being added
	IndexReady    IndexState = "ready"    // filters may use it
	IndexRetired  IndexState = "retired"  // no longer kept up; its rows are being taken away
)

// AttributeIndex holds the values of one attribute of a tenant's schema.
type AttributeIndex struct {
	ID        UUID // another one after each change, so that no filter takes an old index for the new
	Schema    string
	Attribute string
	Exact     bool // case matters
	Multi     bool // the attribute is multi-valued
	Unique    bool // no two live members or groups may have the same value
	State     IndexState
	After     UUID // while it is being built: how far that has come
}

// Resource is the resource type whose values the index holds.
func (i AttributeIndex) Resource() string { return resourceOf(i.Schema) }

// Entitlement is a right of the application that a directory may give to users (Okta's identity governance). Its id on
// the wire is its value.
type Entitlement struct {
	Value   string `json:"value"`
	Display string `json:"display"`
	Type    string `json:"type"`
}

// Reindex returns the indexes that a schema needs in place of the ones that it has, with ids of now for new ones. An index
// whose attribute is gone, or is indexed in another way, is retired.
func (e Extensions) Reindex(s Schema, now time.Time) (changed []AttributeIndex) {
	var kept []string
	for _, i := range e.Indexes {
		if i.Schema != s.URN || i.State == IndexRetired {
			continue
		}
		a, ok := s.Attribute(i.Attribute)
		if ok && a.wantsIndex() && a.CaseExact == i.Exact && a.MultiValued == i.Multi && (a.Uniqueness == UniqueOnServer) == i.Unique {
			kept = append(kept, a.Name)
			continue
		}
		i.State = IndexRetired
		changed = append(changed, i)
	}
	for _, a := range s.Attributes {
		if a.wantsIndex() && !slices.Contains(kept, a.Name) {
			changed = append(changed, AttributeIndex{
				ID: NewUUID(now), Schema: s.URN, Attribute: a.Name, Exact: a.CaseExact, Multi: a.MultiValued, Unique: a.Uniqueness == UniqueOnServer, State: IndexBuilding,
			})
		}
	}
	return changed
}
