package scim

import (
	"strings"

	"github.com/elimity-com/scim/schema"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// resourceKind is what a request is about.
type resourceKind int

// The kinds of resources.
const (
	userKind resourceKind = iota + 1
	groupKind
)

// The URNs of the schemas served.
const (
	userURN       = schema.UserSchema
	groupURN      = schema.GroupSchema
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	patchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// attributeType says what values an attribute takes.
type attributeType uint8

// The types of attributes. Of the schemas of RFC 7643, texts of a special form (references,
// binaries, dates) are kept as they come and are texts here; a tenant's own are held to theirs.
const (
	textType attributeType = iota
	boolType
	complexType
	integerType
	decimalType
	dateTimeType
	referenceType
	binaryType
)

// maxIndexed is the longest text, in bytes, of an attribute that must be found
// fast: no index of PostgreSQL takes more than 2,700.
const maxIndexed = 1000

// attribute is what the door must know of an attribute (RFC 7643 §7).
type attribute struct {
	name     string // as the schema spells it
	typ      attributeType
	multi    bool
	exact    bool // case matters
	readOnly bool
	hidden   bool // never stored, never returned: password
	indexed  bool // at most maxIndexed bytes
	subs     table
	// What only a tenant's own attributes have, see tenantAttribute.
	secret    bool     // stored, but never returned nor filtered by
	returned  returned // when it is part of an answer
	immutable bool
	required  bool
	canonical []string    // no other values are taken; empty: any
	index     tenant.UUID // that may answer filters; zero: none
	// column is where the roster keeps the attribute; empty: in the document.
	column roster.Column
}

// table finds attributes by name, regardless of case.
type table map[string]*attribute

func (t table) find(name string) *attribute {
	if a := t[name]; a != nil {
		return a
	}
	return t[strings.ToLower(name)]
}

// add enters an attribute under its own spelling, which is what most
// directories send, and under the folded one.
func (t table) add(a *attribute) {
	t[a.name] = a
	t[strings.ToLower(a.name)] = a
}

// resourceSchema is what a kind of resource consists of. It never changes.
type resourceSchema struct {
	kind resourceKind
	noun string // for messages
	urn  string
	core table
	// extensions that are known, with the enterprise extension first and others by
	// descending length of their URNs, so that none is taken for one that it begins with.
	extensions []extension
	// byDefault is what an answer has when nobody asks for attributes; nil: everything.
	byDefault *projection
}

// extension is a schema that adds attributes to a resource type.
type extension struct {
	urn     string
	table   table
	guarded bool // has attributes whose values before a change matter: see guard
}

var (
	userSchema  = newUserSchema()
	groupSchema = newGroupSchema()
)

func (k resourceKind) schema() *resourceSchema {
	if k == groupKind {
		return groupSchema
	}
	return userSchema
}

func newUserSchema() *resourceSchema {
	s := &resourceSchema{kind: userKind, noun: "user", urn: userURN, core: newTable(schema.CoreUserSchema().Attributes)}
	s.extensions = []extension{{urn: enterpriseURN, table: newTable(schema.ExtensionEnterpriseUser().Attributes)}}
	s.addCommon()
	s.core["userName"].column = roster.ColumnLogin
	s.core["userName"].indexed = true
	s.core["active"].column = roster.ColumnActive
	s.core["emails"].subs["value"].indexed = true
	s.core["groups"].column = roster.ColumnGroup
	return s
}

func newGroupSchema() *resourceSchema {
	s := &resourceSchema{kind: groupKind, noun: "group", urn: groupURN, core: newTable(schema.CoreGroupSchema().Attributes)}
	s.addCommon()
	s.core["displayName"].column = roster.ColumnName
	s.core["displayName"].indexed = true
	s.core["members"].column = roster.ColumnMember
	return s
}

// addCommon adds the attributes that every resource has (RFC 7643 §3.1).
func (s *resourceSchema) addCommon() {
	for _, a := range newTable(schema.CommonAttributes()) {
		s.core.add(a)
	}
	s.core["id"].column = roster.ColumnID
	s.core["externalId"].column = roster.ColumnExternalID
	s.core["externalId"].indexed = true
	s.core["schemas"].readOnly = true
	s.core["meta"].subs["created"].column = roster.ColumnCreated
	s.core["meta"].subs["lastModified"].column = roster.ColumnChanged
}

func newTable(attributes []schema.CoreAttribute) table {
	t := table{}
	for _, a := range attributes {
		t.add(newAttribute(a))
	}
	return t
}

func newAttribute(a schema.CoreAttribute) *attribute {
	out := &attribute{
		name: a.Name(), multi: a.MultiValued(), exact: a.CaseExact(),
		readOnly: a.Mutability() == "readOnly", hidden: a.Returned() == "never",
	}
	switch a.AttributeType() {
	case "boolean":
		out.typ = boolType
	case "complex":
		out.typ = complexType
		out.subs = newTable(a.SubAttributes())
	}
	return out
}
