package jit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/sso"
)

var errNoObject = errors.New("give one JSON object: names of attributes or claims, each with a text, a list of texts, a number or true or false")

// Claimed makes an identity of attributes or claims that nobody has verified, for Try: a JSON object such as an ID
// token's payload, or the attributes of an assertion with the NameID under "sub" or "NameID". The error says what is
// wrong with the text.
func Claimed(t tenant.ID, con tenant.Connection, claims []byte) (sso.Identity, error) {
	id := sso.Identity{Tenant: t, Connection: con, Method: roster.MethodOIDC, Attributes: map[string][]string{}}
	if con.Type == tenant.SAML {
		id.Method = roster.MethodSAML
	}
	var raw map[string]any
	in := json.NewDecoder(bytes.NewReader(claims))
	in.UseNumber()
	if err := in.Decode(&raw); err != nil || raw == nil {
		return id, errNoObject
	}
	for name, v := range raw {
		texts, err := textsOf(v)
		if err != nil {
			return id, fmt.Errorf("%q: %w", name, err)
		}
		id.Attributes[name] = texts
	}
	for _, name := range []string{"sub", "NameID", "nameid"} {
		if all := id.Attributes[name]; len(all) == 1 && id.Subject == "" {
			id.Subject = all[0]
		}
	}
	id.EmailVouched = id.Method == roster.MethodSAML || raw["email_verified"] == true || raw["email_verified"] == "true"
	id.Read(con.Mapping)
	return id, nil
}

// textsOf are the values of an attribute as texts.
func textsOf(v any) ([]string, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return []string{v}, nil
	case bool:
		return []string{strconv.FormatBool(v)}, nil
	case json.Number:
		return []string{v.String()}, nil
	case []any:
		var out []string
		for _, e := range v {
			if _, nested := e.([]any); nested {
				return nil, errNoObject
			}
			texts, err := textsOf(e)
			if err != nil {
				return nil, err
			}
			out = append(out, texts...)
		}
		return out, nil
	}
	return nil, errNoObject
}
