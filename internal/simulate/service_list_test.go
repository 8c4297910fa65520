package simulate_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// comparison is one `attribute eq "value"` of a filter.
var comparison = regexp.MustCompile(`(\w+) eq ("(?:\\.|[^"\\])*")`)

func (s *service) list(w http.ResponseWriter, r *http.Request, store map[string]doc) {
	q := r.URL.Query()
	var found []doc
	for _, id := range s.order {
		object, there := store[id]
		if !there || (s.faults.hidesInactive && object["active"] == false) || !s.matches(object, q.Get("filter")) {
			continue
		}
		object = copyOf(object)
		if q.Get("excludedAttributes") == "members" {
			delete(object, "members")
		}
		found = append(found, object)
	}
	start := max(1, number(q.Get("startIndex"), 1))
	page := found[min(start-1, len(found)):]
	page = page[:min(number(q.Get("count"), 100), len(page))]
	if s.faults.pagesOverlap && start > 1 && len(page) > 0 {
		page = append([]doc{found[start-2]}, page[1:]...)
	}
	total := len(found)
	if s.faults.unstableTotal && start > 1 {
		total++
	}
	reply(w, http.StatusOK, doc{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:ListResponse"}, "totalResults": total,
		"startIndex": start, "itemsPerPage": len(page), "Resources": page,
	})
}

func number(text string, fallback int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return fallback
}

func (s *service) matches(object doc, filter string) bool {
	if s.faults.ignoresFilter {
		return true
	}
	for _, m := range comparison.FindAllStringSubmatch(filter, -1) {
		var value string
		_ = json.Unmarshal([]byte(m[2]), &value)
		if !s.holds(object, m[1], value) {
			return false
		}
	}
	return true
}

func (s *service) holds(object doc, attribute, value string) bool {
	switch attribute {
	case "manager":
		ext, _ := object[enterprise].(doc)
		m, _ := ext["manager"].(doc)
		return m["value"] == value || s.faults.managerFilterIsOpen
	case "members":
		members, _ := object["members"].([]any)
		return len(without(members, value)) < len(members)
	case "externalId", "id":
		return object[attribute] == value
	}
	return strings.EqualFold(fmt.Sprint(object[attribute]), value)
}
