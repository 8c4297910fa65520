package google

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// person is what a run knows of a member of the directory: enough to tell whether Google's record
// differs, some 250 bytes whatever the record has.
type person struct {
	id     roster.MemberID
	google string // Google's id, which is the external id; empty: a push made the member, and did not say
	login  string
	state  state
	seen   bool
}

// state is a digest of all that a directory's word on a person consists of.
type state [16]byte

// people are the members of the directory.
type people struct {
	all    map[roster.MemberID]*person
	google map[string]*person
	logins map[string]*person // by folded login
}

// readPage is how many members are read at once.
const readPage = 500

func readPeople(ctx context.Context, rd roster.Reader, id tenant.DirectoryID) (*people, error) {
	out := &people{all: map[roster.MemberID]*person{}, google: map[string]*person{}, logins: map[string]*person{}}
	q := roster.Query{Scope: roster.Scope{Directory: id}, Limit: readPage}
	for {
		page, err := rd.Members(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, m := range page.Items {
			out.put(m)
		}
		if !page.More || len(page.Items) == 0 {
			return out, nil
		}
		q.After = page.Items[len(page.Items)-1].ID.UUID
	}
}

// put notes a member as it is now.
func (p *people) put(m roster.Member) *person {
	known := p.all[m.ID]
	if known == nil {
		known = &person{id: m.ID}
		p.all[m.ID] = known
	} else {
		delete(p.google, known.google)
		delete(p.logins, roster.Fold(known.login))
	}
	known.google, known.login, known.state = m.ExternalID, m.Login, stateOfMember(m)
	if m.ExternalID != "" {
		p.google[m.ExternalID] = known
	}
	p.logins[roster.Fold(m.Login)] = known
	return known
}

// drop forgets a person who was removed.
func (p *people) drop(known *person) {
	delete(p.all, known.id)
	delete(p.google, known.google)
	if p.logins[roster.Fold(known.login)] == known {
		delete(p.logins, roster.Fold(known.login))
	}
}

// find finds whom a record is about: by Google's id, which never changes, and else by the login of
// somebody whom a push made without one.
func (p *people) find(u user) *person {
	if known := p.google[u.ID]; known != nil {
		return known
	}
	if known := p.logins[roster.Fold(u.Primary)]; known != nil && known.google == "" {
		return known
	}
	return nil
}

// manager is the SCIM id of the person with a login; empty: there is none.
func (p *people) manager(email string) string {
	if known := p.logins[roster.Fold(email)]; known != nil {
		return known.id.UUID.UUID()
	}
	return ""
}

func stateOfMember(m roster.Member) state {
	return digest(m.DirectoryActive, m.Attributes, append([]string{m.Login, m.ExternalID, string(m.Email)}, m.Addresses...))
}

// stateOfChange is the state that a member has once the change is applied.
func stateOfChange(c roster.Change) state {
	email, err := roster.ParseEmail(c.Email)
	if err != nil { // it will be refused
		return state{}
	}
	texts := []string{c.Login, c.ExternalID, string(email)}
	seen := map[string]bool{}
	for _, a := range c.Addresses { // as the roster keeps them
		if f := roster.Fold(a); f != "" && !seen[f] {
			seen[f] = true
			texts = append(texts, f)
		}
	}
	return digest(c.Active == nil || *c.Active, c.Attributes, texts)
}

func digest(active bool, doc []byte, texts []string) state {
	h := sha256.New()
	part := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	if active {
		part([]byte{1})
	} else {
		part(nil)
	}
	part(doc)
	for _, t := range texts {
		part([]byte(t))
	}
	return state(h.Sum(nil)[:16])
}
