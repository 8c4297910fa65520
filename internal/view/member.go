package view

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// MemberView is a member as JSON.
type MemberView struct {
	ID        roster.MemberID `json:"id"`
	Email     roster.Email    `json:"email"`
	Login     string          `json:"login" doc:"What the managing directory calls the member."`
	Name      string          `json:"name"`
	Role      string          `json:"role"`
	Active    bool            `json:"active" doc:"The member may use the application now."`
	State     roster.State    `json:"state" enum:"active,inactive,awaiting_proof,needs_confirmation,removed"`
	Reason    roster.Code     `json:"reason" doc:"Why the member is not active; empty: it is."`
	Sources   []string        `json:"sources" doc:"Who says anything of the member."`
	Directory string          `json:"directory" doc:"The directory that manages the member; empty: none does."`
	Conflict  roster.Code     `json:"conflict,omitempty" doc:"Why the member waits for an admin."`
	CreatedAt time.Time       `json:"created_at"`
	ChangedAt time.Time       `json:"changed_at"`
	RemovedAt time.Time       `json:"removed_at,omitzero"`
}

// Member shows a member of the tenant that the configuration is of.
func Member(cfg tenant.Config, m roster.Member) MemberView {
	v := MemberView{
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

// MemberDetailView is a member with everything that is known.
type MemberDetailView struct {
	MemberView
	ExternalID      string          `json:"external_id" doc:"The managing directory's own key."`
	Proven          bool            `json:"proven" doc:"The address is known to be the person's."`
	DirectoryActive bool            `json:"directory_active" doc:"The managing directory's own word."`
	Addresses       []string        `json:"addresses"`
	Groups          []GroupRefView  `json:"groups"`
	Claims          []roster.Claim  `json:"claims" doc:"What each source says; the rules pick the winner."`
	Attributes      json.RawMessage `json:"attributes" doc:"The SCIM attributes as the directory sent them."`
	AppClaims       map[string]any  `json:"app_claims" doc:"What the application gets of the attributes that the tenant defined."`
	Version         int64           `json:"version"`
}

// GroupRefView names a group.
type GroupRefView struct {
	ID   roster.GroupID `json:"id"`
	Name string         `json:"name"`
}

// MemberDetail shows a member with its groups, if they were read.
func MemberDetail(cfg tenant.Config, m roster.Member) MemberDetailView {
	return MemberDetailView{
		MemberView: Member(cfg, m), ExternalID: m.ExternalID, Proven: m.Proven, DirectoryActive: m.DirectoryActive,
		Addresses: append([]string{}, m.Addresses...), Claims: append([]roster.Claim{}, m.Claims...), Version: m.Version,
		Groups:     groupRefs(m.Groups),
		Attributes: json.RawMessage(cmp.Or(string(m.Attributes), "{}")), AppClaims: roster.AppClaims(m, cfg),
	}
}

// ExplanationView says why a member stands where it stands.
type ExplanationView struct {
	Member  MemberView     `json:"member"`
	Access  bool           `json:"access"`
	Reason  roster.Code    `json:"reason"`
	Because roster.Verdict `json:"because" doc:"What decided the access."`
	Role    string         `json:"role"`
	Rank    roster.Verdict `json:"rank" doc:"What decided the role."`
	Lines   []string       `json:"lines" doc:"The same in sentences."`
}

// Explanation shows what explain found.
func Explanation(cfg tenant.Config, e roster.Explanation) ExplanationView {
	return ExplanationView{
		Member: Member(cfg, e.Member), Access: e.Access, Reason: e.Reason, Because: e.Because,
		Role: e.Role, Rank: e.Rank, Lines: e.Lines,
	}
}

func groupRefs(groups []roster.GroupRef) []GroupRefView {
	out := make([]GroupRefView, len(groups))
	for i, g := range groups {
		out[i] = GroupRefView(g)
	}
	return out
}
