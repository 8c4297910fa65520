package api

import (
	"context"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) access() {
	add(d, "Access", operation{id: "checkAccess", verb: "GET /check", scope: ReadAccess, summary: "Ask whether a person may come in", about: "Whether the person with an address may come in to a tenant now, why not, and what would happen if they tried. An address that nobody knows is answered like any other that may not."}, d.checkAccess)
	add(d, "Access", operation{id: "listRecipients", verb: "GET /tenants/{tenant}/recipients", scope: ReadRecipients, summary: "List recipients", about: "Whom an application may notify, of a group or of members that it names, and how: the phone number of those alone who agreed to text messages, and whether their schedule is open at a time. " +
		"Those without access are there with active false, for the application to skip. Being a member alone makes nobody a recipient."}, d.listRecipients)
}

type checkAccessIn struct {
	Tenant     string `query:"tenant" required:"true" maxLength:"64" doc:"The tenant, by its id (ten_…) or its slug."`
	Email      string `query:"email" required:"true" maxLength:"254" doc:"The person's address, regardless of case."`
	Permission string `query:"permission" maxLength:"100" doc:"Whether the person has this permission, too, such as content:edit."`
}

// accessView is whether a person may come in.
type accessView struct {
	Allowed     bool                `json:"allowed" doc:"The person may come in now, and has the permission, if one was asked for."`
	Code        roster.Code         `json:"code,omitempty" doc:"Why not; absent: they may. missing_permission when only the permission is lacking."`
	Next        roster.Next         `json:"next" enum:"signs_in,accepts,joins,asks,refused" doc:"What happens when the person tries: they sign in, accept their invite, join by signing in, ask an admin, or are refused."`
	Member      string              `json:"member,omitempty" doc:"The member that the person is, or was."`
	Role        string              `json:"role,omitempty"`
	Permissions []tenant.Permission `json:"permissions" doc:"What the role may do; none without access."`
	SSORequired bool                `json:"sso_required" doc:"The person must come through the tenant's identity provider."`
}

// codeMissingPermission says that a person may come in, and not do what was asked for.
const codeMissingPermission roster.Code = "missing_permission"

func (d *Door) checkAccess(ctx context.Context, in *checkAccessIn) (*answer[accessView], error) {
	cfg, err := d.config(ctx, InTenant{in.Tenant})
	if err != nil {
		return nil, err
	}
	a, err := d.Roster.CheckAccess(ctx, cfg.Tenant.ID, in.Email)
	if err != nil {
		return nil, err
	}
	v := accessView{Allowed: a.Allowed, Code: a.Code, Next: a.Next, SSORequired: a.SSO, Permissions: []tenant.Permission{}}
	if !a.Member.ID.IsZero() {
		v.Member = a.Member.ID.String()
	}
	if a.Allowed {
		v.Role = a.Member.Standing.Role
		v.Permissions = cfg.Tenant.Roles.Permissions(v.Role)
		if in.Permission != "" && !cfg.Tenant.Roles.May(v.Role, tenant.Permission(in.Permission)) {
			v.Allowed, v.Code = false, codeMissingPermission
		}
	}
	return the(v), nil
}

type listRecipientsIn struct {
	InTenant
	Paging
	At     time.Time `query:"at" doc:"For when the schedules are asked; absent: now."`
	Group  string    `query:"group" maxLength:"64" doc:"Members of this group, by id (grp_… or a UUID)."`
	Member []string  `query:"member" nullable:"false" maxItems:"500" doc:"These members, by id (mem_… or a UUID), with commas."`
}

// recipientView is somebody whom an application may notify, or must skip.
type recipientView struct {
	Member   roster.MemberID        `json:"member"`
	Name     string                 `json:"name"`
	Email    roster.Email           `json:"email"`
	Active   bool                   `json:"active" doc:"false: skip the person; who was removed is there with false, too."`
	SMS      bool                   `json:"sms" doc:"The person agreed to text messages."`
	Phone    string                 `json:"phone,omitempty" doc:"For text messages; absent without the person's consent."`
	Language string                 `json:"language,omitempty"`
	Schedule tenant.ScheduleVerdict `json:"schedule" doc:"What the person's schedule says of the time."`
	Notify   bool                   `json:"notify" doc:"active, and the schedule is open."`
}

// recipientsView is a page of recipients, and what of the question there is not.
type recipientsView struct {
	Items      []recipientView `json:"items" doc:"The page, in the order of the members' creation."`
	NextCursor string          `json:"next_cursor,omitempty" doc:"Where the next page begins; absent on the last one."`
	Unknown    []string        `json:"unknown" doc:"Members that were asked for and never were there; on the first page."`
}

func (d *Door) listRecipients(ctx context.Context, in *listRecipientsIn) (*answer[recipientsView], error) {
	cfg, err := d.config(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	q := roster.RecipientQuery{At: in.At, Limit: in.Limit}
	unknown := []string{}
	if in.Group != "" {
		if q.Group, err = roster.ParseGroupID(in.Group); err != nil {
			return nil, none("group")
		}
	}
	for _, name := range in.Member {
		id, err := roster.ParseMemberID(strings.TrimSpace(name))
		if err != nil {
			return nil, unknownID("member", "mem")
		}
		q.Members = append(q.Members, id)
	}
	if q.After, err = d.after(ctx, in.Paging); err != nil {
		return nil, err
	}
	found, err := d.Roster.Recipients(ctx, cfg.Tenant.ID, q)
	if err != nil {
		return nil, err
	}
	if in.Cursor == "" && !found.More {
		unknown = missing(q.Members, found.Items)
	}
	p := pageOf(d.cursors, listOf(ctx), found, func(r roster.Recipient) recipientView { return viewRecipient(cfg, r) },
		func(r roster.Recipient) []byte { return r.Member.ID.UUID[:] })
	return the(recipientsView{p.Body.Items, p.Body.NextCursor, unknown}), nil
}

func viewRecipient(cfg tenant.Config, r roster.Recipient) recipientView {
	v := recipientView{
		Member: r.Member.ID, Name: view.Member(cfg, r.Member).Name, Email: r.Member.Email, Active: r.Active,
		SMS: r.Contact.SMS, Language: r.Contact.Language, Schedule: r.Schedule, Notify: r.Notify(),
	}
	if v.SMS {
		v.Phone = r.Contact.Phone
	}
	return v
}

// missing are the members that were asked for and not found.
func missing(asked []roster.MemberID, found []roster.Recipient) []string {
	there := map[roster.MemberID]bool{}
	for _, r := range found {
		there[r.Member.ID] = true
	}
	out := []string{}
	for _, id := range asked {
		if !there[id] {
			out = append(out, id.String())
		}
	}
	return out
}
