package simulate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// resource is a decoded SCIM object. It stays a map, since a service may return attributes unknown here.
type resource map[string]any

// text is a string attribute, "" when absent or of another type.
func (r resource) text(key string) string {
	s, _ := r[key].(string)
	return s
}

// parse decodes one resource.
func parse(body []byte) (resource, error) {
	var r resource
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, fmt.Errorf("read resource: %w", err)
	}
	return r, nil
}

// asResource turns a typed value into its decoded JSON form.
func asResource(v any) (resource, error) {
	text, err := encode(v)
	if err != nil {
		return nil, fmt.Errorf("encode resource: %w", err)
	}
	return parse(text)
}

// flatten writes an object as one line per leaf, under the path that a PATCH would use:
// `emails[type eq "work"].value` → `"ann@corp.example"`. Nulls and empty strings are left out: they are
// "unassigned" (RFC 7643 §2.5), and a service may drop them.
func flatten(r resource) map[string]string {
	leaves := map[string]string{}
	flattenInto(leaves, "", map[string]any(r))
	return leaves
}

func flattenInto(leaves map[string]string, path string, v any) {
	switch v := v.(type) {
	case nil:
	case map[string]any:
		for key, sub := range v {
			flattenInto(leaves, join(path, key), sub)
		}
	case []any:
		for i, element := range v {
			flattenInto(leaves, path+selector(element, i), element)
		}
	default:
		if v == "" {
			return
		}
		text, _ := encode(v) // a decoded scalar always encodes
		leaves[path] = string(text)
	}
}

func join(path, key string) string {
	switch {
	case path == "":
		return key
	case strings.HasPrefix(path, "urn:") && !strings.Contains(strings.TrimPrefix(path, enterpriseURN), ":"):
		return path + ":" + key
	}
	return path + "." + key
}

// selector names an element of a multi-valued attribute by its type, else its value, else its place.
func selector(element any, i int) string {
	object, ok := element.(map[string]any)
	if !ok {
		return fmt.Sprintf("[%d]", i)
	}
	for _, key := range []string{"type", "value"} {
		if s, ok := object[key].(string); ok {
			return fmt.Sprintf("[%s eq %q]", key, s)
		}
	}
	return fmt.Sprintf("[%d]", i)
}

// compare lists what of want is not in got, one readable line each. More in got is no difference: services
// add ids, meta and defaults.
func compare(want, got resource) []string {
	have := flatten(got)
	wanted := flatten(want)
	var lines []string
	for _, path := range slices.Sorted(maps.Keys(wanted)) {
		switch value, ok := have[path]; {
		case !ok:
			lines = append(lines, fmt.Sprintf("%s: want %s, nothing came back", path, wanted[path]))
		case value != wanted[path]:
			lines = append(lines, fmt.Sprintf("%s: want %s, got %s", path, wanted[path], value))
		}
	}
	return lines
}

// compareUser is compare for a person, without what exists on the wire only. A password in the answer is a
// difference (RFC 7643 §7, returned: never).
func compareUser(want user, got resource) ([]string, error) {
	want.Schemas, want.Roles, want.Groups, want.Password, want.Meta = nil, nil, nil, "", nil
	wanted, err := asResource(want)
	if err != nil {
		return nil, err
	}
	lines := compare(wanted, got)
	if _, echoed := got["password"]; echoed {
		lines = append(lines, "password: want nothing, it came back")
	}
	return lines, nil
}
