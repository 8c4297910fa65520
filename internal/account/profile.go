package account

import (
	"context"
	"errors"
	"net/http"

	"rollcall/console"
	"rollcall/internal/phone"
	"rollcall/internal/roster"
)

// saved are the words for what was done, by the section of the form.
var saved = map[string]string{"name": "Your name is saved.", "contact": "Phone, text messages and language are saved.", "schedule": "Your times are saved."}

// profile shows the person's own page.
func (o *Own) profile(w http.ResponseWriter, r *http.Request, p person) error {
	page, err := o.profilePage(r.Context(), p)
	if err != nil {
		return err
	}
	page.Saved = saved[r.Form.Get("saved")]
	o.Pages.Show(w, http.StatusOK, page)
	return nil
}

// profilePage is the page as things are.
func (o *Own) profilePage(ctx context.Context, p person) (console.Profile, error) {
	rd := o.Roster.Store.Reader(p.Tenant.ID)
	cfg, err := rd.Config(ctx)
	if err != nil {
		return console.Profile{}, err
	}
	contact, err := rd.Contact(ctx, p.Member.ID)
	if err != nil {
		return console.Profile{}, err
	}
	history, err := rd.Consents(ctx, p.Member.ID, 50)
	if err != nil {
		return console.Profile{}, err
	}
	page := console.Profile{
		Own: p.own(pathOwn), Email: string(p.Member.Email), Role: p.Member.Standing.Role, RoleMeans: cfg.Tenant.Roles.Describe(p.Member.Standing.Role),
		Names:    console.ProfileNames{First: namePart(p.Member, "givenName"), Last: namePart(p.Member, "familyName"), Display: p.Member.Attributes.Text("displayName")},
		Contact:  contactPage(contact, history),
		Schedule: schedulePage(contact.Schedule),
	}
	if d, ok := cfg.Directory(p.Member.Directory); ok {
		page.Names.Lock, page.Names.Display = d.Name, p.shown()
	}
	return page, nil
}

func namePart(m roster.Member, part string) string {
	doc, err := m.Attributes.Object()
	if err != nil {
		return "" // the store keeps nothing else
	}
	name, _ := doc["name"].(map[string]any)
	text, _ := name[part].(string)
	return text
}

func contactPage(c roster.Contact, history []roster.Consent) console.ProfileContact {
	out := console.ProfileContact{SMS: c.SMS, Language: c.Language, Wording: console.SMSConsentWording}
	if c.Phone != "" {
		out.Phone = phone.Show(c.Phone)
	}
	if c.SMS {
		out.Since = moment(c.SMSAt)
	}
	how := map[string]string{
		roster.ConsentInvite: "when you accepted your invite", roster.ConsentProfile: "on this page",
		roster.ConsentPhoneChanged: "because the number changed", roster.ConsentPhoneRemoved: "because the number was removed",
	}
	for _, t := range history {
		out.History = append(out.History, console.ProfileConsent{
			When: moment(t.At), Number: phone.Show(t.Phone), Given: t.Given, How: how[t.Source], Wording: t.Wording,
		})
	}
	return out
}

// changeProfile does what one form of the page asks for, and shows the page again with what was typed where that does
// not go.
func (o *Own) changeProfile(w http.ResponseWriter, r *http.Request, p person) error {
	section := r.PostForm.Get("section")
	var err error
	switch section {
	case "name":
		_, err = o.Roster.ChangeNames(r.Context(), p.staff(), p.Member.ID, roster.Names{
			First: r.PostForm.Get("first"), Last: r.PostForm.Get("last"), Display: r.PostForm.Get("display"),
		})
	case "contact":
		err = o.changeContact(r, p)
	case "schedule":
		err = o.changeSchedule(r, p)
	default:
		err = &roster.Error{Kind: roster.NotFound, Detail: "There is no such part of the page."}
	}
	if err == nil {
		seeOther(w, pathOwn+"?saved="+section+"#"+section)
		return nil
	}
	detail, field, ok := wrong(err)
	if !ok {
		return err
	}
	page, perr := o.profilePage(r.Context(), p)
	if perr != nil {
		return perr
	}
	typed(&page, r, section, detail, field)
	o.Pages.Show(w, http.StatusUnprocessableEntity, page)
	return nil
}

// typed puts what was typed back into the form, with what is wrong about it.
func typed(page *console.Profile, r *http.Request, section, problem, field string) {
	get := r.PostForm.Get
	switch section {
	case "name":
		page.Names.First, page.Names.Last, page.Names.Display, page.Names.Problem = get("first"), get("last"), get("display"), problem
	case "contact":
		c := &page.Contact
		c.Phone, c.SMS, c.Language, c.Problem, c.Field = get("phone"), get("sms") != "", get("language"), problem, field
	case "schedule":
		page.Schedule = typedSchedule(r, problem)
	}
}

func (o *Own) changeContact(r *http.Request, p person) error {
	number, language := "", r.PostForm.Get("language")
	if text := r.PostForm.Get("phone"); text != "" {
		var err error
		number, err = phone.Parse(text, o.PhoneRegion)
		if u, ok := errors.AsType[phone.Unusable](err); ok {
			return &roster.Error{Kind: roster.Invalid, Field: "phone", Detail: string(u)}
		}
		if err != nil {
			return err
		}
	}
	_, err := o.Roster.ChangeContact(r.Context(), p.staff(), p.Member.ID, roster.ContactChange{
		Phone: &number, Language: &language,
		SMS: &roster.SMSChoice{On: r.PostForm.Get("sms") != "", ConsentGiven: roster.ConsentGiven{
			Wording: console.SMSConsentRecord, Source: roster.ConsentProfile, Client: p.client,
		}},
	})
	return err
}
