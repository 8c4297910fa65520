package roster

import (
	"context"
	"strings"
	"time"

	"rollcall/internal/tenant"
)

// Explanation tells why a member has, or has not, access and a role.
type Explanation struct {
	Member  Member
	Tenant  tenant.Tenant
	Access  bool // may use the application now
	Reason  Code // why not
	Because Verdict
	Role    string
	Rank    Verdict
	// Lines say the same in sentences for an admin.
	Lines []string
}

// Explain answers with the claims that decided, the rules' names, and the
// runners-up. NotFound.
func (r *Roster) Explain(ctx context.Context, s Staff, id MemberID) (Explanation, error) {
	var e Explanation
	err := r.Store.View(ctx, s.Tenant, func(rd Reader) error {
		m, err := rd.Member(ctx, Scope{}, id, true)
		if err != nil {
			return err
		}
		cfg, err := rd.Config(ctx)
		if err != nil {
			return err
		}
		links, err := rd.Links(ctx, LinkQuery{Member: id})
		if err != nil {
			return err
		}
		e = explain(m, cfg)
		for _, l := range links {
			e.Lines = append(e.Lines, linkLine(l, cfg))
		}
		return nil
	})
	return e, err
}

func explain(m Member, cfg tenant.Config) Explanation {
	j := Judge(m, cfg)
	m.Standing = j.Standing
	e := Explanation{
		Member: m, Tenant: cfg.Tenant, Access: HasAccess(cfg.Tenant, m), Reason: m.Standing.Reason,
		Because: j.Access, Role: j.Role, Rank: j.Rank,
	}
	if m.Standing.State == StateActive && !e.Access {
		e.Reason, e.Because.Rule = CodeTenantSuspended, "R1 the tenant is suspended"
	}
	word := "has access"
	if !e.Access {
		word = "has no access (" + string(e.Reason) + ")"
	}
	e.Lines = append(e.Lines,
		"The member "+word+" by "+e.Because.Rule+"."+spoken(e.Because, cfg, access),
		"The role is "+e.Role+" by "+e.Rank.Rule+"."+spoken(e.Rank, cfg, role))
	if m.Conflict != "" {
		e.Lines = append(e.Lines, "The directory's word does not count until an admin confirms it ("+string(m.Conflict)+").")
	}
	if h, ok := m.Hold(); ok {
		e.Lines = append(e.Lines, heldLine(h, cfg))
	}
	if into, ok := m.MergedInto(); ok {
		e.Lines = append(e.Lines, "The member was merged into "+into.String()+", which goes on in its place.")
	}
	if m.Standing.State == StateAwaitingProof {
		e.Lines = append(e.Lines, "The tenant has not proven the domain of the e-mail address: prove or trust the domain to give access.")
	}
	return e
}

func linkLine(l Link, cfg tenant.Config) string {
	name := "a connection that was removed"
	if con, ok := cfg.Connection(l.Connection); ok {
		name = "the connection " + con.Name
	}
	return "The member signs in through " + name + " under the key " + quote(l.Subject) + ", last at " + l.SeenAt.Format(time.RFC3339) + "."
}

func heldLine(h Hold, cfg tenant.Config) string {
	word, name := "turned the member off", "The directory"
	if h.Removal {
		word = "removed the member"
	}
	if d, ok := cfg.Directory(h.Directory); ok {
		name += " " + d.Name
	}
	return name + " " + word + " at " + h.Since.Format(time.RFC3339) + ", in a mass change that is held back: it takes effect at " +
		h.Due.Format(time.RFC3339) + " unless an admin releases it before or refuses it."
}

func spoken(v Verdict, cfg tenant.Config, what func(Claim) string) string {
	var b strings.Builder
	if v.Winner != nil {
		b.WriteString(" Decided by " + Speaker(*v.Winner, cfg) + what(*v.Winner) + ".")
	}
	if v.RunnerUp != nil {
		b.WriteString(" Next would be " + Speaker(*v.RunnerUp, cfg) + what(*v.RunnerUp) + ".")
	}
	return b.String()
}

func access(c Claim) string {
	at := " since " + c.At.Format(time.RFC3339)
	if c.Active != nil && !*c.Active {
		return ": off" + at
	}
	return ": on" + at
}

func role(c Claim) string { return ": " + c.Role }

// Speaker names who made a claim, in words for an admin.
func Speaker(c Claim, cfg tenant.Config) string {
	switch c.Source {
	case SourceOperator:
		return "the operator"
	case SourceAdmin:
		return "an admin"
	case SourceInvite:
		return "an accepted invite"
	case SourceSignIn:
		for _, con := range cfg.Connections {
			if con.ID.String() == c.By {
				return "sign-in through the connection " + con.Name
			}
		}
		return "sign-in"
	case SourceDomain:
		return "the default of the domain " + c.By
	case SourceTenant:
		return "the default of the tenant"
	}
	name := "a directory"
	for _, d := range cfg.Directories {
		if d.ID.String() == c.By {
			name = "directory " + d.Name
		}
	}
	switch c.Source {
	case SourceDirectoryGroup:
		return "a group mapping of " + name
	case SourceDirectoryRoles:
		return "the roles attribute of " + name
	}
	return name
}
