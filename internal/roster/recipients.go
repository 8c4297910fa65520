package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// Recipient is somebody whom an application may notify, or must skip.
type Recipient struct {
	Member Member
	// Active says whether the person has access now; one who has not is skipped.
	Active  bool
	Contact Contact
	// Schedule is what the person's schedule says of the time that was asked for.
	Schedule tenant.ScheduleVerdict
}

// Notify says whether the application should notify the person at that time.
func (r Recipient) Notify() bool { return r.Active && r.Schedule.Open }

// RecipientQuery says whom an application asks for: members by name or by group. Membership alone makes nobody a
// recipient, so that one of the two is needed.
type RecipientQuery struct {
	Group   GroupID
	Members []MemberID
	At      time.Time // zero: now
	After   tenant.UUID
	Limit   int
}

// maxRecipients bounds the members that one query may name.
const maxRecipients = 500

// Recipients lists those whom the query names, by id, also those without access and those who were removed, so that
// whoever keeps lists of people sees whom to skip. Total is not set. Invalid for a query that names nobody, or too many;
// NotFound for a group that is not there.
func (r *Roster) Recipients(ctx context.Context, id tenant.ID, q RecipientQuery) (Page[Recipient], error) {
	var out Page[Recipient]
	var who Or
	if !q.Group.IsZero() {
		who = append(who, Any{Field: Field{Column: ColumnGroup}, Where: Compare{Field: Field{Sub: "value"}, Op: Equal, Value: TextValue(q.Group.UUID.UUID())}})
	}
	for _, m := range q.Members {
		who = append(who, Compare{Field: Field{Column: ColumnID}, Op: Equal, Value: TextValue(m.UUID.UUID())})
	}
	if len(who) == 0 || len(q.Members) > maxRecipients {
		return out, &Error{Kind: Invalid, Field: "member", Detail: "Name a group, or up to 500 members: being a member alone makes nobody a recipient."}
	}
	if q.At.IsZero() {
		q.At = r.Now()
	}
	err := r.Store.View(ctx, id, func(rd Reader) error {
		cfg, err := rd.Config(ctx)
		if err != nil {
			return err
		}
		if !q.Group.IsZero() {
			if _, err := rd.Group(ctx, Scope{}, q.Group); err != nil {
				return err
			}
		}
		page, err := rd.Members(ctx, Query{Where: who, After: q.After, Limit: q.Limit, WithRemoved: len(q.Members) > 0})
		if err != nil {
			return err
		}
		contacts, err := contactsOf(ctx, rd, page.Items)
		if err != nil {
			return err
		}
		out = Page[Recipient]{More: page.More, Items: make([]Recipient, 0, len(page.Items))}
		for _, m := range page.Items {
			c := contacts[m.ID]
			out.Items = append(out.Items, Recipient{Member: m, Active: HasAccess(cfg.Tenant, m), Contact: c, Schedule: c.Schedule.At(q.At)})
		}
		return nil
	})
	return out, err
}

// contactsOf reads the contacts of members, by their ids.
func contactsOf(ctx context.Context, rd Reader, members []Member) (map[MemberID]Contact, error) {
	ids := make([]MemberID, len(members))
	for i, m := range members {
		ids[i] = m.ID
	}
	list, err := rd.Contacts(ctx, ids)
	out := make(map[MemberID]Contact, len(list))
	for _, c := range list {
		out[c.Member] = c
	}
	return out, err
}
