package scim

import (
	"net/http"
	"net/url"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Roles and entitlements that a directory may hand out, as Okta's identity governance reads them: it asks
// /ResourceTypes for the endpoints whose schemas are these, and lists them. Users then carry the ids as values of
// roles and entitlements. Nobody else has a standard for it: draft-ietf-scim-roles-entitlements has expired.
const (
	roleURN        = "urn:okta:scim:schemas:core:1.0:Role"
	entitlementURN = "urn:okta:scim:schemas:core:1.0:Entitlement"
)

var (
	governanceSchemaTexts = []document{
		governanceSchemaText(roleURN, "Role", "A role that a directory may give", "displayName"),
		governanceSchemaText(entitlementURN, "Entitlement", "An entitlement that a directory may give", "displayName", "type"),
	}
	governanceTypeTexts = []document{
		resourceTypeText("Role", "/Roles", "Roles that a directory may give", roleURN),
		resourceTypeText("Entitlement", "/Entitlements", "Entitlements that a directory may give", entitlementURN),
	}
)

// governed says whether discovery tells of roles and entitlements: to Okta, and to everybody once a tenant has defined
// entitlements. Others read a resource type that can't be written as a fault.
func (q quirks) governed() bool {
	return q.governance || q.schemas != nil && len(q.schemas.entitlements) > 0
}

func governanceSchemaText(urn, name, description string, attributes ...string) document {
	var list []tenant.Attribute
	for _, a := range attributes {
		list = append(list, tenant.Attribute{
			Name: a, Type: tenant.StringType, Required: true, Mutability: tenant.ReadOnly, Returned: tenant.ReturnedDefault, Uniqueness: tenant.UniqueNowhere,
		})
	}
	return tenantSchemaText(tenant.Schema{URN: urn, Name: name, Description: description, Attributes: list})
}

// listRoles serves GET /Roles: the tenant's role set but for the admin role, which comes from a directory only if a person
// mapped a group to it (R4).
func (d *Door) listRoles(w http.ResponseWriter, q *request) error {
	return q.writeGoverned(w, q.roleResources())
}

func (d *Door) getRole(w http.ResponseWriter, q *request) error {
	return q.writeGovernedOne(w, q.roleResources())
}

// listEntitlements serves GET /Entitlements: what the tenant has defined.
func (d *Door) listEntitlements(w http.ResponseWriter, q *request) error {
	return q.writeGoverned(w, q.entitlementResources())
}

func (d *Door) getEntitlement(w http.ResponseWriter, q *request) error {
	return q.writeGovernedOne(w, q.entitlementResources())
}

// governedResource is a role or an entitlement. Its id is what users carry as value.
type governedResource struct {
	id, display, typ string
	urn, path, name  string // of its schema, endpoint and resource type
}

func (q *request) roleResources() []governedResource {
	var out []governedResource
	for _, r := range q.roles.Roles {
		if r != q.roles.Admin() {
			out = append(out, governedResource{id: r, display: r, urn: roleURN, path: "/Roles/", name: "Role"})
		}
	}
	return out
}

func (q *request) entitlementResources() []governedResource {
	var out []governedResource
	if q.quirks.schemas == nil {
		return nil
	}
	for _, e := range q.quirks.schemas.entitlements {
		out = append(out, governedResource{id: e.Value, display: e.Display, typ: e.Type, urn: entitlementURN, path: "/Entitlements/", name: "Entitlement"})
	}
	return out
}

func (r governedResource) append(dst []byte, base string) []byte {
	w := writer{dst: append(append(append(dst, `{"schemas":["`...), r.urn...), `"]`...)}
	w.text("id", r.id)
	w.text("displayName", r.display)
	if r.typ != "" {
		w.text("type", r.typ)
	}
	w.dst = append(append(append(w.dst, `,"meta":{"resourceType":"`...), r.name...), `","location":`...)
	return append(appendText(w.dst, base+r.path+url.PathEscape(r.id)), '}', '}')
}

// writeGoverned answers with a page. The lists are short, so the whole is at hand.
func (q *request) writeGoverned(w http.ResponseWriter, all []governedResource) error {
	start, err := q.params.number("startIndex", 1)
	if err != nil {
		return err
	}
	count, err := q.params.number("count", defaultPage)
	if err != nil {
		return err
	}
	if all, err = q.filterGoverned(all); err != nil {
		return err
	}
	l := list{start: max(start, 1), count: min(max(count, 0), maxPage)}
	page := roster.Page[governedResource]{Total: len(all)}
	if from := l.start - 1; from < len(all) {
		page.Items = all[from:min(from+l.count, len(all))]
	}
	return writeList(w, l, "", page, func(dst []byte, r governedResource) []byte { return r.append(dst, q.base) })
}

// filterGoverned takes the one filter that anybody has a use for.
func (q *request) filterGoverned(all []governedResource) ([]governedResource, error) {
	raw := q.params.get("filter")
	if raw == "" {
		return all, nil
	}
	e, err := parseExpr(raw, Limits{})
	if err != nil {
		return nil, err
	}
	if e.kind != termExpr || e.op != roster.Equal || e.value.Kind != roster.Text {
		return nil, badFilter(`Here only id eq "…" and displayName eq "…" are understood.`)
	}
	var found []governedResource
	for _, r := range all {
		switch strings.ToLower(e.path) {
		case "id", "value":
			if r.id == e.value.Text {
				found = append(found, r)
			}
		case "displayname":
			if roster.Fold(r.display) == roster.Fold(e.value.Text) {
				found = append(found, r)
			}
		default:
			return nil, badFilter(`Here only id eq "…" and displayName eq "…" are understood.`)
		}
	}
	return found, nil
}

func (q *request) writeGovernedOne(w http.ResponseWriter, all []governedResource) error {
	for _, r := range all {
		if r.id == q.variable {
			return write(w, http.StatusOK, r.append(nil, q.base))
		}
	}
	return roster.NotFound
}
