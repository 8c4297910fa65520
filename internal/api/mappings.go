package api

import (
	"context"
	"strconv"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func (d *Door) mappings() {
	const tag = "Role mappings"
	add(d, tag, operation{id: "getMappings", verb: "GET /tenants/{tenant}/directories/{directory}/mappings", scope: ReadDirectories, summary: "Show role mappings", about: "Which groups of the directory give which role; of several groups of one member the first mapping wins."}, d.getMappings)
	add(d, tag, operation{id: "setMappings", verb: "PUT /tenants/{tenant}/directories/{directory}/mappings", scope: WriteDirectories, summary: "Set role mappings", about: "Replaces all mappings, and the roles of the directory's members follow. A mapping follows the group, not its name. Only a mapping can give the admin role from a directory."}, d.setMappings)
}

// mappingView is a role mapping as JSON.
type mappingView struct {
	Group string `json:"group" doc:"The group as SCIM shows its id; grp_… is taken too."`
	Role  string `json:"role"`
}

func viewMapping(m tenant.RoleMapping) mappingView { return mappingView{m.Group.UUID(), m.Role} }

// mappingsBody is the list of mappings, in order.
type mappingsBody struct {
	Mappings []mappingView `json:"mappings" maxItems:"1000" doc:"The first that fits a member wins."`
}

func (d *Door) getMappings(ctx context.Context, in *InDirectory) (*versioned[mappingsBody], error) {
	found, _, err := d.directory(ctx, *in)
	return mappingsOf(found, err)
}

func mappingsOf(v tenant.Directory, err error) (*versioned[mappingsBody], error) {
	if err != nil {
		return nil, err
	}
	return version(v.Version, mappingsBody{views(v.Mappings, viewMapping)}), nil
}

type setMappingsIn struct {
	InDirectory
	Conditional
	Body mappingsBody
}

func (d *Door) setMappings(ctx context.Context, in *setMappingsIn) (*versioned[mappingsBody], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	mappings, err := parseMappings(in.Body.Mappings)
	if err != nil {
		return nil, err
	}
	s.If = in.precondition()
	return mappingsOf(d.Roster.SetMappings(ctx, s, found.ID, mappings))
}

func parseMappings(in []mappingView) ([]tenant.RoleMapping, error) {
	out := make([]tenant.RoleMapping, len(in))
	for i, m := range in {
		id, err := roster.ParseGroupID(m.Group)
		if err != nil {
			return nil, &roster.Error{
				Kind: roster.Invalid, Field: "mappings[" + strconv.Itoa(i) + "].group",
				Detail: "A mapping names a group by its id, as the list of groups shows it.",
			}
		}
		out[i] = tenant.RoleMapping{Group: id.UUID, Role: m.Role}
	}
	return out, nil
}
