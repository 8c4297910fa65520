package scim

import (
	"encoding/json"
	"slices"

	"github.com/elimity-com/scim/schema"

	"rollcall/internal/tenant"
)

// document is one answer of /Schemas or /ResourceTypes.
type document struct {
	ID   string // the schema's URN, or the resource type's name
	JSON []byte
}

// The documents of discovery, without their meta: they are the same for all directories but
// for the URL.
var (
	schemaTexts = []document{
		schemaText(schema.CoreUserSchema()),
		schemaText(schema.CoreGroupSchema()),
		schemaText(schema.ExtensionEnterpriseUser()),
	}
	resourceTypeTexts = []document{
		resourceTypeText("User", "/Users", "A member of the tenant", userURN, enterpriseURN),
		resourceTypeText("Group", "/Groups", "A set of members", groupURN),
	}
)

const (
	schemaURN       = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	resourceTypeURN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
)

// schemas are the documents of /Schemas (RFC 7643 §7): what users and groups consist
// of, a tenant's own extensions included. base is the absolute URL of the directory.
func schemas(base string, q quirks) []document {
	texts := schemaTexts
	if q.governed() {
		texts = append(slices.Clip(texts), governanceSchemaTexts...)
	}
	if q.schemas != nil {
		texts = append(slices.Clip(texts), q.schemas.texts...)
	}
	return located(texts, "Schema", base+"/Schemas/")
}

// resourceTypes are the documents of /ResourceTypes (RFC 7643 §6).
func resourceTypes(base string, q quirks) []document {
	texts := resourceTypeTexts
	if q.schemas != nil {
		texts = []document{
			resourceTypeText("User", "/Users", "A member of the tenant", userURN, append([]string{enterpriseURN}, q.schemas.extends[tenant.UserResource]...)...),
			resourceTypeText("Group", "/Groups", "A set of members", groupURN, q.schemas.extends[tenant.GroupResource]...),
		}
	}
	if q.governed() {
		texts = append(slices.Clip(texts), governanceTypeTexts...)
	}
	return located(texts, "ResourceType", base+"/ResourceTypes/")
}

// located adds to each document the meta with its URL.
func located(texts []document, resourceType, url string) []document {
	out := make([]document, len(texts))
	for i, d := range texts {
		b := append(make([]byte, 0, len(d.JSON)+200), d.JSON[:len(d.JSON)-1]...)
		b = append(append(append(b, `,"meta":{"resourceType":"`...), resourceType...), `","location":`...)
		out[i] = document{d.ID, append(appendText(b, url+d.ID), '}', '}')}
	}
	return out
}

func resourceTypeText(name, endpoint, description, urn string, extensions ...string) document {
	doc := map[string]any{
		"schemas": []string{resourceTypeURN},
		"id":      name, "name": name, "endpoint": endpoint, "description": description, "schema": urn,
	}
	var list []map[string]any
	for _, e := range extensions {
		list = append(list, map[string]any{"schema": e, "required": false})
	}
	if list != nil {
		doc["schemaExtensions"] = list
	}
	return document{name, marshal(doc)}
}

// schemaText is the library's document, made true for this service: passwords are not kept,
// groups hold users only, a member's groups are direct.
func schemaText(s schema.Schema) document {
	doc := s.ToMap()
	attributes, _ := doc["attributes"].([]map[string]any)
	doc["attributes"] = slices.DeleteFunc(attributes, func(a map[string]any) bool { return a["name"] == "password" })
	for _, a := range attributes {
		subs, _ := a["subAttributes"].([]map[string]any)
		for _, sub := range subs {
			switch {
			case a["name"] == "members" && sub["name"] == "type":
				sub["canonicalValues"] = []string{"User"}
			case a["name"] == "members" && sub["name"] == "$ref":
				sub["referenceTypes"] = []string{"User"}
			case a["name"] == "groups" && sub["name"] == "$ref":
				sub["referenceTypes"] = []string{"Group"}
			case a["name"] == "groups" && sub["name"] == "type":
				sub["canonicalValues"] = []string{"direct"}
			}
		}
	}
	return document{s.ID, marshal(doc)}
}

// marshal encodes maps of texts, which never fails.
func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte("{}")
	}
	return b
}
