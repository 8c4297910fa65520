package saml

import (
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
)

const methodBearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

// read holds what was signed to the profile (SAML 2.0 profiles §4.1.4.2, §4.1.4.3) and returns its values.
func (v *verifier) read(s signedParts) (Assertion, *Failure) {
	a := Assertion{Signed: s.part, Encrypted: s.encrypted, Certificate: Fingerprint(s.by)}
	el := s.assertion
	a.ID = attribute(el, "ID")
	a.Issuer, _ = text(child(el, nsAssertion, "Issuer"))
	v.note("issuer", a.Issuer, v.IDP.EntityID)
	for _, check := range []func() *Failure{
		func() *Failure { return v.envelope(s) },
		func() *Failure { return v.issued(&a, el) },
		func() *Failure { return readSubject(&a, el) },
		func() *Failure { return v.confirmed(&a, s) },
		func() *Failure { return v.conditions(el) },
		func() *Failure { return readAuthentication(&a, el) },
		func() *Failure { return v.sessionTimes(&a) },
	} {
		if f := check(); f != nil {
			return Assertion{}, f
		}
	}
	readAttributes(&a, el)
	a.ReplayUntil = earlier(a.NotOnOrAfter.Add(Skew), a.IssueInstant.Add(MaxAge))
	a.Facts = v.facts
	return a, nil
}

// envelope checks the response around the assertion. Unless it is signed itself it can only make matters worse.
func (v *verifier) envelope(s signedParts) *Failure {
	if attribute(s.response, "Version") != "2.0" || attribute(s.assertion, "Version") != "2.0" || attribute(s.response, "ID") == "" {
		return fail(CodeMalformed, "version", "The response is not one of SAML 2.0.")
	}
	if issuers := children(s.response, nsAssertion, "Issuer"); len(issuers) > 0 {
		if issuer, ok := text(issuers[0]); !ok || issuer != v.IDP.EntityID {
			return v.wrongIssuer(issuer)
		}
	}
	// SAML 2.0 bindings §3.5.5.2: required if the message is signed.
	if to := attribute(s.response, "Destination"); to != v.ACSURL && (to != "" || s.part != SignedAssertion) {
		return fail(CodeRecipientMismatch, "destination", "The response is for %s, not for this connection's ACS URL %s.", quote(to), v.ACSURL)
	}
	at, f := instant(s.response, "IssueInstant")
	if f != nil {
		return f
	}
	return v.fresh("issue_instant_of_response", at)
}

func (v *verifier) wrongIssuer(issuer string) *Failure {
	return fail(CodeIssuerMismatch, "issuer", "The issuer is %s; the connection's provider is %s. Correct the entity ID here, or send the response to its own connection.", quote(issuer), v.IDP.EntityID)
}

func (v *verifier) issued(a *Assertion, el *etree.Element) *Failure {
	if a.Issuer != v.IDP.EntityID {
		return v.wrongIssuer(a.Issuer)
	}
	if !idText.MatchString(a.ID) {
		return fail(CodeIncomplete, "id", "The assertion has no ID, so that it could be used twice.")
	}
	var f *Failure
	if a.IssueInstant, f = instant(el, "IssueInstant"); f != nil {
		return f
	}
	return v.fresh("issue_instant", a.IssueInstant)
}

// fresh checks when something was issued: not in the future, and not longer ago than MaxAge.
func (v *verifier) fresh(check string, at time.Time) *Failure {
	switch now := v.want.Now; {
	case at.IsZero():
		return fail(CodeIncomplete, check, "The response doesn't say when it was issued.")
	case at.After(now.Add(Skew)):
		return fail(CodeNotYetValid, check, "It was issued at %s, and our clock says %s. Set the provider's clock.", stamp(at), stamp(now))
	case !now.Before(at.Add(MaxAge)):
		return fail(CodeExpired, check, "It was issued at %s, and our clock says %s: more than %s. Set the provider's clock, or sign in again.", stamp(at), stamp(now), MaxAge)
	}
	return nil
}

// within checks a span of time, with the allowance for clocks; a zero time is no bound.
func (v *verifier) within(check string, notBefore, notOnOrAfter time.Time) *Failure {
	now := v.want.Now
	if !notBefore.IsZero() && now.Before(notBefore.Add(-Skew)) {
		return fail(CodeNotYetValid, check, "It is valid from %s, and our clock says %s. Set the provider's clock.", stamp(notBefore), stamp(now))
	}
	if !notOnOrAfter.IsZero() && !now.Before(notOnOrAfter.Add(Skew)) {
		return fail(CodeExpired, check, "It was valid until %s, and our clock says %s. Set the provider's clock, or sign in again.", stamp(notOnOrAfter), stamp(now))
	}
	return nil
}

func span(el *etree.Element) (from, until time.Time, f *Failure) {
	if from, f = instant(el, "NotBefore"); f != nil {
		return from, until, f
	}
	until, f = instant(el, "NotOnOrAfter")
	return from, until, f
}

// confirmed looks for a bearer confirmation and holds each to who, when and in answer to what.
func (v *verifier) confirmed(a *Assertion, s signedParts) *Failure {
	bearers := 0
	for _, el := range children(child(s.assertion, nsAssertion, "Subject"), nsAssertion, "SubjectConfirmation") {
		if attribute(el, "Method") != methodBearer {
			continue // other methods say less than nothing to us: we check none of what they promise
		}
		bearers++
		data := child(el, nsAssertion, "SubjectConfirmationData")
		if data == nil {
			return fail(CodeIncomplete, "subject_confirmation", "The confirmation of the subject has no data: neither recipient nor time nor request.")
		}
		if f := v.bearer(a, data, attribute(s.response, "InResponseTo")); f != nil {
			return f
		}
	}
	if bearers > 0 {
		return nil
	}
	if len(children(child(s.assertion, nsAssertion, "Subject"), nsAssertion, "SubjectConfirmation")) == 0 {
		return fail(CodeIncomplete, "subject_confirmation", "The subject has no confirmation.")
	}
	return fail(CodeNotBearer, "subject_confirmation", "The subject is confirmed in another way than as bearer. Set the provider to Web Browser SSO.")
}

func (v *verifier) bearer(a *Assertion, data *etree.Element, responseTo string) *Failure {
	recipient := attribute(data, "Recipient")
	v.note("recipient", recipient, v.ACSURL)
	if recipient != v.ACSURL {
		return fail(CodeRecipientMismatch, "recipient", "The assertion is for %s, not for this connection's ACS URL %s. Correct the ACS URL at the provider.", quote(recipient), v.ACSURL)
	}
	to := attribute(data, "InResponseTo")
	v.note("in_response_to_of_assertion", to, v.want.RequestID)
	switch {
	case to == "" && responseTo == "":
		return fail(CodeUnsolicited, "in_response_to", "The provider started this sign-in by itself. Such a response is never used; a sign-in of our own can be started instead.")
	case v.want.RequestID == "":
		return fail(CodeInResponseTo, "in_response_to", "The response answers a request that is not open: the person took too long, or it was answered before.")
	case to != v.want.RequestID, responseTo != v.want.RequestID:
		return fail(CodeInResponseTo, "in_response_to", "The response answers another request than the one that this browser waits for.")
	}
	from, until, f := span(data)
	if f != nil {
		return f
	}
	if until.IsZero() {
		return fail(CodeIncomplete, "subject_confirmation", "The confirmation of the subject has no NotOnOrAfter.")
	}
	v.note("confirmation_not_on_or_after", stamp(until), stamp(v.want.Now))
	if a.NotOnOrAfter.IsZero() || until.After(a.NotOnOrAfter) {
		a.NotOnOrAfter = until
	}
	return v.within("subject_confirmation", from, until)
}

func (v *verifier) conditions(el *etree.Element) *Failure {
	conditions := child(el, nsAssertion, "Conditions")
	if conditions == nil {
		return fail(CodeIncomplete, "conditions", "The assertion has no conditions, so that it would be valid anywhere, for ever.")
	}
	from, until, f := span(conditions)
	if f != nil {
		return f
	}
	v.note("conditions_not_before", attribute(conditions, "NotBefore"), stamp(v.want.Now))
	v.note("conditions_not_on_or_after", attribute(conditions, "NotOnOrAfter"), stamp(v.want.Now))
	if f := v.within("conditions", from, until); f != nil {
		return f
	}
	for condition := range conditions.ChildElementsSeq() {
		if !slices.Contains([]string{"AudienceRestriction", "OneTimeUse", "ProxyRestriction"}, condition.Tag) || condition.NamespaceURI() != nsAssertion {
			// SAML 2.0 core §2.5.1.1: what is not understood makes the assertion indeterminate.
			return fail(CodeMalformed, "conditions", "The assertion has a condition that is not understood: %s", quote(condition.FullTag()))
		}
	}
	return v.audience(children(conditions, nsAssertion, "AudienceRestriction"))
}

// audience: each restriction has to name us, any of its audiences will do (SAML 2.0 core §2.5.1.4).
func (v *verifier) audience(restrictions []*etree.Element) *Failure {
	var seen []string
	ours := len(restrictions) > 0
	for _, restriction := range restrictions {
		found := false
		for _, el := range children(restriction, nsAssertion, "Audience") {
			audience, ok := text(el)
			seen = append(seen, audience)
			found = found || ok && audience == v.EntityID
		}
		ours = ours && found
	}
	v.note("audience", strings.Join(seen, ", "), v.EntityID)
	if ours {
		return nil
	}
	return fail(CodeAudienceMismatch, "audience", "The assertion is for %s, not for this connection's entity ID %s. Correct the entity ID (audience) at the provider.",
		quote(strings.Join(seen, ", ")), v.EntityID)
}

// sessionTimes checks when the person authenticated, and that the provider's session has not ended.
func (v *verifier) sessionTimes(a *Assertion) *Failure {
	v.note("authn_instant", stamp(a.AuthnInstant), stamp(v.want.Now))
	if f := v.within("authn_instant", a.AuthnInstant, time.Time{}); f != nil {
		return f
	}
	// No allowance here: our session ends then, too, and one that has ended can't begin.
	if end, now := a.SessionNotOnOrAfter, v.want.Now; !end.IsZero() && !now.Before(end) {
		return fail(CodeExpired, "session_not_on_or_after", "The provider's session was over at %s, and our clock says %s. Sign in there again, or set the provider's clock.", stamp(end), stamp(now))
	}
	if v.ForceAuthn && !v.want.RequestedAt.IsZero() && a.AuthnInstant.Before(v.want.RequestedAt.Add(-Skew)) {
		return fail(CodeAuthnTooOld, "force_authn", "The connection wants people to authenticate anew, and the provider let the person in on a session of %s.", stamp(a.AuthnInstant))
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
