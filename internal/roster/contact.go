package roster

import (
	"context"
	"regexp"
	"time"

	"rollcall/internal/tenant"
)

// Contact is how a member is reached beside the e-mail address.
type Contact struct {
	Member MemberID
	// Phone is a number in the form E.164, such as +4930901820; empty: none.
	Phone string
	// SMS says that the person agreed to text messages to Phone, and SMSAt since when. It is never true without
	// a Consent of the person's own, nor without a Phone.
	SMS       bool
	SMSAt     time.Time
	Schedule  tenant.Schedule
	Language  string // a tag of BCP 47; empty: the tenant's
	ChangedAt time.Time
	Version   int64 // 0: nothing was noted yet
}

// ConsentGiven is under which words, where and in which browser somebody spoke about text messages.
type ConsentGiven struct {
	Wording string // the whole text that was shown, with its version
	Source  string // ConsentInvite, ConsentProfile, …
	Client  Client
}

// Where a consent was given or ended.
const (
	ConsentInvite       = "invite"        // on the page that accepts an invite
	ConsentProfile      = "profile"       // on the person's own page
	ConsentPhoneChanged = "phone_changed" // it was given for another number
	ConsentPhoneRemoved = "phone_removed" // the number that it was given for is gone
)

// Consent is one entry of the history: the person agreed to text messages, or that ended.
type Consent struct {
	Member MemberID
	At     time.Time
	Given  bool
	Phone  string // the number that it is about
	ConsentGiven
}

// ContactChange changes a contact; what is nil stays.
type ContactChange struct {
	Phone    *string // E.164, or empty for none
	Schedule *tenant.Schedule
	Language *string
	// SMS turns text messages on or off at the person's own word.
	SMS *SMSChoice
}

// SMSChoice is a person's word on text messages.
type SMSChoice struct {
	On bool
	ConsentGiven
}

var (
	e164         = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	languageForm = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$`)
)

// Itself says whether the one who speaks is the member.
func (s Staff) Itself(id MemberID) bool {
	return s.Actor.Source == SourceSignIn && s.Actor.ID == id.String()
}

// ChangeContact changes how a member is reached. Text messages are turned on and off by nobody but the person
// (Forbidden). They end when the number they were agreed for goes or changes, unless the person agrees for the new
// one in the same change. Each turn is kept in the history; a change that changes nothing writes nothing.
// NotFound for a member that was removed, Invalid for what can't be a contact.
func (r *Roster) ChangeContact(ctx context.Context, s Staff, id MemberID, c ContactChange) (Contact, error) {
	var out Contact
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		m, err := tx.LockMember(ctx, Scope{}, id)
		if err == nil && m.Removed() {
			err = &Error{Kind: NotFound, Detail: "The member was removed."}
		}
		if err != nil {
			return err
		}
		if c.SMS != nil && !s.Itself(id) {
			return &Error{Kind: Forbidden, Field: "sms", Detail: "Only the person can agree to text messages, or end that, on the page with their own profile."}
		}
		before, err := tx.Contact(ctx, id)
		if err == nil {
			err = s.If.Check(before.Version)
		}
		if err != nil {
			return err
		}
		out, err = changeContact(ctx, tx, s.source(), before, c)
		return err
	})
	return out, err
}

// changeContact writes a contact with its history and its event. The member is locked, or made, by the
// transaction, and whoever calls has made sure that c.SMS is the person's own word.
func changeContact(ctx context.Context, tx Tx, from origin, before Contact, c ContactChange) (Contact, error) {
	after, turn, err := applyContact(before, c, tx.Now())
	if err != nil {
		return before, err
	}
	fields := contactFields(before, after)
	if len(fields) == 0 && turn == nil {
		return before, nil
	}
	after.Version, after.ChangedAt = before.Version+1, tx.Now()
	if err := tx.PutContact(ctx, after); err != nil {
		return before, err
	}
	if turn != nil {
		if err := tx.AppendConsent(ctx, *turn); err != nil {
			return before, err
		}
	}
	return after, tx.AppendEvent(ctx, Event{
		Kind: ContactChanged, Member: after.Member, Actor: from.actor, RequestID: from.requestID, Version: after.Version,
		Data: details{Fields: fields, Consent: consentWord(turn)}.json(),
	})
}

// applyContact works out a contact after a change, and the turn of text messages in it, if there is one. It is pure.
func applyContact(before Contact, c ContactChange, now time.Time) (Contact, *Consent, error) {
	after := before
	if c.Phone != nil {
		after.Phone = *c.Phone
	}
	if c.Schedule != nil {
		after.Schedule = *c.Schedule
	}
	if c.Language != nil {
		after.Language = *c.Language
	}
	if err := checkContact(after); err != nil {
		return before, nil, err
	}
	moved := before.SMS && after.Phone != before.Phone
	wanted := before.SMS && !moved
	if c.SMS != nil {
		wanted = c.SMS.On
	}
	turn := Consent{Member: after.Member, At: now, Given: wanted, Phone: after.Phone}
	switch {
	case wanted && after.Phone == "":
		return before, nil, &Error{Kind: Invalid, Field: "phone", Detail: "Text messages need a phone number: enter one, or leave text messages off."}
	case wanted && (!before.SMS || moved):
		if turn.ConsentGiven = c.SMS.ConsentGiven; turn.Wording == "" {
			return before, nil, &Error{Kind: Invalid, Field: "sms", Detail: "A consent names the words that it was given under."}
		}
		after.SMS, after.SMSAt = true, now
	case !wanted && before.SMS:
		turn.Phone = before.Phone
		switch {
		case c.SMS != nil:
			turn.ConsentGiven = c.SMS.ConsentGiven
		case after.Phone == "":
			turn.Source = ConsentPhoneRemoved
		default:
			turn.Source = ConsentPhoneChanged
		}
		after.SMS, after.SMSAt = false, time.Time{}
	default:
		return after, nil, nil
	}
	return after, &turn, nil
}

func checkContact(c Contact) error {
	if c.Phone != "" && !e164.MatchString(c.Phone) {
		return &Error{Kind: Invalid, Field: "phone", Detail: "The phone number must have the form +4930901820: a plus sign, the country's code and the number, without spaces."}
	}
	if c.Language != "" && !languageForm.MatchString(c.Language) {
		return &Error{Kind: Invalid, Field: "language", Detail: "A language is named by its tag, such as en or pt-BR."}
	}
	if err := c.Schedule.Check(); err != nil {
		return &Error{Kind: Invalid, Field: "schedule", Detail: "The schedule can't be kept so: " + err.Error() + "."}
	}
	return nil
}

func contactFields(before, after Contact) []string {
	var fields []string
	note := func(name string, changed bool) {
		if changed {
			fields = append(fields, name)
		}
	}
	note("language", before.Language != after.Language)
	note("phone", before.Phone != after.Phone)
	note("schedule", !before.Schedule.Equal(after.Schedule))
	note("sms", before.SMS != after.SMS)
	return fields
}

func consentWord(turn *Consent) string {
	switch {
	case turn == nil:
		return ""
	case turn.Given:
		return "given"
	}
	return "ended"
}
