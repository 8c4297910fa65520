package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"rollcall/console"
	"rollcall/internal/mail"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
)

const (
	pathEmail  = "/me/email"
	changeLife = 30 * time.Minute
)

// addressChange is a change of address under way, for one session. A code went to each side.
type addressChange struct {
	Session  string       `json:"s"`
	From, To roster.Email `json:",omitempty"`
	Old      []byte       `json:"o"` // the hash of the code that went to the former address
	New      []byte       `json:"n"`
	Left     int          `json:"l"`
	Until    time.Time    `json:"u"`
}

// email shows the form for another address, or who can change it instead.
func (o *Own) email(w http.ResponseWriter, r *http.Request, p person) error {
	page, err := o.emailPage(r.Context(), p)
	if err == nil {
		o.Pages.Show(w, http.StatusOK, page)
	}
	return err
}

func (o *Own) emailPage(ctx context.Context, p person) (console.ChangeEmail, error) {
	page := console.ChangeEmail{Own: p.own(pathSecurity), Email: string(p.Member.Email), Minutes: int(changeLife / time.Minute)}
	err := o.Roster.MayChangeEmail(ctx, p.Tenant.ID, p.Member.ID)
	switch e, ok := errors.AsType[*roster.Error](err); {
	case ok && e.Kind == roster.Refused:
		page.Locked = e.Detail
	case err != nil:
		return page, err
	case o.Post.Off:
		page.Locked = "This gateway sends no mails, so that no address can be proven. Ask its operator."
	}
	return page, nil
}

// changeEmail mails the codes, and takes them.
func (o *Own) changeEmail(w http.ResponseWriter, r *http.Request, p person) error {
	page, err := o.emailPage(r.Context(), p)
	if err != nil {
		return err
	}
	if page.Locked != "" {
		o.Pages.Show(w, http.StatusConflict, page)
		return nil
	}
	if r.PostForm.Has("change") {
		err := o.confirmEmail(w, r, p, page)
		detail, _, ok := wrong(err)
		if !ok {
			return err
		}
		page.Problem = detail
		o.Pages.Show(w, http.StatusUnprocessableEntity, page)
		return nil
	}
	page.New = strings.TrimSpace(r.PostForm.Get("email"))
	to, err := o.newAddress(p, page.New)
	if e, ok := errors.AsType[*roster.Error](err); ok {
		page.Problem = e.Detail
		o.Pages.Show(w, http.StatusUnprocessableEntity, page)
		return nil
	}
	if wait, err := o.mayMailChange(r.Context(), p, to); err != nil || wait > 0 {
		return firstOf(err, reason.TooMany(w, wait))
	}
	page.New = string(to)
	if page.Change, err = o.beginChange(r.Context(), p, to); err != nil {
		return err
	}
	o.Pages.Show(w, http.StatusOK, page)
	return nil
}

func firstOf(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func (o *Own) newAddress(p person, typed string) (roster.Email, error) {
	if o.Now().Sub(p.Session.AuthTime) > freshFor {
		return "", &roster.Error{Kind: roster.Refused, Detail: "You signed in a while ago. Sign out and in again before you change your address."}
	}
	to, err := roster.ParseEmail(typed)
	if err == nil && to == p.Member.Email {
		err = &roster.Error{Kind: roster.Invalid, Field: "email", Detail: "This is your address already."}
	}
	return to, err
}

// mayMailChange counts mails, so that nobody has us send many to somebody else.
func (o *Own) mayMailChange(ctx context.Context, p person, to roster.Email) (time.Duration, error) {
	for _, of := range []struct{ use, name string }{{UseMailAccount, "change\x00" + p.Member.ID.String()}, {UseMailFlood, string(to)}} { // the person's first
		if wait, err := o.Limits.Wait(ctx, of.use, of.name); err != nil || wait > 0 {
			return wait, err //nolint:wrapcheck // it says what it did
		}
	}
	return 0, nil
}

// beginChange mails a code to each address. What is answered does not depend on whether anybody has the new one.
func (o *Own) beginChange(ctx context.Context, p person, to roster.Email) (string, error) {
	codes := [2]string{newCode(), newCode()}
	c := addressChange{
		Session: p.Session.ID.String(), From: p.Member.Email, To: to, Left: codeTries, Until: o.Now().Add(changeLife),
		Old: o.codeHash(p.Member.Email, codes[0]), New: o.codeHash(to, codes[1]),
	}
	id, err := o.keepChange(ctx, "", c)
	if err != nil {
		return "", err
	}
	tell := mail.EmailProof{Tenant: p.Tenant.Name, NewAddress: string(to), Minutes: int(changeLife / time.Minute)}
	var drafts [2]roster.MailDraft
	language, err := roster.Language(ctx, o.Roster.Store.Reader(p.Tenant.ID), p.Member.ID)
	if err != nil {
		return "", err
	}
	for i, address := range []roster.Email{c.From, to} {
		tell.Code, tell.New = codes[i], i == 1
		if drafts[i], err = o.Post.Draft(roster.MailEmailProof, address, language, tell); err != nil {
			return "", err //nolint:wrapcheck // it says what to do
		}
		drafts[i].Member = p.Member.ID
	}
	return id, o.Roster.SendMail(ctx, p.Tenant.ID, drafts[:]...)
}

// keepChange keeps a change under way, under a new id where it has none.
func (o *Own) keepChange(ctx context.Context, id string, c addressChange) (string, error) {
	if id == "" {
		var b [24]byte
		_, _ = rand.Read(b[:]) // never fails since Go 1.24
		id = base64.RawURLEncoding.EncodeToString(b[:])
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("keep a change of address: %w", err)
	}
	return id, o.State.Put(ctx, stateOfChange(id), raw, c.Until.Sub(o.Now())) //nolint:wrapcheck // it says what it did
}

func stateOfChange(id string) string { return "email\x00" + id }

// codeHash ties a code to the address that it went to, with a key: digits are soon tried by who reads what is kept.
func (o *Own) codeHash(email roster.Email, code string) []byte {
	h := hmac.New(sha256.New, o.Key.Derive(secret.DeviceKey))
	h.Write([]byte("email change\x00" + string(email) + "\x00" + code))
	return h.Sum(nil)
}

// confirmEmail takes both codes; Invalid, Refused or Conflict when they lead nowhere. Of several requests at once one is looked at.
func (o *Own) confirmEmail(w http.ResponseWriter, r *http.Request, p person, page console.ChangeEmail) error {
	id := r.PostForm.Get("change")
	c, err := o.takeChange(r.Context(), id)
	if err != nil {
		return err
	}
	if c.Session != p.Session.ID.String() || !o.Now().Before(c.Until) {
		return changeOver()
	}
	typed := func(name string) string { return strings.Join(strings.Fields(r.PostForm.Get(name)), "") }
	old := hmac.Equal(c.Old, o.codeHash(c.From, typed("old")))
	if is := hmac.Equal(c.New, o.codeHash(c.To, typed("new"))); !old || !is {
		return o.askAgain(w, r, id, c, page, old)
	}
	_, err = o.Roster.ChangeEmail(r.Context(), p.staff(), p.Member.ID, roster.EmailChange{From: c.From, To: c.To, Notice: o.notice(mail.AddressChanged, string(c.To))})
	if err != nil {
		return err
	}
	o.Pages.Show(w, http.StatusOK, console.EmailChanged{Email: string(c.To), Tenant: p.Tenant.Name})
	return nil
}

// askAgain says which of the codes is not right, until too many were not.
func (o *Own) askAgain(w http.ResponseWriter, r *http.Request, id string, c addressChange, page console.ChangeEmail, old bool) error {
	if c.Left--; c.Left <= 0 {
		return changeOver()
	}
	if _, err := o.keepChange(r.Context(), id, c); err != nil {
		return err
	}
	page.New, page.Change = string(c.To), id
	page.Problem, page.Field = "The code from "+string(c.From)+" is not right.", "old"
	if old {
		page.Problem, page.Field = "The code from "+string(c.To)+" is not right.", "new"
	}
	o.Pages.Show(w, http.StatusUnprocessableEntity, page)
	return nil
}

func (o *Own) takeChange(ctx context.Context, id string) (addressChange, error) {
	var c addressChange
	raw, err := o.State.Take(ctx, stateOfChange(id))
	if errors.Is(err, roster.NotFound) {
		return c, changeOver()
	}
	if err != nil {
		return c, err //nolint:wrapcheck // it says what it did
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, fmt.Errorf("read a change of address: %w", err)
	}
	return c, nil
}

func changeOver() error {
	return &roster.Error{Kind: roster.Invalid, Field: "change", Detail: "Nothing was changed: it took longer than half an hour, the codes were wrong five times, or they were asked for in another browser. Begin again."}
}
