package roster

import (
	"bytes"
	"encoding/json"
	"slices"

	"rollcall/internal/tenant"
)

// details is the Data of an event: what changed, never personal values.
type details struct {
	Code   Code     `json:"code,omitempty"`
	Field  string   `json:"field,omitempty"`
	Fields []string `json:"fields,omitempty"` // attributes that changed, sorted
	State  *change  `json:"state,omitempty"`
	Role   *change  `json:"role,omitempty"`
	Rule   string   `json:"rule,omitempty"` // that decided the state, or else the role
	Added  int      `json:"added,omitempty"`
	Gone   int      `json:"removed,omitempty"`
	Name   string   `json:"name,omitempty"` // of a tenant's own thing: a domain, a directory, a label
	Status string   `json:"status,omitempty"`
	// Credential, Kind and Days are of events of credentials.
	Credential string `json:"credential,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Directory  string `json:"directory,omitempty"`
	Connection string `json:"connection,omitempty"`
	Days       int    `json:"days_left,omitempty"`
	// Session, Grant, App, Method and Reason are of events of sessions and grants. The ids are plain, as apps see them.
	Session string    `json:"session,omitempty"`
	Grant   string    `json:"grant,omitempty"`
	App     string    `json:"app,omitempty"`
	Method  string    `json:"method,omitempty"`
	Reason  EndReason `json:"reason,omitempty"`
	// Consent is given or ended, where an event of a contact turned text messages on or off.
	Consent string `json:"consent,omitempty"`
	// Review is of events of access reviews; Kind is the decision there.
	Review string `json:"review,omitempty"`
	// Link, Request, Check and Facts are of events of sign-ins.
	Link    string `json:"link,omitempty"`
	Request string `json:"join_request,omitempty"`
	Invite  string `json:"invite,omitempty"`

	Check string       `json:"check,omitempty"`
	Facts []SignInFact `json:"facts,omitempty"`
}

type change struct {
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

func (d details) json() json.RawMessage {
	b, err := json.Marshal(d)
	if err != nil { // strings and numbers always marshal
		return nil
	}
	return b
}

// changedChoices names what a tenant chose anew for its domain, sorted.
func changedChoices(before, after tenant.Domain) []string {
	if before.Status == "" { // it is new
		return nil
	}
	var names []string
	if before.AutoJoin != after.AutoJoin {
		names = append(names, "auto_join")
	}
	if before.DefaultRole != after.DefaultRole {
		names = append(names, "default_role")
	}
	if before.SubDomains != after.SubDomains {
		names = append(names, "sub_domains")
	}
	return names
}

// memberEvent tells of a member's change by its weightiest part; the details
// hold the rest.
func memberEvent(kind EventKind, from origin, cfg tenant.Config, before, after Member) Event {
	d := details{Fields: changedFields(before, after)}
	was, is := before.Standing, after.Standing
	switch {
	case kind != "":
	case was.State == StateActive && is.State != StateActive:
		kind = MemberDeactivated
	case was.State != StateActive && is.State == StateActive:
		kind = MemberActivated
	case was.Role != is.Role:
		kind = MemberRoleChanged
	default:
		kind = MemberUpdated
	}
	if was.State != is.State || was.Role != is.Role {
		d = d.decided(was, Judge(after, cfg))
	}
	return Event{Kind: kind, Member: after.ID, Actor: from.actor, RequestID: from.requestID, Version: after.Version, Data: d.json()}
}

// decided notes what the rules now say and by which of them.
func (d details) decided(was Standing, is Judgement) details {
	if was.State != is.State {
		d.State, d.Code, d.Rule = &change{string(was.State), string(is.State)}, is.Reason, is.Access.Rule
	}
	if was.Role != is.Role {
		d.Role = &change{was.Role, is.Role}
		if d.Rule == "" {
			d.Rule = is.Rank.Rule
		}
	}
	return d
}

func changedFields(before, after Member) []string {
	var fields []string
	note := func(name string, changed bool) {
		if changed {
			fields = append(fields, name)
		}
	}
	if before.Version > 0 && !bytes.Equal(before.Attributes, after.Attributes) {
		fields = changedKeys(before.Attributes, after.Attributes)
	}
	if before.Version > 0 {
		note("login", before.Login != after.Login)
		note("external_id", before.ExternalID != after.ExternalID)
		note("email", before.Email != after.Email)
		note("active", before.DirectoryActive != after.DirectoryActive)
	}
	return fields
}

// changedKeys names the attributes that differ between two documents.
func changedKeys(before, after Attributes) []string {
	was, err := before.members()
	is, err2 := after.members()
	if err != nil || err2 != nil {
		return []string{"attributes"}
	}
	var keys []string
	for k, v := range was {
		if !bytes.Equal(v, is[k]) {
			keys = append(keys, k)
		}
	}
	for k := range is {
		if _, ok := was[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}
