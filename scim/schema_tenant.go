package scim

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// returned says when an attribute is part of an answer (RFC 7643 §7).
type returned uint8

// The zero value is what most attributes are.
const (
	returnedDefault returned = iota
	returnedAlways
	returnedRequest
	returnedNever
)

// schemaSet is what users and groups of one tenant consist of, worked out of what the tenant has defined. It never
// changes. A nil set is that of tenants that have defined nothing.
type schemaSet struct {
	users, groups *resourceSchema
	texts         []document          // of /Schemas, beside those that everybody has
	extends       map[string][]string // URNs by resource type
	entitlements  []tenant.Entitlement
}

func (s *schemaSet) of(k resourceKind) *resourceSchema {
	if k == groupKind {
		return s.groups
	}
	return s.users
}

func newSchemaSet(e tenant.Extensions) *schemaSet {
	s := &schemaSet{
		users: userSchema.extended(e, tenant.UserResource), groups: groupSchema.extended(e, tenant.GroupResource),
		extends: map[string][]string{}, entitlements: e.Entitlements,
	}
	for _, x := range e.Schemas {
		s.texts = append(s.texts, tenantSchemaText(x))
		s.extends[x.Resource()] = append(s.extends[x.Resource()], x.URN)
	}
	return s
}

// extended is the schema with a tenant's own extensions.
func (s *resourceSchema) extended(e tenant.Extensions, resource string) *resourceSchema {
	out := *s
	out.extensions = slices.Clone(s.extensions)
	for _, x := range e.Schemas {
		if x.Resource() == resource {
			out.extensions = append(out.extensions, newExtension(x, e))
		}
	}
	own := out.extensions[len(s.extensions):]
	slices.SortFunc(own, func(a, b extension) int { return len(b.urn) - len(a.urn) })
	out.byDefault = defaultProjection(own)
	return &out
}

func newExtension(x tenant.Schema, e tenant.Extensions) extension {
	out := extension{urn: x.URN, table: table{}}
	for _, def := range x.Attributes {
		a := tenantAttribute(def)
		if i, ok := e.Index(x.URN, def.Name); ok && i.State == tenant.IndexReady {
			a.index = i.ID
		}
		a.indexed = def.Indexed || def.Uniqueness == tenant.UniqueOnServer
		out.guarded = out.guarded || a.required || a.immutable || a.readOnly || a.secret || a.returned != returnedDefault
		out.table.add(a)
	}
	return out
}

func tenantAttribute(def tenant.Attribute) *attribute {
	a := &attribute{
		name: def.Name, multi: def.MultiValued, exact: def.CaseExact, required: def.Required, canonical: def.CanonicalValues,
		readOnly: def.Mutability == tenant.ReadOnly, immutable: def.Mutability == tenant.Immutable, secret: def.Hidden(),
	}
	switch def.Returned {
	case tenant.ReturnedAlways:
		a.returned = returnedAlways
	case tenant.ReturnedRequest:
		a.returned = returnedRequest
	case tenant.ReturnedNever:
		a.returned = returnedNever
	}
	switch def.Type {
	case tenant.BooleanType:
		a.typ = boolType
	case tenant.IntegerType:
		a.typ, a.exact = integerType, false
	case tenant.DecimalType:
		a.typ, a.exact = decimalType, false
	case tenant.DateTimeType:
		a.typ = dateTimeType
	case tenant.ReferenceType:
		a.typ = referenceType
	case tenant.BinaryType:
		a.typ, a.exact = binaryType, true // RFC 7643 §2.3.6
	case tenant.ComplexType:
		a.typ, a.subs = complexType, table{}
		for _, sub := range def.SubAttributes {
			a.subs.add(tenantAttribute(sub))
		}
	}
	return a
}

// tenantSchemaText is the document of /Schemas for a tenant's own schema (RFC 7643 §7). Which attributes have an index
// or are claims is not the directory's to know.
func tenantSchemaText(x tenant.Schema) document {
	attributes := slices.Clone(x.Attributes)
	for i := range attributes {
		attributes[i].Indexed, attributes[i].Claim = false, ""
	}
	x.Attributes = attributes
	return document{x.URN, marshal(struct {
		Schemas []string `json:"schemas"`
		tenant.Schema
	}{[]string{schemaURN}, x})}
}

// defaultProjection leaves out what is not returned by default; nil when all is.
func defaultProjection(own []extension) *projection {
	p := &projection{exclude: true}
	for _, e := range own {
		for name, a := range e.table {
			if name == a.name && a.returned >= returnedRequest {
				p.paths = append(p.paths, projected{extension: e.urn, name: a.name})
			}
		}
	}
	if len(p.paths) == 0 {
		return nil
	}
	return p
}

// tellsSecret says whether a body may hold a value that is never returned: its attribute is named there, or a name
// is written with escapes. A provisioning log that shows values must not show that one.
func (s *schemaSet) tellsSecret(body []byte) bool {
	if s == nil || len(body) == 0 {
		return false
	}
	low := bytes.ToLower(body)
	for _, e := range slices.Concat(s.users.extensions, s.groups.extensions) {
		for name, a := range e.table {
			if a.secret && (bytes.Contains(low, []byte(strings.ToLower(name))) || bytes.Contains(low, []byte(`\u`))) {
				return true
			}
		}
	}
	return false
}

// schemaCache keeps the sets of tenants. It is never trusted without comparing the version.
type schemaCache struct {
	mu   sync.Mutex
	sets map[tenant.ID]cachedSet
}

type cachedSet struct {
	version int64
	set     *schemaSet
}

// maxSchemaSets bounds the cache; beyond it all is forgotten, and worked out anew when asked for.
const maxSchemaSets = 10_000

// of returns the set of a grant's tenant; nil for one that has defined nothing.
func (c *schemaCache) of(g roster.Grant) *schemaSet {
	if g.Extensions.Version == 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if have, ok := c.sets[g.Tenant.ID]; ok && have.version == g.Extensions.Version {
		return have.set
	}
	if c.sets == nil || len(c.sets) >= maxSchemaSets {
		c.sets = map[tenant.ID]cachedSet{}
	}
	set := newSchemaSet(g.Extensions)
	c.sets[g.Tenant.ID] = cachedSet{g.Extensions.Version, set}
	return set
}
