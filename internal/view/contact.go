package view

import (
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// ContactView is how a member is reached, as JSON.
type ContactView struct {
	Member    roster.MemberID `json:"member"`
	Phone     string          `json:"phone" doc:"In the form E.164; empty: none."`
	SMS       bool            `json:"sms" doc:"The person agreed to text messages to the number. Nobody else can turn it on."`
	SMSSince  time.Time       `json:"sms_since,omitzero"`
	Schedule  tenant.Schedule `json:"schedule" doc:"When the person wants to be notified; empty: always."`
	Language  string          `json:"language" doc:"A tag such as en or pt-BR; empty: the tenant's."`
	ChangedAt time.Time       `json:"changed_at,omitzero"`
}

// Contact shows a contact.
func Contact(c roster.Contact) ContactView {
	return ContactView{Member: c.Member, Phone: c.Phone, SMS: c.SMS, SMSSince: c.SMSAt, Schedule: c.Schedule, Language: c.Language, ChangedAt: c.ChangedAt}
}

// ConsentView is a turn of a person's consent to text messages, as JSON.
type ConsentView struct {
	At        time.Time `json:"at"`
	Given     bool      `json:"given" doc:"false: it ended."`
	Phone     string    `json:"phone" doc:"The number that it is about."`
	Wording   string    `json:"wording,omitempty" doc:"The words that the person agreed to, behind their version."`
	Source    string    `json:"source" doc:"Where: invite, profile, or phone_changed and phone_removed when it ended with the number."`
	IP        string    `json:"ip,omitempty"`
	UserAgent string    `json:"user_agent,omitempty"`
}

// Consent shows a consent.
func Consent(c roster.Consent) ConsentView {
	return ConsentView{At: c.At, Given: c.Given, Phone: c.Phone, Wording: c.Wording, Source: c.Source, IP: c.Client.IP, UserAgent: c.Client.UserAgent}
}
