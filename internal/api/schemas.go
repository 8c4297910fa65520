package api

import (
	"context"
	"errors"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) schemas() {
	const tag = "Schemas"
	add(d, tag, operation{id: "listSchemas", verb: "GET /tenants/{tenant}/schemas", scope: ReadTenants, summary: "List schemas", about: "The attributes of users and groups that the tenant has defined beside those of SCIM."}, d.listSchemas)
	add(d, tag, operation{id: "getSchema", verb: "GET /tenants/{tenant}/schemas/{schema}", scope: ReadTenants, summary: "Show a schema", about: "One schema with its attributes, and how far their indexes are."}, d.getSchema)
	add(d, tag, operation{id: "putSchema", verb: "PUT /tenants/{tenant}/schemas/{schema}", scope: WriteTenants, summary: "Define a schema", about: "Defines attributes of users or groups, or changes them, in the representation of RFC 7643 §7 with indexed and claim. A large index is filled after the answer."}, d.putSchema)
	add(d, tag, operation{id: "removeSchema", verb: "DELETE /tenants/{tenant}/schemas/{schema}", scope: WriteTenants, summary: "Forget a schema", about: "Forgets a schema. The values that people have stay, as those of an extension that nobody has defined."}, d.removeSchema)
}

// InSchema names a schema of a tenant.
type InSchema struct {
	InTenant
	Schema string `path:"schema" doc:"The schema, by its URN, such as urn:acme:scim:1.0:User. The slashes of one that has any may be escaped or not."`
}

func (d *Door) listSchemas(ctx context.Context, in *InTenant) (*answer[page[view.SchemaView]], error) {
	cfg, err := d.config(ctx, *in)
	if err != nil {
		return nil, err
	}
	return the(page[view.SchemaView]{Items: views(cfg.Extensions.Schemas, func(s tenant.Schema) view.SchemaView { return view.Schema(cfg.Extensions, s) })}), nil
}

func (d *Door) getSchema(ctx context.Context, in *InSchema) (*lively[view.SchemaView], error) {
	cfg, err := d.config(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	found, ok := cfg.Extensions.Schema(in.Schema)
	if !ok {
		return nil, none("schema")
	}
	return live(found.Version, view.Schema(cfg.Extensions, found)), nil
}

type putSchemaIn struct {
	InSchema
	Conditional
	Body struct {
		URN         string             `json:"id,omitempty" doc:"The URN in the path again, if you like."`
		Name        string             `json:"name"`
		Description string             `json:"description,omitempty"`
		Attributes  []attributeRequest `json:"attributes"`
		// What others, and we, send with a schema may stand in it when it is sent back.
		Schemas  []string          `json:"schemas,omitempty" readOnly:"true" doc:"Passed over."`
		Meta     map[string]any    `json:"meta,omitempty" readOnly:"true" doc:"Passed over."`
		Resource string            `json:"resource,omitempty" readOnly:"true" doc:"Passed over: the URN tells it."`
		Indexes  map[string]string `json:"indexes,omitempty" readOnly:"true" doc:"Passed over."`
	}
}

func (d *Door) putSchema(ctx context.Context, in *putSchemaIn) (*lively[view.SchemaView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	if in.Body.URN != "" && !strings.EqualFold(in.Body.URN, in.Schema) {
		return nil, &roster.Error{Kind: roster.Invalid, Field: "id", Detail: "The id is another one than that of the path. A schema keeps its URN: leave the id out, or define a schema under the new one."}
	}
	s.If = in.precondition()
	def := tenant.Schema{URN: in.Schema, Name: in.Body.Name, Description: in.Body.Description}
	for _, a := range in.Body.Attributes {
		def.Attributes = append(def.Attributes, a.attribute())
	}
	if def, err = d.Roster.PutSchema(ctx, s, def); err != nil {
		return nil, err
	}
	if err := d.index(ctx, s.Tenant); err != nil {
		return nil, err
	}
	return d.getSchema(ctx, &InSchema{in.InTenant, def.URN})
}

// indexing is how long a request may spend on indexes.
const indexing = 10 * time.Second

// index fills and empties indexes for a moment, which is enough for most tenants. What is left then is
// left to the gateway, which looks after it by itself.
func (d *Door) index(ctx context.Context, id tenant.ID) error {
	brief, done := context.WithTimeout(ctx, indexing)
	defer done()
	if err := d.Roster.BuildIndexes(brief, id); err != nil && brief.Err() == nil && !errors.Is(err, roster.Unavailable) {
		return err
	}
	return ctx.Err()
}

type removeSchemaIn struct {
	InSchema
	Conditional
}

func (d *Door) removeSchema(ctx context.Context, in *removeSchemaIn) (*answer[view.SchemaView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	s.If = in.precondition()
	old, err := d.Roster.RemoveSchema(ctx, s, in.Schema)
	if err != nil {
		return nil, err
	}
	if err := d.index(ctx, s.Tenant); err != nil {
		return nil, err
	}
	return the(view.Schema(tenant.Extensions{}, old)), nil
}
