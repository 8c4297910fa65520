package simulate

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"sync/atomic"
)

// person is somebody of the company and what the service should know of them.
type person struct {
	index int
	hired user // the first day
	want  user // what the service should read back now
	// key is the service's id, "" until the person is matched or created. It stands apart from want, because
	// those whom the person leads look at it while want changes.
	key string
	// newName is the userName and mail after a marriage; empty for those who keep theirs.
	newName string

	last  *request // the last change of this run
	found bool     // was in the service before this run
	gone  bool     // deleted in this run
	// behind is set while the service may know less of the person than want: a change is on its way.
	behind bool
	// aside is set after an unexpected answer: later steps pass over this person.
	aside atomic.Bool
}

func (p *person) id() string       { return p.key }
func (p *person) path() string     { return "/Users/" + p.key }
func (p *person) present() bool    { return !p.aside.Load() && !p.gone && p.key != "" }
func (p *person) missing() bool    { return !p.aside.Load() && p.key == "" }
func (p *person) matched() bool    { return p.present() && p.found }
func (p *person) every(n int) bool { return p.present() && p.index%n == 0 }

// known keeps the id that the service gave the person.
func (p *person) known(id string) { p.key, p.want.ID = id, id }

// crew makes the people of the company. The same Config makes the same people.
func crew(c Config) []*person {
	people := make([]*person, c.Users)
	names := names(c)
	for i := range people {
		people[i] = newPerson(c, names, i)
	}
	return people
}

func newPerson(c Config, names book, i int) *person {
	rng := c.chance(uint64(i))
	given, family, before := names.of(i)
	tail := "@" + c.Domain
	if c.Seed != 1 {
		// People of two companies in one directory must not clash.
		tail = fmt.Sprintf(".s%d%s", c.Seed, tail)
	}
	if before > 0 {
		tail = fmt.Sprintf(".%d%s", before+1, tail)
	}
	mail := given.ascii + "." + family.ascii + tail
	u := user{
		ExternalID:        externalID(c.Vendor, rng),
		UserName:          mail,
		Active:            true,
		DisplayName:       given.written + " " + family.written,
		Title:             pick(rng, titles),
		PreferredLanguage: pick(rng, languages),
		Name:              name{GivenName: given.written, FamilyName: family.written},
		Emails:            []typed{{Type: "work", Value: mail, Primary: true}},
		PhoneNumbers:      []typed{{Type: "work", Value: fmt.Sprintf("+47 22 %02d %02d %02d", i/10000%100, i/100%100, i%100)}},
		Enterprise:        &enterprise{EmployeeNumber: fmt.Sprintf("E%06d", i+1), Department: pick(rng, departments)},
	}
	if c.Vendor == Okta {
		u.Locale = u.PreferredLanguage
	}
	p := &person{index: i, hired: u, want: u}
	if i%7 == 3 {
		p.newName = given.ascii + "." + family.ascii + "-hansen" + tail
	}
	return p
}

// promoted is the person after some time in the company: another title and department, a mobile phone and
// an office, none of which the service has heard of when they were hired.
func (p *person) promoted() user {
	u := p.want
	u.Title = newTitles[p.index%len(newTitles)]
	u.DisplayName = p.hired.DisplayName + " (" + u.Title + ")"
	u.Name.Formatted = p.hired.DisplayName
	u.PhoneNumbers = append(u.PhoneNumbers[:1:1], typed{Type: "mobile", Value: fmt.Sprintf("+47 9%07d", p.index)})
	u.Addresses = []address{places[p.index%len(places)]}
	u.Enterprise = &enterprise{
		EmployeeNumber: p.hired.Enterprise.EmployeeNumber,
		Department:     departments[(p.index+3)%len(departments)],
		Manager:        u.Enterprise.Manager,
	}
	return u
}

// renamed is the person under newName, as one does after a wedding.
func (p *person) renamed() user {
	u := p.want
	u.Name.FamilyName = p.hired.Name.FamilyName + "-Hansen"
	u.UserName = p.newName
	u.Emails = []typed{{Type: "work", Value: p.newName, Primary: true}}
	return u
}

// managed is the person with a manager.
func (p *person) managed(id string) user {
	u := p.want
	e := *u.Enterprise
	e.Manager = &manager{Value: id}
	u.Enterprise = &e
	return u
}

// boss is the index of the manager; the first person has none. Everybody leads up to eight others.
func (p *person) boss() (int, bool) { return (p.index - 1) / 8, p.index > 0 }

// leaver says who is gone at the end: a tenth of those who lead nobody.
func (p *person) leaver(size int) bool {
	leads := 8*p.index+1 < size
	return !leads && (p.index%10 == 9 || p.index == size-1)
}

// chance is a source that follows from the company and a number alone. The vendor and the domain count as well: two
// companies with one seed must not share externalIds, or one would be taken for the other after a change of domain.
func (c Config) chance(number uint64) *rand.Rand {
	company := fnv.New64a()
	_, _ = fmt.Fprintf(company, "%s %s %d", c.Vendor, c.Domain, c.Seed) // a hash takes everything
	return rand.New(rand.NewPCG(company.Sum64(), number))
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

// externalID is an object id as the vendor makes them: a GUID, Okta's 00u…, Google's number.
func externalID(v Vendor, rng *rand.Rand) string {
	switch v {
	case Okta:
		return "00u" + letters(rng, 17)
	case Google:
		return fmt.Sprintf("1%020d", rng.Uint64())
	}
	return guid(rng)
}

func guid(rng *rand.Rand) string {
	a, b := rng.Uint64(), rng.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}

func letters(rng *rand.Rand, n int) string {
	const set = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	var b strings.Builder
	for range n {
		b.WriteByte(set[rng.IntN(len(set))])
	}
	return b.String()
}
