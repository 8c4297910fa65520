package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type schemaCmd struct {
	Put    schemaPutCmd    `cmd:"" help:"Define attributes of users or groups beside those of SCIM, or change them. Reads the schema from a file."`
	List   schemaListCmd   `cmd:"" help:"List a tenant's schemas."`
	Show   schemaShowCmd   `cmd:"" help:"Show a schema as it was put, with its attributes."`
	Remove schemaRemoveCmd `cmd:"" help:"Forget a schema. The values that members have stay, as those of an extension that nobody has defined."`
}

func writeSchema(w io.Writer, v view.SchemaView) {
	fields(w, "urn", v.URN, "name", v.Name, "extends", v.Resource, "description", v.Description)
	say(w, "")
	table(w, "", []string{"ATTRIBUTE", "TYPE", "MUTABILITY", "RETURNED", "MARKS", "INDEX", "CLAIM"}, list(v.Attributes, func(a tenant.Attribute) []string {
		return []string{a.Name, string(a.Type), string(a.Mutability), string(a.Returned), cmp.Or(marks(a), "-"), cmp.Or(v.Indexes[a.Name], "-"), cmp.Or(a.Claim, "-")}
	}))
}

// marks are the characteristics that an attribute has or has not.
func marks(a tenant.Attribute) string {
	var list []string
	for mark, has := range map[string]bool{
		"many": a.MultiValued, "required": a.Required, "case-exact": a.CaseExact, "unique": a.Uniqueness == tenant.UniqueOnServer, "listed values": len(a.CanonicalValues) > 0,
	} {
		if has {
			list = append(list, mark)
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

type schemaPutCmd struct {
	tenantFlag
	File string `required:"" placeholder:"FILE" help:"A JSON file with the schema as in RFC 7643 §7, and for each attribute, if you like, indexed and claim. - reads standard input."`
}

// Help is shown below the flags.
func (*schemaPutCmd) Help() string {
	return `An attribute with "indexed": true is found by the filters eq, sw and pr without reading all users; "claim": "badge"
gives the application the value under that name. An example:

  {"id": "urn:acme:scim:1.0:User", "name": "Acme", "attributes": [
    {"name": "badge", "type": "string", "uniqueness": "server", "indexed": true, "claim": "badge"},
    {"name": "site", "type": "string", "canonicalValues": ["Oslo", "Bergen"]}]}

What is left out has the defaults of RFC 7643 §2.2. The command returns when the indexes are filled; directories are
served meanwhile.`
}

// Run implements schema put.
func (c *schemaPutCmd) Run(p *program) error {
	text, err := readFile(c.File)
	if err != nil {
		return err
	}
	def, err := tenant.ParseSchema(text)
	if err == nil {
		err = def.Check() // which PutSchema does too, but here the attribute is named
	}
	if err != nil {
		return wrongSchema(err)
	}
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	def, err = r.PutSchema(p.ctx, s, def)
	if err != nil {
		return err
	}
	if err := r.BuildIndexes(p.ctx, s.Tenant); err != nil {
		return fmt.Errorf("fill the indexes; the gateway goes on with it: %w", err)
	}
	return showSchema(p, s, def.URN, func(w io.Writer, v view.SchemaView) {
		say(w, "Schema %s is defined, with %d attributes of %ss.", v.URN, len(v.Attributes), strings.ToLower(v.Resource))
	})
}

const maxSchemaFile = 1 << 20

func readFile(name string) ([]byte, error) {
	in := io.Reader(os.Stdin)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, usage("the schema's file: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxSchemaFile+1))
	if err == nil && len(text) > maxSchemaFile {
		err = errors.New("it is larger than 1 MiB")
	}
	if err != nil {
		return nil, usage("the schema's file: %w", err)
	}
	return text, nil
}

// wrongSchema shows what is wrong with a definition, and where.
func wrongSchema(err error) error {
	if wrong, ok := errors.AsType[*tenant.SchemaError](err); ok {
		return refused("%s: %s", wrong.Field, wrong.Detail)
	}
	return err
}

// showSchema shows a schema as it is stored.
func showSchema(p *program, s roster.Staff, urn string, text func(io.Writer, view.SchemaView)) error {
	cfg, err := p.db.Reader(s.Tenant).Config(p.ctx)
	if err != nil {
		return err
	}
	found, ok := cfg.Extensions.Schema(urn)
	if !ok {
		return refused("the tenant has no schema %s; `rollcall schema list` shows all", urn)
	}
	v := view.Schema(cfg.Extensions, found)
	return p.show(v, func(w io.Writer) { text(w, v) })
}

type schemaListCmd struct{ tenantFlag }

// Run implements schema list.
func (c *schemaListCmd) Run(p *program) error {
	_, s, err := c.staff(p)
	if err != nil {
		return err
	}
	cfg, err := p.db.Reader(s.Tenant).Config(p.ctx)
	if err != nil {
		return err
	}
	views := list(cfg.Extensions.Schemas, func(x tenant.Schema) view.SchemaView { return view.Schema(cfg.Extensions, x) })
	return p.show(views, func(w io.Writer) {
		table(w, "The tenant has no schema of its own; `rollcall schema put` defines one.", []string{"URN", "NAME", "EXTENDS", "ATTRIBUTES"},
			list(views, func(v view.SchemaView) []string {
				return []string{v.URN, v.Name, v.Resource, strings.Join(list(v.Attributes, func(a tenant.Attribute) string { return a.Name }), ", ")}
			}))
	})
}

type schemaArg struct {
	tenantFlag
	URN string `arg:"" name:"urn" help:"The schema's URN, such as urn:acme:scim:1.0:User."`
}

type schemaShowCmd struct{ schemaArg }

// Run implements schema show.
func (c *schemaShowCmd) Run(p *program) error {
	_, s, err := c.staff(p)
	if err != nil {
		return err
	}
	return showSchema(p, s, c.URN, writeSchema)
}

type schemaRemoveCmd struct{ schemaArg }

// Run implements schema remove.
func (c *schemaRemoveCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	old, err := r.RemoveSchema(p.ctx, s, c.URN)
	if err != nil {
		return noSuch(err, "the tenant has no schema %s; `rollcall schema list` shows all", c.URN)
	}
	if err := r.BuildIndexes(p.ctx, s.Tenant); err != nil {
		return fmt.Errorf("empty the indexes; the gateway goes on with it: %w", err)
	}
	v := view.Schema(tenant.Extensions{}, old)
	return p.show(v, func(w io.Writer) {
		say(w, "Schema %s is forgotten. The values of its attributes stay with their %ss.", v.URN, strings.ToLower(v.Resource))
	})
}
