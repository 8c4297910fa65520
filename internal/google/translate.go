package google

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"rollcall/internal/roster"
)

// user is a person as Google tells of them (Directory API, resource users).
type user struct {
	ID            string         `json:"id"`
	Primary       string         `json:"primaryEmail"`
	Name          userName       `json:"name"`
	Suspended     bool           `json:"suspended"`
	Archived      bool           `json:"archived"`
	Why           string         `json:"suspensionReason"`
	OrgUnit       string         `json:"orgUnitPath"`
	Aliases       []string       `json:"aliases"`
	Organizations []organization `json:"organizations"`
	Phones        []typed        `json:"phones"`
	Addresses     []address      `json:"addresses"`
	Relations     []typed        `json:"relations"`
	ExternalIDs   []typed        `json:"externalIds"`
	Languages     []struct {
		Code       string `json:"languageCode"`
		Preference string `json:"preference"`
	} `json:"languages"`
}

type userName struct {
	Given   string `json:"givenName"`
	Family  string `json:"familyName"`
	Full    string `json:"fullName"`
	Display string `json:"displayName"`
}

type organization struct {
	Name       string `json:"name"`
	Title      string `json:"title"`
	Department string `json:"department"`
	CostCenter string `json:"costCenter"`
	Primary    bool   `json:"primary"`
}

type typed struct {
	Value   string `json:"value"`
	Type    string `json:"type"`
	Primary bool   `json:"primary"`
}

type address struct {
	Type     string `json:"type"`
	Full     string `json:"formatted"`
	Street   string `json:"streetAddress"`
	Locality string `json:"locality"`
	Region   string `json:"region"`
	Postal   string `json:"postalCode"`
	Country  string `json:"country"`
	Primary  bool   `json:"primary"`
}

// parseUser reads a record.
//
// Errors: BadSyntax for what is none, Invalid without an id or address.
func parseUser(raw json.RawMessage) (user, error) {
	var u user
	if err := json.Unmarshal(raw, &u); err != nil {
		return u, &roster.Error{Kind: roster.BadSyntax, Detail: "Google's record of a person can't be read.", Err: err}
	}
	if u.ID == "" || len(u.ID) > 128 || u.Primary == "" {
		return u, &roster.Error{Kind: roster.Invalid, Field: "email", Detail: "Google's record of a person has no id or no primary address."}
	}
	return u, nil
}

// document is the attributes of a person as a push would have sent them (RFC 7643 §4.1 and §4.3), and
// under a URN of ours what only Google knows.
type document struct {
	Name       *scimName       `json:"name,omitempty"`
	Display    string          `json:"displayName,omitempty"`
	Title      string          `json:"title,omitempty"`
	Language   string          `json:"preferredLanguage,omitempty"`
	Emails     []scimValue     `json:"emails"`
	Phones     []scimValue     `json:"phoneNumbers,omitempty"`
	Addresses  []scimAddress   `json:"addresses,omitempty"`
	Enterprise *scimEnterprise `json:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,omitempty"`
	Google     *scimGoogle     `json:"urn:rollcall:params:scim:schemas:extension:google:2.0:User,omitempty"`
}

type scimName struct {
	Formatted string `json:"formatted,omitempty"`
	Family    string `json:"familyName,omitempty"`
	Given     string `json:"givenName,omitempty"`
}

type scimValue struct {
	Value   string `json:"value"`
	Type    string `json:"type,omitempty"`
	Primary bool   `json:"primary,omitempty"`
}

type scimAddress struct {
	Formatted string `json:"formatted,omitempty"`
	Street    string `json:"streetAddress,omitempty"`
	Locality  string `json:"locality,omitempty"`
	Region    string `json:"region,omitempty"`
	Postal    string `json:"postalCode,omitempty"`
	Country   string `json:"country,omitempty"`
	Type      string `json:"type,omitempty"`
	Primary   bool   `json:"primary,omitempty"`
}

type scimEnterprise struct {
	Number       string       `json:"employeeNumber,omitempty"`
	CostCenter   string       `json:"costCenter,omitempty"`
	Organization string       `json:"organization,omitempty"`
	Department   string       `json:"department,omitempty"`
	Manager      *scimManager `json:"manager,omitempty"`
}

type scimManager struct {
	Value string `json:"value"`
}

// scimGoogle says why somebody has no access, which SCIM's active can't.
type scimGoogle struct {
	OrgUnit   string `json:"orgUnitPath,omitempty"`
	Suspended bool   `json:"suspended,omitempty"`
	Archived  bool   `json:"archived,omitempty"`
	Why       string `json:"suspensionReason,omitempty"`
}

// change is what a person's record wants of the roster. manager finds the member whom an address names,
// as SCIM's id, and "" when there is none yet.
func (u user) change(manager func(email string) string) (roster.Change, error) {
	active := !u.Suspended && !u.Archived
	c := roster.Change{Login: u.Primary, ExternalID: u.ID, Email: u.Primary, Addresses: []string{u.Primary}, Active: &active}
	d := document{
		Display:  cmp.Or(u.Name.Display, u.Name.Full),
		Emails:   []scimValue{{Value: u.Primary, Type: "work", Primary: true}},
		Language: u.language(),
	}
	for _, a := range u.Aliases { // told as addresses, and proof of nothing
		d.Emails = append(d.Emails, scimValue{Value: a, Type: "other"})
		c.Addresses = append(c.Addresses, a)
	}
	if n := (scimName{u.Name.Full, u.Name.Family, u.Name.Given}); n != (scimName{}) {
		d.Name = &n
	}
	for _, p := range u.Phones {
		if p.Value != "" {
			d.Phones = append(d.Phones, scimValue{p.Value, phoneType(p.Type), p.Primary})
		}
	}
	for _, a := range u.Addresses {
		d.Addresses = append(d.Addresses, scimAddress{a.Full, a.Street, a.Locality, a.Region, a.Postal, a.Country, placeType(a.Type), a.Primary})
	}
	o := u.organization()
	d.Title = o.Title
	e := scimEnterprise{Number: valueOf(u.ExternalIDs, "organization"), CostCenter: o.CostCenter, Organization: o.Name, Department: o.Department}
	if email := valueOf(u.Relations, "manager"); email != "" {
		if id := manager(email); id != "" {
			e.Manager = &scimManager{id}
		}
	}
	if e != (scimEnterprise{}) {
		d.Enterprise = &e
	}
	if g := (scimGoogle{u.OrgUnit, u.Suspended, u.Archived, u.Why}); g != (scimGoogle{}) {
		d.Google = &g
	}
	var err error
	c.Attributes, err = d.encode()
	return c, err
}

// maxDocument is the longest document that is kept, as of a push.
const maxDocument = 256 << 10

// encode writes the document compactly, always in the same order, so that equal records are equal bytes.
func (d document) encode() (roster.Attributes, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(d); err != nil {
		return nil, &roster.Error{Kind: roster.BadSyntax, Detail: "Google's record of a person can't be kept.", Err: err}
	}
	if b.Len() > maxDocument {
		return nil, &roster.Error{Kind: roster.TooLarge, Detail: "The attributes of the person take too much room together. Shorten the record at Google."}
	}
	return roster.Attributes(bytes.TrimRight(b.Bytes(), "\n")), nil
}

// organization is the primary one, or else the first.
func (u user) organization() organization {
	for _, o := range u.Organizations {
		if o.Primary {
			return o
		}
	}
	if len(u.Organizations) > 0 {
		return u.Organizations[0]
	}
	return organization{}
}

// language is the preferred one, or else the first.
func (u user) language() string {
	best := ""
	for _, l := range u.Languages {
		if l.Preference == "preferred" && l.Code != "" {
			return l.Code
		}
		best = cmp.Or(best, l.Code)
	}
	return best
}

func valueOf(list []typed, kind string) string {
	for _, v := range list {
		if v.Type == kind && v.Value != "" {
			return v.Value
		}
	}
	return ""
}

// phoneType maps Google's types to those of RFC 7643 §4.1.2.
func phoneType(t string) string {
	switch t {
	case "work", "home", "mobile", "pager":
		return t
	case "work_mobile":
		return "mobile"
	case "work_pager":
		return "pager"
	}
	if strings.HasSuffix(t, "fax") {
		return "fax"
	}
	return "other"
}

func placeType(t string) string {
	if t == "work" || t == "home" {
		return t
	}
	return "other"
}
