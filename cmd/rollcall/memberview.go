package main

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// memberView is a member as JSON.
type memberView struct {
	ID        roster.MemberID `json:"id"`
	Email     roster.Email    `json:"email"`
	Login     string          `json:"login"`
	Name      string          `json:"name"`
	Role      string          `json:"role"`
	Active    bool            `json:"active"` // may use the application now
	State     roster.State    `json:"state"`
	Reason    roster.Code     `json:"reason"`    // why not active; empty: it is
	Sources   []string        `json:"sources"`   // who says anything of the member
	Directory string          `json:"directory"` // that manages the member; empty: none does
	Conflict  roster.Code     `json:"conflict,omitempty"`
	CreatedAt time.Time       `json:"created_at"`
	ChangedAt time.Time       `json:"changed_at"`
	RemovedAt time.Time       `json:"removed_at,omitzero"`
}

func viewMember(cfg tenant.Config, m roster.Member) memberView {
	v := memberView{
		ID: m.ID, Email: m.Email, Login: m.Login, Name: displayName(m.Attributes), Role: m.Standing.Role,
		Active: roster.HasAccess(cfg.Tenant, m), State: m.Standing.State, Reason: m.Standing.Reason,
		Conflict: m.Conflict, CreatedAt: m.CreatedAt, ChangedAt: m.ChangedAt, RemovedAt: m.RemovedAt,
		Sources: []string{},
	}
	if !m.Directory.IsZero() {
		v.Directory = m.Directory.String()
	}
	if v.State == roster.StateActive && !v.Active {
		v.Reason = roster.CodeTenantSuspended
	}
	for _, c := range m.Claims {
		if c.Source != roster.SourceFormer {
			v.Sources = append(v.Sources, string(c.Source))
		}
	}
	slices.Sort(v.Sources)
	return v
}

// displayName picks a name for people from the attributes (RFC 7643 §4.1.1).
func displayName(a roster.Attributes) string {
	var doc struct {
		DisplayName string `json:"displayName"`
		Name        struct {
			Formatted  string `json:"formatted"`
			GivenName  string `json:"givenName"`
			FamilyName string `json:"familyName"`
		} `json:"name"`
	}
	if len(a) == 0 || json.Unmarshal(a, &doc) != nil {
		return ""
	}
	return cmp.Or(doc.DisplayName, doc.Name.Formatted, strings.TrimSpace(doc.Name.GivenName+" "+doc.Name.FamilyName))
}

// memberDetail is a member with everything that is known.
type memberDetail struct {
	memberView
	ExternalID      string          `json:"external_id"`
	Proven          bool            `json:"proven"`
	DirectoryActive bool            `json:"directory_active"`
	Addresses       []string        `json:"addresses"`
	Groups          []groupView     `json:"groups"`
	Claims          []roster.Claim  `json:"claims"`
	Attributes      json.RawMessage `json:"attributes"`
	AppClaims       map[string]any  `json:"app_claims"` // what the application gets of the attributes
	Version         int64           `json:"version"`
}

type groupView struct {
	ID   roster.GroupID `json:"id"`
	Name string         `json:"name"`
}

func detailMember(cfg tenant.Config, m roster.Member) memberDetail {
	return memberDetail{
		memberView: viewMember(cfg, m), ExternalID: m.ExternalID, Proven: m.Proven, DirectoryActive: m.DirectoryActive,
		Addresses: append([]string{}, m.Addresses...), Claims: append([]roster.Claim{}, m.Claims...), Version: m.Version,
		Groups:     list(m.Groups, func(g roster.GroupRef) groupView { return groupView(g) }),
		Attributes: json.RawMessage(cmp.Or(string(m.Attributes), "{}")), AppClaims: roster.AppClaims(m, cfg),
	}
}

func (v memberDetail) write(w io.Writer, cfg tenant.Config) {
	state := string(v.State)
	if v.Reason != "" {
		state += " (" + string(v.Reason) + ")"
	}
	fields(w, "id", v.ID.String(), "email", string(v.Email), "login", v.Login, "external id", v.ExternalID, "name", v.Name,
		"role", v.Role, "active", yesNo(v.Active), "state", state, "waits for an admin", string(v.Conflict),
		"directory", directoryName(cfg, v.Directory), "directory says", saysActive(v), "other addresses", others(v),
		"groups", strings.Join(list(v.Groups, func(g groupView) string { return g.Name }), ", "),
		"created", when(v.CreatedAt), "changed", when(v.ChangedAt), "removed", when(v.RemovedAt))
	say(w, "")
	table(w, "Nobody says anything of the member.", []string{"CLAIM OF", "HERE", "ACTIVE", "ROLE", "SINCE"},
		list(v.Claims, func(c roster.Claim) []string {
			active := "-"
			if c.Active != nil {
				active = yesNo(*c.Active)
			}
			return []string{roster.Speaker(c, cfg), yesNo(c.Here), active, cmp.Or(c.Role, "-"), when(c.At)}
		}))
}

func directoryName(cfg tenant.Config, id string) string {
	for _, d := range cfg.Directories {
		if d.ID.String() == id {
			return d.Name + " (" + id + ")"
		}
	}
	if id == (tenant.DirectoryID{}).String() {
		return "" // none, such as behind a decision that let go of it
	}
	return id
}

func saysActive(v memberDetail) string {
	if v.Directory == "" {
		return ""
	}
	return "active: " + yesNo(v.DirectoryActive)
}

func others(v memberDetail) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(v.Addresses), func(a string) bool { return a == string(v.Email) }), ", ")
}

// explanationView is the answer of member explain as JSON.
type explanationView struct {
	Member  memberView     `json:"member"`
	Access  bool           `json:"access"`
	Reason  roster.Code    `json:"reason"`
	Because roster.Verdict `json:"because"` // what decided the access
	Role    string         `json:"role"`
	Rank    roster.Verdict `json:"rank"` // what decided the role
	Lines   []string       `json:"lines"`
}

func viewExplanation(cfg tenant.Config, e roster.Explanation) explanationView {
	return explanationView{
		Member: viewMember(cfg, e.Member), Access: e.Access, Reason: e.Reason, Because: e.Because,
		Role: e.Role, Rank: e.Rank, Lines: e.Lines,
	}
}
