package roster

import (
	"time"

	"rollcall/internal/tenant"
)

// onlooker walks over members and lines and tells what would become of each.
type onlooker struct {
	by   By
	cfg  tenant.Config
	now  time.Time
	sum  *Preview
	each func(Forecast) error
	// wanted are the lines by each of the keys that a create matches by (R6), the first
	// line of a key only.
	wanted map[key]int
	// found are the members that share a key with a line.
	found map[int][]Member
	// doubled names the earlier line that shares a key with a line.
	doubled map[int]int
}

// key is one of the ways in which a create finds a member.
type key struct{ by, value string }

// keys are those of a line or a member.
func keys(login, externalID string, email Email, aliases []Alias) []key {
	list := []key{{"login", Fold(login)}}
	if externalID != "" {
		list = append(list, key{"external id", externalID})
	}
	if email != "" {
		list = append(list, key{"email", string(email)})
	}
	for _, a := range aliases {
		list = append(list, key{"email", string(a.Email)})
	}
	return list
}

// expect notes the lines by their keys.
func (o *onlooker) expect(list []Newcomer) {
	o.wanted, o.found, o.doubled = map[key]int{}, map[int][]Member{}, map[int]int{}
	for i := range list {
		n := &list[i]
		email, err := ParseEmail(n.Email)
		if n.Email == "" {
			if email, err = ParseEmail(n.Login); err == nil {
				n.Email = n.Login
			}
		}
		if err != nil {
			email = ""
		}
		for _, k := range keys(n.Login, n.ExternalID, email, nil) {
			if first, taken := o.wanted[k]; taken {
				o.doubled[i] = list[first].Line
				continue
			}
			o.wanted[k] = i
		}
	}
}

// member looks at one member of the tenant. Of a member only what decides is kept.
func (o *onlooker) member(m Member) error {
	listed := false
	email := m.Email
	if !m.Proven {
		email = ""
	}
	for _, k := range keys(m.Login, m.ExternalID, email, m.Aliases) {
		i, ok := o.wanted[k]
		if !ok || k.by != "email" && m.Directory != o.by.Directory.ID {
			continue
		}
		listed = true
		if last := len(o.found[i]); last == 0 || o.found[i][last-1].ID != m.ID {
			m.Attributes, m.Addresses = nil, nil
			o.found[i] = append(o.found[i], m)
		}
	}
	if m.Removed() {
		return nil
	}
	o.sum.Members++
	if d, ok := o.cfg.Domain(m.Email.Domain()); ok && d.Owned() && m.Proven {
		o.sum.Proven++
	}
	switch {
	case o.sum.Listed == 0:
		return o.tell(o.standing(m))
	case !listed:
		return o.tell(Forecast{Outlook: OutlookUnlisted, Member: m.ID, Login: m.Login, Email: string(m.Email)})
	}
	return nil
}

// lines tells of the list, in its order.
func (o *onlooker) lines(list []Newcomer) error {
	for i, n := range list {
		found := o.found[i]
		if first, ok := o.doubled[i]; ok && len(found) == 0 {
			if err := o.tell(o.foresee(n, nil, first)); err != nil {
				return err
			}
			continue
		}
		if err := o.tell(o.foresee(n, found, o.doubled[i])); err != nil {
			return err
		}
	}
	return nil
}
