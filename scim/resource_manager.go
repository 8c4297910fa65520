package scim

import (
	"bytes"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

var (
	managerMark   = []byte(`"manager":{`)
	managerKey    = []byte(`"manager"`)
	enterpriseKey = []byte(`"` + enterpriseURN + `"`)
)

// nameManagers fills what we know of the users' managers: displayName, which is read-only (RFC 7643 §4.3), and $ref. One
// question to the store answers for all of them, and there is none when nobody has a manager. A manager that is no
// user of this directory stays as it was sent: Entra names managers before it makes them.
func (d *Door) nameManagers(q *request, p *projection, users []roster.Member) error {
	if !p.partOf(enterpriseURN, "manager").any() {
		return nil
	}
	var ids []roster.MemberID
	for _, u := range users {
		if id, ok := managerOf(u.Attributes); ok {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	names, err := d.Store.Reader(q.by.Tenant).Labels(q.Context(), q.scope, ids)
	if err != nil {
		return err
	}
	for i, u := range users {
		id, ok := managerOf(u.Attributes)
		if name, known := names[id]; ok && known {
			users[i].Attributes = withManager(u.Attributes, name, q.base+"/Users/"+id.UUID.UUID())
		}
	}
	return nil
}

// nameManager is nameManagers for one user.
func (d *Door) nameManager(q *request, p *projection, u *roster.Member) error {
	one := []roster.Member{*u}
	err := d.nameManagers(q, p, one)
	*u = one[0]
	return err
}

// managerOf is the manager's id, if the value is one that we could have given out.
func managerOf(doc roster.Attributes) (roster.MemberID, bool) {
	if !bytes.Contains(doc, managerMark) {
		return roster.MemberID{}, false
	}
	manager := rawField(rawField(doc, enterpriseKey), managerKey)
	raw := rawField(manager, []byte(`"value"`))
	if len(raw) != len(`""`)+36 {
		return roster.MemberID{}, false
	}
	id, err := tenant.ParseUUID(string(raw[1 : len(raw)-1]))
	return roster.MemberID{UUID: id}, err == nil
}

// rawField is the raw value of a field of a raw object; nil when there is none.
func rawField(doc, key []byte) []byte {
	if len(doc) == 0 || doc[0] != '{' {
		return nil
	}
	for name, raw := range topLevel(doc) {
		if bytes.Equal(name, key) {
			return raw
		}
	}
	return nil
}

// withManager returns the document with the manager's name and URL.
func withManager(doc roster.Attributes, name, url string) roster.Attributes {
	manager := rawField(rawField(doc, enterpriseKey), managerKey)
	v, err := parseStored(manager)
	if err != nil || v.shape != objectShape {
		return doc
	}
	v.set("displayName", textValue(name))
	v.set("$ref", textValue(url))
	// The raw value is a part of the document's own bytes, so its place is the difference of capacities.
	at := cap(doc) - cap(manager)
	out := make([]byte, 0, len(doc)+len(name)+len(url)+40)
	out = v.append(append(out, doc[:at]...))
	return append(out, doc[at+len(manager):]...)
}
