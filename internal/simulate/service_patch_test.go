package simulate_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
)

const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

type operation struct {
	Op, Path string
	Value    any
}

func (s *service) patch(w http.ResponseWriter, r *http.Request, object doc, isGroup bool) {
	var body struct{ Operations []operation }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		fail(w, http.StatusBadRequest, "invalidSyntax", err.Error())
		return
	}
	for _, o := range body.Operations {
		if o.Path == "userName" && s.refuseMail(w, object, o.Value) {
			return
		}
		if value, ok := o.Value.(doc); ok && o.Path == "" && s.refuseMail(w, object, value["userName"]) {
			return
		}
	}
	for _, o := range body.Operations {
		if s.faults.ignoresPatch {
			break
		}
		if isGroup {
			s.patchGroup(object, o)
			continue
		}
		s.patchUser(object, o)
	}
	s.clean(object)
	if isGroup {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	reply(w, http.StatusOK, object)
}

var oneMember = regexp.MustCompile(`^members\[value eq "(.*)"\]$`)

func (s *service) patchGroup(g doc, o operation) {
	if m := oneMember.FindStringSubmatch(o.Path); m != nil {
		g["members"] = without(g["members"], m[1])
		return
	}
	value := o.Value
	if o.Path == "" {
		value = o.Value.(doc)["displayName"]
	}
	if o.Path != "members" {
		g["displayName"] = value
		if s.faults.renameDropsMembers {
			g["members"] = []any{}
		}
		return
	}
	list, _ := value.([]any)
	var ids []string
	for _, m := range list {
		ids = append(ids, fmt.Sprint(m.(doc)["value"]))
	}
	switch strings.ToLower(o.Op) {
	case "add":
		g["members"] = append(without(g["members"], ids...), list...)
	case "replace":
		g["members"] = list
	case "remove":
		g["members"] = without(g["members"], ids...)
		if s.faults.removeTakesAll {
			g["members"] = []any{}
		}
	}
}

var typedPath = regexp.MustCompile(`^(\w+)\[type eq "(\w+)"\]\.(\w+)$`)

func (s *service) patchUser(u doc, o operation) {
	if o.Path == "" {
		for key, value := range o.Value.(doc) {
			if key == enterprise {
				s.set(u, key, merged(u[key], value.(doc)))
				continue
			}
			s.patchUser(u, operation{Op: o.Op, Path: key, Value: value})
		}
		return
	}
	if m := typedPath.FindStringSubmatch(o.Path); m != nil {
		list, _ := u[m[1]].([]any)
		for _, element := range list {
			if element.(doc)["type"] == m[2] {
				element.(doc)[m[3]] = o.Value
				return
			}
		}
		u[m[1]] = append(list, doc{"type": m[2], m[3]: o.Value})
		return
	}
	if sub, ok := strings.CutPrefix(o.Path, enterprise+":"); ok {
		value := o.Value
		if id, bare := value.(string); bare && sub == "manager" {
			value = doc{"value": id}
		}
		u[enterprise] = merged(u[enterprise], doc{sub: value})
		return
	}
	if parent, sub, dotted := strings.Cut(o.Path, "."); dotted {
		u[parent] = merged(u[parent], doc{sub: o.Value})
		return
	}
	s.set(u, o.Path, o.Value)
}

func (s *service) set(u doc, key string, value any) {
	if text, ok := value.(string); ok && key == "active" && !s.faults.storesTextBooleans {
		value = strings.EqualFold(text, "true")
	}
	if object, ok := value.(doc); ok && key == "name" {
		value = merged(u[key], object)
	}
	u[key] = value
}

func merged(into any, from doc) doc {
	out, _ := into.(doc)
	if out == nil {
		out = doc{}
	}
	maps.Copy(out, from)
	return out
}
