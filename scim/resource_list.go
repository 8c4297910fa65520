package scim

import (
	"slices"

	"rollcall/internal/roster"
)

// assignList assigns a list: replace puts another in its place, add appends
// what is not there yet.
func (d *draft) assignList(m mode, t target, v value) error {
	c, err := d.q.conform(v, t.attr, t.path())
	if err != nil || c.unassigned() && m == addMode {
		return err
	}
	h := d.holder(t)
	old := h.get(t.name)
	if m == replaceMode || old == nil {
		c.items, err = appendNew(nil, c.items, t.attr, t.path())
		h.set(t.name, c)
		return err
	}
	if i := primaryOf(old.items); i >= 0 && !d.q.strict && entraSingleRole(t.attr, v) {
		old.items = slices.Delete(old.items, i, i+1)
	}
	if i := primaryOf(c.items); i >= 0 {
		clearPrimary(old.items)
	}
	old.items, err = appendNew(old.items, c.items, t.attr, t.path())
	return err
}

// appendNew appends elements that are not in the list yet. An element with the same
// value and type as one of the list is that one, and gives it its other parts:
// RFC 7643 §2.4 wants no two of these. a is nil when the schema is not known.
func appendNew(list, elements []value, a *attribute, path string) ([]value, error) {
	if len(list)+len(elements) > maxElements {
		return nil, invalid(path, "Attribute %q has more than %d elements.", path, maxElements)
	}
	if len(list) == 0 && len(elements) == 1 { // what most directories send
		return elements, nil
	}
	at := make(map[string]int, len(list)+len(elements))
	for i, e := range list {
		at[e.identity(a)] = i
	}
	for _, e := range elements {
		id := e.identity(a)
		i, ok := at[id]
		switch {
		case !ok:
			at[id] = len(list)
			list = append(list, e)
		case e.shape == objectShape:
			for _, f := range e.fields {
				list[i].set(f.name, f.value)
			}
		}
	}
	return list, nil
}

// identity is the same for elements that count as one: its value and type, or without
// a value all of it.
func (v value) identity(a *attribute) string {
	text := v.textOf("value")
	if a == nil || text == "" {
		return string(v.append(nil))
	}
	if sub := a.subs["value"]; !sub.exact {
		text = roster.Fold(text)
	}
	return text + "\x00" + roster.Fold(v.textOf("type"))
}

func primaryOf(list []value) int {
	return slices.IndexFunc(list, func(e value) bool {
		p := e.get("primary")
		return p != nil && p.isTrue()
	})
}

// clearPrimary makes all elements but those at keep not primary: a new primary
// one takes the place of the old (RFC 7644 §3.5.2.1).
func clearPrimary(list []value, keep ...int) {
	for i := range list {
		if p := list[i].get("primary"); p != nil && p.isTrue() && !slices.Contains(keep, i) {
			*p = boolValue(false)
		}
	}
}

// assignOnly assigns emails.value, which names no element. It is clear which one is meant
// when there is one at most, or one is primary.
func (d *draft) assignOnly(m mode, t target, v value) error {
	h := d.holder(t)
	old := h.get(t.name)
	if old == nil {
		return d.assignList(m, target{extension: t.extension, name: t.name, attr: t.attr}, objectValue(field{t.sub, v}))
	}
	i := 0
	if len(old.items) > 1 {
		i = primaryOf(old.items)
	}
	if i < 0 {
		return badPath(t.path(), `%q does not say which element is meant. Use a path such as %s[type eq "work"].%s.`, t.path(), t.name, t.sub)
	}
	return d.assignElements(m, t, h, []int{i}, v)
}

// assignElements changes the elements at the given places of the list that h
// holds: a part of each, or with no part named all of it.
func (d *draft) assignElements(m mode, t target, h *value, at []int, v value) error {
	list := h.get(t.name)
	for _, i := range at {
		if t.sub != "" {
			if err := d.assignSub(&list.items[i], m, t, v); err != nil {
				return err
			}
			continue
		}
		c, err := d.q.conformElement(v, t.attr, t.path())
		if err != nil {
			return err
		}
		for _, f := range c.fields {
			list.items[i].set(f.name, f.value)
		}
	}
	for _, i := range at {
		if p := list.items[i].get("primary"); p != nil && p.isTrue() {
			clearPrimary(list.items, i)
		}
	}
	list.items = slices.DeleteFunc(list.items, value.unassigned)
	return nil
}
