package api

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const bearerScheme = "bearer"

// describe is the frame of the OpenAPI document.
func describe() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Rollcall", Version: "1",
				Description: "Who may use your application: tenants, their domains and directories, members and what happened to them. " +
					"Errors are problems (RFC 9457) with a stable `code` where a rule decided. Lists are paged by `cursor` and `limit`. " +
					"A POST with an `Idempotency-Key` is done once, however often it is sent within 24 hours. " +
					"Resources with an ETag are changed only in that version when If-Match names it.",
			},
			Servers: []*huma.Server{{URL: Prefix}},
			Components: &huma.Components{
				Responses: map[string]*huma.Response{},
				Schemas:   huma.NewMapRegistry("#/components/schemas/", nameOf),
				SecuritySchemes: map[string]*huma.SecurityScheme{bearerScheme: {
					Type: "http", Scheme: "bearer", Description: "The gateway's ROLLCALL_OPERATOR_KEY, a token of a tenant's admin, or a credential of an application. Pages of the gateway itself need none: the session of the browser counts.",
				}},
			},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{ours},
	}
}

// nameOf names a schema as readers of the document expect it: Member, not memberView.
func nameOf(t reflect.Type, hint string) string {
	return strings.NewReplacer("View", "", "InBody", "Request").Replace(huma.DefaultSchemaNamer(t, hint))
}

// settle takes back what huma says of all schemas: that arrays may be null, which ours never are,
// and that answers will never have more fields than today.
func settle(o *huma.OpenAPI) {
	sent := map[*huma.Schema]bool{}
	for _, path := range o.Paths {
		for _, op := range []*huma.Operation{path.Post, path.Put, path.Patch} {
			if op != nil && op.RequestBody != nil {
				reach(o.Components.Schemas, op.RequestBody.Content["application/json"].Schema, sent)
			}
		}
	}
	for _, s := range o.Components.Schemas.Map() {
		if !sent[s] {
			s.AdditionalProperties = nil
		}
		for _, property := range s.Properties {
			if property.Type == huma.TypeArray {
				property.Nullable = false
			}
		}
	}
}

// reach gathers the schemas that a schema is made of.
func reach(all huma.Registry, s *huma.Schema, into map[*huma.Schema]bool) {
	if s == nil || into[s] {
		return
	}
	if s.Ref != "" {
		s = all.SchemaFromRef(s.Ref)
	}
	into[s] = true
	reach(all, s.Items, into)
	for _, property := range s.Properties {
		reach(all, property, into)
	}
}
