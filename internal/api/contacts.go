package api

import (
	"context"
	"errors"

	"rollcall/internal/phone"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) contacts() {
	const tag = "Contacts"
	add(d, tag, operation{id: "getContact", verb: "GET /tenants/{tenant}/members/{member}/contact", scope: ReadContacts, summary: "Show how a member is reached", about: "A member's phone number, consent to text messages, schedule of notifications and language."}, d.getContact)
	add(d, tag, operation{id: "changeContact", verb: "PATCH /tenants/{tenant}/members/{member}/contact", scope: WriteContacts, summary: "Change how a member is reached", about: "Changes the phone number, the schedule or the language; what the body does not name stays. Another number, or none, ends the consent to text messages. Only the person gives it."}, d.changeContact)
	add(d, tag, operation{id: "listConsents", verb: "GET /tenants/{tenant}/members/{member}/consents", scope: ReadContacts, summary: "List consents", about: "Each time that a member agreed to text messages, or that ended, with the words that were shown; the latest first, at most 100."}, d.listConsents)
}

func (d *Door) getContact(ctx context.Context, in *InMember) (*versioned[view.ContactView], error) {
	_, s, id, err := d.member(ctx, *in)
	if err != nil {
		return nil, err
	}
	return d.contactOf(ctx, s.Tenant, id)
}

// contactOf shows the contact of somebody who is, or was, a member.
func (d *Door) contactOf(ctx context.Context, id tenant.ID, m roster.MemberID) (*versioned[view.ContactView], error) {
	rd := d.Store.Reader(id)
	if _, err := rd.Member(ctx, roster.Scope{}, m, false); err != nil {
		return nil, err
	}
	c, err := rd.Contact(ctx, m)
	if err != nil {
		return nil, err
	}
	return version(c.Version, view.Contact(c)), nil
}

// ContactFields are what may be changed of a contact.
type ContactFields struct {
	Phone    *string          `json:"phone,omitempty" maxLength:"40" doc:"With the country's code, such as +49 30 901820; empty: none."`
	Schedule *tenant.Schedule `json:"schedule,omitempty" doc:"The whole schedule; an empty object: always."`
	Language *string          `json:"language,omitempty" maxLength:"35" doc:"A tag such as en or pt-BR; empty: the tenant's."`
}

// change is what the fields ask of the roster.
func (f ContactFields) change(region string) (roster.ContactChange, error) {
	c := roster.ContactChange{Schedule: f.Schedule, Language: f.Language, Phone: f.Phone}
	if f.Phone == nil || *f.Phone == "" {
		return c, nil
	}
	number, err := phone.Parse(*f.Phone, region)
	if u, ok := errors.AsType[phone.Unusable](err); ok {
		return c, &roster.Error{Kind: roster.Invalid, Field: "phone", Detail: string(u)}
	}
	c.Phone = &number
	return c, err
}

type changeContactIn struct {
	InMember
	Conditional
	Body ContactFields
}

func (d *Door) changeContact(ctx context.Context, in *changeContactIn) (*versioned[view.ContactView], error) {
	_, s, id, err := d.member(ctx, in.InMember)
	if err != nil {
		return nil, err
	}
	s.If = in.precondition()
	change, err := in.Body.change(d.PhoneRegion)
	if err != nil {
		return nil, err
	}
	c, err := d.Roster.ChangeContact(ctx, s, id, change)
	if err != nil {
		return nil, err
	}
	return version(c.Version, view.Contact(c)), nil
}

func (d *Door) listConsents(ctx context.Context, in *InMember) (*answer[page[view.ConsentView]], error) {
	_, s, id, err := d.member(ctx, *in)
	if err != nil {
		return nil, err
	}
	return d.consentsOf(ctx, s.Tenant, id)
}

// maxConsents is how many turns of a consent are shown; people have a few in their lives.
const maxConsents = 100

func (d *Door) consentsOf(ctx context.Context, id tenant.ID, m roster.MemberID) (*answer[page[view.ConsentView]], error) {
	rd := d.Store.Reader(id)
	if _, err := rd.Member(ctx, roster.Scope{}, m, false); err != nil {
		return nil, err
	}
	list, err := rd.Consents(ctx, m, maxConsents)
	if err != nil {
		return nil, err
	}
	return the(page[view.ConsentView]{Items: views(list, view.Consent)}), nil
}
