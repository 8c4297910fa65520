package saml_test

import (
	"testing"
	"time"

	"github.com/beevik/etree"

	"rollcall/internal/testenv/samltest"
	"rollcall/sso/saml"
)

// all runs several changes.
func all(changes ...func(*etree.Element)) func(*etree.Element) {
	return func(el *etree.Element) {
		for _, change := range changes {
			change(el)
		}
	}
}

// TestFacts_S19_to_S22 signs what is not for us, or not whole.
func TestFacts_S19_to_S22(t *testing.T) {
	t.Parallel()
	confirmation := []string{"Subject", "SubjectConfirmation"}
	data := []string{"Subject", "SubjectConfirmation", "SubjectConfirmationData"}
	for _, tt := range []struct {
		name  string
		knobs samltest.Knobs
		code  saml.Code
		check string
	}{
		{"S19 audience of another", samltest.Knobs{Assertion: func(el *etree.Element) {
			find(el, "Conditions", "AudienceRestriction", "Audience").SetText("https://other.example/sp")
		}}, saml.CodeAudienceMismatch, "audience"},
		{"S19 two restrictions, one of another", samltest.Knobs{Assertion: func(el *etree.Element) {
			find(el, "Conditions").CreateElement("saml:AudienceRestriction").CreateElement("saml:Audience").SetText("https://other.example/sp")
		}}, saml.CodeAudienceMismatch, "audience"},
		{"one restriction, two audiences", samltest.Knobs{Assertion: func(el *etree.Element) {
			find(el, "Conditions", "AudienceRestriction").CreateElement("saml:Audience").SetText("https://other.example/sp")
		}}, "", ""},
		{"S20 Recipient", samltest.Knobs{Assertion: set("Recipient", acsURL+"/", data...)}, saml.CodeRecipientMismatch, "recipient"},
		{"S20 no Recipient", samltest.Knobs{Assertion: unset("Recipient", data...)}, saml.CodeRecipientMismatch, "recipient"},
		{"S20 Destination", samltest.Knobs{Response: set("Destination", "https://rollcall.example/saml/con_2/acs")}, saml.CodeRecipientMismatch, "destination"},
		{"S20 a signed response without Destination", samltest.Knobs{Sign: 1, Response: unset("Destination")}, saml.CodeRecipientMismatch, "destination"},
		{"S21 no Audience", samltest.Knobs{Assertion: remove("Conditions", "AudienceRestriction")}, saml.CodeAudienceMismatch, "audience"},
		{"S21 an empty restriction", samltest.Knobs{Assertion: remove("Conditions", "AudienceRestriction", "Audience")}, saml.CodeAudienceMismatch, "audience"},
		{"S21 no Conditions", samltest.Knobs{Assertion: remove("Conditions")}, saml.CodeIncomplete, "conditions"},
		{"S21 no Subject", samltest.Knobs{Assertion: remove("Subject")}, saml.CodeIncomplete, "subject"},
		{"S21 no NameID", samltest.Knobs{Assertion: remove("Subject", "NameID")}, saml.CodeIncomplete, "name_id"},
		{"S21 an empty NameID", samltest.Knobs{Assertion: func(el *etree.Element) { find(el, "Subject", "NameID").SetText(" \n") }}, saml.CodeIncomplete, "name_id"},
		{"S21 two NameIDs", samltest.Knobs{Assertion: func(el *etree.Element) { find(el, "Subject").CreateElement("saml:NameID").SetText("ceo") }}, saml.CodeIncomplete, "name_id"},
		{"S21 a NameID that turns around", samltest.Knobs{Assertion: func(el *etree.Element) { find(el, "Subject", "NameID").SetText("jane\u202eoec") }}, saml.CodeMalformed, "name_id"},
		{"S21 an encrypted NameID", samltest.Knobs{Assertion: func(el *etree.Element) { find(el, "Subject").CreateElement("saml:EncryptedID") }}, saml.CodeEncryption, "encrypted_id"},
		{"S21 no SubjectConfirmation", samltest.Knobs{Assertion: remove(confirmation...)}, saml.CodeIncomplete, "subject_confirmation"},
		{"S21 no SubjectConfirmationData", samltest.Knobs{Assertion: remove(data...)}, saml.CodeIncomplete, "subject_confirmation"},
		{"S21 no NotOnOrAfter", samltest.Knobs{Assertion: unset("NotOnOrAfter", data...)}, saml.CodeIncomplete, "subject_confirmation"},
		{"S21 no AuthnStatement", samltest.Knobs{Assertion: remove("AuthnStatement")}, saml.CodeIncomplete, "authn_statement"},
		{"S21 no AuthnInstant", samltest.Knobs{Assertion: unset("AuthnInstant", "AuthnStatement")}, saml.CodeIncomplete, "authn_instant"},
		{"S21 no IssueInstant", samltest.Knobs{Assertion: unset("IssueInstant")}, saml.CodeIncomplete, "issue_instant"},
		{"S21 no issuer", samltest.Knobs{Assertion: func(el *etree.Element) { find(el, "Issuer").SetText("") }}, saml.CodeIssuerMismatch, "issuer"},
		{"S21 SAML 1.1", samltest.Knobs{Assertion: set("Version", "1.1")}, saml.CodeMalformed, "version"},
		{"S21 a time that is none", samltest.Knobs{Assertion: set("NotOnOrAfter", "tomorrow", "Conditions")}, saml.CodeMalformed, "time"},
		{"S21 a condition nobody knows", samltest.Knobs{Assertion: func(el *etree.Element) { find(el, "Conditions").CreateElement("saml:Condition") }}, saml.CodeMalformed, "conditions"},
		{"S22 holder of key", samltest.Knobs{Assertion: set("Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key", confirmation...)}, saml.CodeNotBearer, "subject_confirmation"},
		{"S22 sender vouches", samltest.Knobs{Assertion: set("Method", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches", confirmation...)}, saml.CodeNotBearer, "subject_confirmation"},
		{"S22 a second bearer for another", samltest.Knobs{Assertion: func(el *etree.Element) {
			second := find(el, confirmation...).Copy()
			find(second, "SubjectConfirmationData").CreateAttr("Recipient", "https://other.example/acs")
			find(el, "Subject").AddChild(second)
		}}, saml.CodeRecipientMismatch, "recipient"},
		{"another issuer", samltest.Knobs{Assertion: func(el *etree.Element) { find(el, "Issuer").SetText("https://other.example") }}, saml.CodeIssuerMismatch, "issuer"},
		{"another request inside", samltest.Knobs{Assertion: set("InResponseTo", "id-other", data...)}, saml.CodeInResponseTo, "in_response_to"},
		{"no request inside", samltest.Knobs{Assertion: unset("InResponseTo", data...)}, saml.CodeInResponseTo, "in_response_to"},
		{"S27 no request at all", samltest.Knobs{Assertion: unset("InResponseTo", data...), Response: unset("InResponseTo")}, saml.CodeUnsolicited, "in_response_to"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, p, a := connection(t)
			got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, tt.knobs))
			if tt.code == "" && err != nil {
				t.Fatal(err)
			}
			refused(t, got, err, tt.code, tt.check)
		})
	}
}

// TestNoOpenRequest_S27 has no request of ours open: then not even a response that names one is taken.
func TestNoOpenRequest_S27(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	want := expectation()
	want.RequestID = ""
	got, err := saml.Verify(c, want, samltest.Respond(t, p, a, samltest.Knobs{}))
	refused(t, got, err, saml.CodeInResponseTo, "in_response_to")
	a.InResponseTo = ""
	got, err = saml.Verify(c, want, samltest.Respond(t, p, a, samltest.Knobs{}))
	refused(t, got, err, saml.CodeUnsolicited, "in_response_to")
}

// TestClock_S23 moves times to both sides of each edge: Skew is allowed, and not a millisecond more.
func TestClock_S23(t *testing.T) {
	t.Parallel()
	data := []string{"Subject", "SubjectConfirmation", "SubjectConfirmationData"}
	const ms = time.Millisecond
	for _, tt := range []struct {
		name   string
		change func(*etree.Element)
		code   saml.Code
		check  string
	}{
		{"issued at the edge of the future", set("IssueInstant", at(saml.Skew)), "", ""},
		{"issued in the future", set("IssueInstant", at(saml.Skew+ms)), saml.CodeNotYetValid, "issue_instant"},
		{"issued an hour ahead", set("IssueInstant", at(time.Hour)), saml.CodeNotYetValid, "issue_instant"},
		{"issued at the edge of the past", set("IssueInstant", at(-saml.MaxAge+ms)), "", ""},
		{"issued too long ago", set("IssueInstant", at(-saml.MaxAge)), saml.CodeExpired, "issue_instant"},
		{"NotBefore at the edge", set("NotBefore", at(saml.Skew), "Conditions"), "", ""},
		{"NotBefore behind the edge", set("NotBefore", at(saml.Skew+ms), "Conditions"), saml.CodeNotYetValid, "conditions"},
		{"NotBefore in two minutes", set("NotBefore", at(2*time.Minute), "Conditions"), saml.CodeNotYetValid, "conditions"},
		{"NotOnOrAfter before the edge", set("NotOnOrAfter", at(-saml.Skew+ms), "Conditions"), "", ""},
		{"NotOnOrAfter at the edge", set("NotOnOrAfter", at(-saml.Skew), "Conditions"), saml.CodeExpired, "conditions"},
		{"NotOnOrAfter two minutes ago", set("NotOnOrAfter", at(-2*time.Minute), "Conditions"), saml.CodeExpired, "conditions"},
		{"no times in Conditions", all(unset("NotBefore", "Conditions"), unset("NotOnOrAfter", "Conditions")), "", ""},
		{"confirmation before the edge", set("NotOnOrAfter", at(-saml.Skew+ms), data...), "", ""},
		{"confirmation at the edge", set("NotOnOrAfter", at(-saml.Skew), data...), saml.CodeExpired, "subject_confirmation"},
		{"confirmation not yet", set("NotBefore", at(saml.Skew+ms), data...), saml.CodeNotYetValid, "subject_confirmation"},
		{"session before its end", set("SessionNotOnOrAfter", at(ms), "AuthnStatement"), "", ""},
		{"session at its end", set("SessionNotOnOrAfter", at(0), "AuthnStatement"), saml.CodeExpired, "session_not_on_or_after"},
		{"authenticated in the future", set("AuthnInstant", at(saml.Skew+ms), "AuthnStatement"), saml.CodeNotYetValid, "authn_instant"},
		{"authenticated yesterday", set("AuthnInstant", at(-24*time.Hour), "AuthnStatement"), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, p, a := connection(t)
			got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, samltest.Knobs{Assertion: tt.change}))
			if tt.code == "" && err != nil {
				t.Fatal(err)
			}
			refused(t, got, err, tt.code, tt.check)
		})
	}
}

// TestForceAuthn holds the provider to a fresh authentication, if the connection asks for one.
func TestForceAuthn(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	body := samltest.Respond(t, p, a, samltest.Knobs{Assertion: set("AuthnInstant", at(-time.Hour), "AuthnStatement")})
	if _, err := saml.Verify(c, expectation(), body); err != nil {
		t.Fatal(err)
	}
	c.ForceAuthn = true
	got, err := saml.Verify(c, expectation(), body)
	refused(t, got, err, saml.CodeAuthnTooOld, "force_authn")
}

// TestReplayUntil_S18 gives the replay guard a time after which Verify refuses by itself, so that nothing has to be
// remembered any longer.
func TestReplayUntil_S18(t *testing.T) {
	t.Parallel()
	data := []string{"Subject", "SubjectConfirmation", "SubjectConfirmationData"}
	for _, valid := range []time.Duration{time.Second, 3 * time.Minute, 10 * 365 * 24 * time.Hour} {
		c, p, a := connection(t)
		body := samltest.Respond(t, p, a, samltest.Knobs{Assertion: all(set("NotOnOrAfter", at(valid), data...), set("NotOnOrAfter", at(valid), "Conditions"))})
		first, err := saml.Verify(c, expectation(), body)
		if err != nil {
			t.Fatal(err)
		}
		want := expectation()
		want.Now = first.ReplayUntil
		again, err := saml.Verify(c, want, body)
		refused(t, again, err, saml.CodeExpired, "")
		want.Now = first.ReplayUntil.Add(-time.Millisecond)
		if again, err = saml.Verify(c, want, body); err != nil || again.ID != first.ID {
			t.Errorf("valid for %s: just before ReplayUntil: %v, id %s; want %s", valid, err, again.ID, first.ID)
		}
	}
}
