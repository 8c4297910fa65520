package roster

import (
	"errors"
	"testing"
	"time"

	"rollcall/internal/tenant"
)

func TestApplyContact(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	text := func(s string) *string { return &s }
	said := ConsentGiven{Wording: "v1: I agree", Source: ConsentProfile}
	yes, no := &SMSChoice{On: true, ConsentGiven: said}, &SMSChoice{ConsentGiven: said}
	reached := Contact{Phone: "+4930901820", Version: 1}
	agreed := Contact{Phone: "+4930901820", SMS: true, SMSAt: now.Add(-time.Hour), Version: 2}
	for _, tt := range []struct {
		name   string
		before Contact
		change ContactChange
		sms    bool
		turn   string // given, ended, or nothing
		source string
		refuse string // the field
	}{
		{name: "a number alone turns nothing on", change: ContactChange{Phone: text("+4930901820")}},
		{name: "the box is ticked", before: reached, change: ContactChange{SMS: yes}, sms: true, turn: "given", source: ConsentProfile},
		{name: "number and box at once", change: ContactChange{Phone: text("+4930901820"), SMS: yes}, sms: true, turn: "given", source: ConsentProfile},
		{name: "a box without a number", change: ContactChange{SMS: yes}, refuse: "phone"},
		{name: "a box without words", before: reached, change: ContactChange{SMS: &SMSChoice{On: true}}, refuse: "sms"},
		{name: "agreed already", before: agreed, change: ContactChange{SMS: yes}, sms: true},
		{name: "the box is cleared", before: agreed, change: ContactChange{SMS: no}, turn: "ended", source: ConsentProfile},
		{name: "cleared already", before: reached, change: ContactChange{SMS: no}},
		{name: "the number goes", before: agreed, change: ContactChange{Phone: text("")}, turn: "ended", source: ConsentPhoneRemoved},
		{name: "another number", before: agreed, change: ContactChange{Phone: text("+16502530000")}, turn: "ended", source: ConsentPhoneChanged},
		{name: "another number that is agreed for", before: agreed, change: ContactChange{Phone: text("+16502530000"), SMS: yes}, sms: true, turn: "given", source: ConsentProfile},
		{name: "the number goes with the box ticked", before: agreed, change: ContactChange{Phone: text(""), SMS: yes}, refuse: "phone"},
		{name: "the language says nothing of messages", before: agreed, change: ContactChange{Language: text("de")}, sms: true},
		{name: "no number", change: ContactChange{Phone: text("030 901820")}, refuse: "phone"},
		{name: "no language", change: ContactChange{Language: text("<b>")}, refuse: "language"},
		{name: "no schedule", change: ContactChange{Schedule: &tenant.Schedule{TimeZone: "Mars"}}, refuse: "schedule"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			after, turn, err := applyContact(tt.before, tt.change, now)
			e, _ := errors.AsType[*Error](err)
			field := ""
			if e != nil {
				field = e.Field
			}
			source := ""
			if turn != nil {
				source = turn.Source
			}
			if field != tt.refuse || consentWord(turn) != tt.turn || source != tt.source {
				t.Errorf("turn %q by %q, refused field %q; want %q by %q, %q", consentWord(turn), source, field, tt.turn, tt.source, tt.refuse)
			}
			if tt.refuse == "" && (after.SMS != tt.sms || after.SMS == after.SMSAt.IsZero()) {
				t.Errorf("SMS = %v since %v, want %v", after.SMS, after.SMSAt, tt.sms)
			}
		})
	}
}
