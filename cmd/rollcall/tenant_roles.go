package main

import (
	"encoding/json"
	"os"
	"strings"

	"rollcall/internal/tenant"
)

// roleSet reads the name of a built-in set, a list of roles, or a file with roles and what they mean.
func roleSet(s string) (tenant.RoleSet, error) {
	switch {
	case s == "simple":
		return tenant.SimpleRoles(), nil
	case s == "content":
		return tenant.ContentRoles(), nil
	case strings.HasSuffix(s, ".json"):
		return roleFile(s)
	}
	return tenant.RoleSet{Name: "custom", Roles: list(strings.Split(s, ","), strings.TrimSpace)}, nil
}

// roleFile reads {"roles":[{"name":"owner","description":"…","permissions":["flows:write"]},…]}, the admin role first.
func roleFile(name string) (tenant.RoleSet, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return tenant.RoleSet{}, usage("read the roles: %w", err)
	}
	var file struct {
		Roles []struct {
			Name string `json:"name"`
			tenant.RoleDetail
		} `json:"roles"`
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return tenant.RoleSet{}, usage(`the file %s does not have the form {"roles":[{"name":"owner","description":"…","permissions":["flows:write"]},…]}: %w`, name, err)
	}
	out := tenant.RoleSet{Name: "custom", Details: map[string]tenant.RoleDetail{}}
	for _, r := range file.Roles {
		out.Roles = append(out.Roles, r.Name)
		out.Details[r.Name] = r.RoleDetail
	}
	return out, nil
}

// changedRoles is the set after what the flags of tenant set say; nil: it stays.
func changedRoles(before tenant.RoleSet, roles, unavailable *string) (*tenant.RoleSet, error) {
	if roles == nil && unavailable == nil {
		return nil, nil //nolint:nilnil // no change
	}
	out := before
	if roles != nil {
		named, err := roleSet(*roles)
		if err != nil {
			return nil, err
		}
		if out = named; named.Name == "custom" && named.Details == nil {
			out = before.With(named.Roles)
		}
		out.Unavailable = before.Unavailable
	}
	if unavailable != nil {
		out.Unavailable = nil
		for name := range strings.SplitSeq(*unavailable, ",") {
			if name = strings.TrimSpace(name); name != "" {
				out.Unavailable = append(out.Unavailable, name)
			}
		}
	}
	return &out, nil
}
