package invites

import (
	"errors"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcall/console"
	"rollcall/internal/password"
	"rollcall/internal/phone"
	"rollcall/internal/roster"
)

// form is what somebody sent.
type form struct {
	token, back string
	names       roster.Names
	password    string
	phone       string
	sms         bool
	// answer is a passkey that the browser made, for a challenge.
	challenge, answer string
}

// readForm reads a form of the door.
func readForm(w http.ResponseWriter, r *http.Request) (form, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFormSize)
	if err := r.ParseForm(); err != nil {
		return form{}, &roster.Error{Kind: roster.Invalid, Detail: "The form can't be read."}
	}
	q := r.PostForm
	return form{
		token: q.Get("token"), back: local(q.Get("return")), password: q.Get("password"), phone: strings.TrimSpace(q.Get("phone")), sms: q.Get("sms") != "",
		challenge: q.Get("challenge"), answer: q.Get("answer"),
		names: roster.Names{First: strings.TrimSpace(q.Get("first")), Last: strings.TrimSpace(q.Get("last"))},
	}, nil
}

const maxName = 100 // characters

// nameProblem says what is wrong with a name, or nothing.
func nameProblem(name string) string {
	switch {
	case utf8.RuneCountInString(name) > maxName:
		return "The name is too long: 100 characters are the most."
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "The name holds characters that can't be shown."
	}
	return ""
}

// acceptance checks what somebody sent. What is wrong with it is said for each field; the error is nothing that they
// can correct. codes are recovery codes of who comes with a passkey, to be shown once.
func (d *Door) acceptance(r *http.Request, h held, f form) (a roster.Acceptance, codes []string, problems map[string]string, err error) {
	problems = map[string]string{}
	note := func(field, text string) {
		if text != "" {
			problems[field] = text
		}
	}
	note("first", nameProblem(f.names.First))
	note("last", nameProblem(f.names.Last))
	if f.names.First == "" {
		note("first", "Enter your first name, or the one name that you have.")
	}
	client := d.client(r)
	a = roster.Acceptance{Hash: h.hash, Names: f.names, Session: roster.SessionStart{Method: roster.MethodPassword, Client: client}}
	if f.answer == "" {
		if err := password.Check(f.password, string(h.Invite.Email), f.names.First, f.names.Last, h.Config.Tenant.Name); err != nil {
			note("password", err.Error())
		}
	}
	if f.phone != "" {
		number, err := phone.Parse(f.phone, d.PhoneRegion)
		if why, ok := errors.AsType[phone.Unusable](err); ok {
			note("phone", why.Error())
		} else if err != nil {
			return a, nil, nil, err //nolint:wrapcheck // it is none that the package promises
		}
		a.Phone = number
	}
	if f.sms {
		a.SMS = &roster.ConsentGiven{Wording: console.SMSConsentRecord, Source: roster.ConsentInvite, Client: client}
		if f.phone == "" {
			note("phone", "Enter the number for text messages, or take the tick away.")
		}
	}
	if len(problems) > 0 {
		return a, nil, problems, nil
	}
	if f.answer == "" {
		a.Password, err = password.Hash(f.password)
		return a, nil, nil, err //nolint:wrapcheck // it names the package
	}
	codes, problem, err := d.withKey(r.Context(), h, f, &a)
	note("passkey", problem)
	return a, codes, problems, err
}
