package fake

import (
	"encoding/json"
	"strings"
)

// mask is what a partial answer is made of; a name with an empty mask is taken whole.
type mask map[string]mask

// parseFields reads the fields parameter: a,b(c,d).
func parseFields(s *string) mask {
	m := mask{}
	for *s != "" && (*s)[0] != ')' {
		end := strings.IndexAny(*s, ",()")
		if end < 0 {
			end = len(*s)
		}
		name := (*s)[:end]
		m[name] = mask{}
		*s = (*s)[end:]
		if strings.HasPrefix(*s, "(") {
			*s = (*s)[1:]
			m[name] = parseFields(s)
			*s = strings.TrimPrefix(*s, ")")
		}
		*s = strings.TrimPrefix(*s, ",")
	}
	return m
}

// pick takes what a mask names.
func pick(o Object, m mask) Object {
	raw, _ := json.Marshal(o) //nolint:errchkjson // texts
	var plain map[string]any
	_ = json.Unmarshal(raw, &plain) // it was written just now
	out, _ := picked(plain, m).(map[string]any)
	return out
}

func picked(v any, m mask) any {
	if len(m) == 0 {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, inner := range m {
			if at, ok := v[name]; ok {
				out[name] = picked(at, inner)
			}
		}
		return out
	case []any:
		for i := range v {
			v[i] = picked(v[i], m)
		}
	}
	return v
}
