package roster

import (
	"context"
	"strconv"

	"rollcall/internal/tenant"
)

// maxNewcomers bounds the list of an adoption's preview, which is kept in memory.
const maxNewcomers = 200_000

// Newcomer is one line of the list of whom a directory would send.
type Newcomer struct {
	Line       int // for the answer
	Login      string
	ExternalID string
	Email      string // empty: the login is taken, if it is an address
}

// Outlook is what would become of a person at a first sync.
type Outlook string

// The outlooks.
const (
	OutlookNew      Outlook = "new"      // a member would be made, or come back
	OutlookMatched  Outlook = "matched"  // a member would be adopted, or is the directory's already
	OutlookDoubtful Outlook = "doubtful" // somebody would have to look: see the reason
	OutlookRefused  Outlook = "refused"  // the create would fail: see the reason
	OutlookUnlisted Outlook = "unlisted" // a member that the list does not name
)

// Forecast is what would become of one person, and why.
type Forecast struct {
	Line    int // of the list; 0: a member, without a list
	Outlook Outlook
	Reason  Code     // empty: nothing speaks against it
	Member  MemberID // whom it is about; zero: nobody is there yet
	Login   string
	Email   string
	Detail  string // for the admin; may be empty
}

// Preview sums up a first sync.
type Preview struct {
	Members  int             // of the tenant, not removed
	Proven   int             // of these, with an address on a domain that the tenant owns
	Listed   int             // lines of the list
	Outlooks map[Outlook]int // how many of each
	Reasons  map[Code]int    // why doubtful or refused
}

// PreviewAdoption tells what a first sync of a directory would mean, and changes
// nothing. Without a list it looks at the tenant's members: who would be matched
// by a proven address if the directory sent them, and who is doubtful. With a
// list it tells for each line what a create would do, by the rules that creates
// follow, and which members the list does not name. each is called for every
// person, members in the order of ids, then lines; nil: only the sums matter.
//
// It holds the list in memory, not the members. TooLarge for more than 200,000
// lines; NotFound for a directory that is not there.
func (r *Roster) PreviewAdoption(ctx context.Context, s Staff, id tenant.DirectoryID, newcomers []Newcomer, each func(Forecast) error) (Preview, error) {
	p := Preview{Outlooks: map[Outlook]int{}, Reasons: map[Code]int{}, Listed: len(newcomers)}
	if len(newcomers) > maxNewcomers {
		return p, &Error{Kind: TooLarge, Field: "file", Detail: "A preview takes at most 200000 lines. Give a part of the list."}
	}
	err := r.Store.View(ctx, s.Tenant, func(rd Reader) error {
		cfg, err := rd.Config(ctx)
		if err != nil {
			return err
		}
		d, ok := cfg.Directory(id)
		if !ok {
			return &Error{Kind: NotFound, Field: "directory", Detail: "There is no such directory."}
		}
		o := onlooker{by: By{Tenant: s.Tenant, Directory: d}, cfg: cfg, now: r.Now(), sum: &p, each: each}
		o.expect(newcomers)
		q := Query{Limit: walkPage, WithRemoved: len(newcomers) > 0}
		if err := eachMember(ctx, rd, q, o.member); err != nil {
			return err
		}
		return o.lines(newcomers)
	})
	return p, err
}

// tell counts a forecast and hands it on.
func (o *onlooker) tell(f Forecast) error {
	o.sum.Outlooks[f.Outlook]++
	if f.Reason != "" {
		o.sum.Reasons[f.Reason]++
	}
	if o.each == nil {
		return nil
	}
	return o.each(f)
}

// standing is what would become of a member whom the directory sent under the
// address that it has. It is pure.
func (o *onlooker) standing(m Member) Forecast {
	f := Forecast{Outlook: OutlookMatched, Member: m.ID, Login: m.Login, Email: string(m.Email)}
	doubt := func(c Code, why string) Forecast {
		f.Outlook, f.Reason, f.Detail = OutlookDoubtful, c, why
		return f
	}
	dom, _ := o.cfg.Domain(m.Email.Domain())
	switch {
	case m.Directory == o.by.Directory.ID && m.Conflict != "":
		return doubt(m.Conflict, "The directory has sent this person; an admin must decide.")
	case m.Directory == o.by.Directory.ID && m.Standing.State == StateAwaitingProof:
		return doubt(CodeAwaitingProof, "The directory has sent this person; the domain of the address is not proven.")
	case m.Directory == o.by.Directory.ID:
		f.Detail = "The directory manages this member already."
	case !m.Directory.IsZero():
		return doubt(CodeManagedByDirectory, o.foreignName(m))
	case m.Email == "" || !m.Proven || !dom.Owned():
		return doubt(CodeDomainNotProven, "The domain of the address is not proven: the directory's create would make a second member that waits.")
	case apart(m, o.by.Directory.ID.String()):
		return doubt(CodeKeptApart, "An admin decided that the directory's record is another person.")
	case m.Standing.Role == o.cfg.Tenant.Roles.Admin():
		return doubt(CodeNeedsConfirmation, "The member is an admin: another admin must confirm that the directory may manage it.")
	case o.cfg.Tenant.Policy.ConfirmAdoption:
		return doubt(CodeNeedsConfirmation, "The tenant confirms each adoption.")
	}
	return f
}

func (o *onlooker) foreignName(m Member) string {
	if d, ok := o.cfg.Directory(m.Directory); ok {
		return "The directory " + d.Name + " manages this member."
	}
	return "Another directory manages this member."
}

// foresee is what a create with this line would do, in the light of the members
// that it matches. It is pure.
func (o *onlooker) foresee(n Newcomer, found []Member, doubled int) Forecast {
	f := Forecast{Line: n.Line, Outlook: OutlookNew, Login: n.Login, Email: n.Email}
	refuse := func(err error) Forecast {
		f.Outlook, f.Reason = OutlookRefused, CodeTaken
		if e, ok := err.(*Error); ok { //nolint:errorlint // the rules return it unwrapped
			f.Detail = e.Detail
			if e.Code != "" {
				f.Reason = e.Code
			}
		}
		return f
	}
	email, err := primaryEmail(Change{Email: n.Email})
	if err != nil {
		return refuse(err)
	}
	p := arrival{by: o.by, change: Change{Login: n.Login, ExternalID: n.ExternalID, Email: n.Email}, email: email, config: o.cfg, now: o.now}
	for _, m := range found {
		if m.Directory == o.by.Directory.ID && !m.Removed() && p.reaches(m) {
			f = o.standing(m)
			f.Line, f.Login, f.Email = n.Line, n.Login, n.Email
			return f
		}
	}
	before, kind, err := p.meet(found)
	if err != nil {
		return refuse(err)
	}
	f.Member = before.ID
	after := p.member(before, kind)
	switch {
	case doubled > 0:
		f.Outlook, f.Reason = OutlookDoubtful, CodeTaken
		f.Detail = "Line " + strconv.Itoa(doubled) + " of the list has the same name, external id or address."
	case after.Conflict != "":
		f.Outlook, f.Reason = OutlookDoubtful, after.Conflict
	case kind == MemberAdopted, kind == MemberUnheld:
		f.Outlook = OutlookMatched
	case after.Standing.State == StateAwaitingProof:
		f.Reason = CodeAwaitingProof
		f.Detail = "A member would be made that waits: the domain of the address is not proven."
	case kind == MemberRestored:
		f.Detail = "A removed member would come back."
	}
	return f
}
