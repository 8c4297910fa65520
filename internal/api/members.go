package api

import (
	"context"
	"net/http"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) members() {
	const tag = "Members"
	add(d, tag, operation{id: "listMembers", verb: "GET /tenants/{tenant}/members", scope: ReadMembers, summary: "List members", about: "A tenant's people, oldest first. All filters must fit; q looks for a part of the address, the login or the name."}, d.listMembers)
	add(d, tag, operation{id: "addMember", verb: "POST /tenants/{tenant}/members", scope: WriteMembers, summary: "Add a member", about: "Makes somebody a member without a directory. You vouch for the address: the member has access at once. Admins do so for the tenant's own domains; others are invited.", status: http.StatusCreated}, d.addMember)
	add(d, tag, operation{id: "getMember", verb: "GET /tenants/{tenant}/members/{member}", scope: ReadMembers, summary: "Show a member", about: "One member with all claims, groups and attributes; also one that was removed."}, d.getMember)
	add(d, tag, operation{id: "explainMember", verb: "GET /tenants/{tenant}/members/{member}/explain", scope: ReadMembers, summary: "Explain a member", about: "Why the member has access and the role, or has not: the rule, who decided, and who would be next."}, d.explainMember)
}

type listMembersIn struct {
	InTenant
	Paging
	State     roster.State `query:"state" enum:"active,inactive,awaiting_proof,needs_confirmation,removed" doc:"Only members in this state."`
	Role      string       `query:"role" maxLength:"40" doc:"Only members with this role."`
	Email     string       `query:"email" maxLength:"254" doc:"Only the member with this primary address, regardless of case."`
	Directory string       `query:"directory" maxLength:"64" doc:"Only members that this directory manages."`
	Group     string       `query:"group" maxLength:"64" doc:"Only members of this group."`
	Q         string       `query:"q" maxLength:"200" doc:"Only members whose address, login or name has this in it, regardless of case."`
	Removed   bool         `query:"removed" doc:"Removed members too."`
}

func (d *Door) listMembers(ctx context.Context, in *listMembersIn) (*answer[page[view.MemberView]], error) {
	cfg, err := d.config(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	if q.After, err = d.after(ctx, in.Paging); err != nil {
		return nil, err
	}
	found, err := d.Store.Reader(cfg.Tenant.ID).Members(ctx, q)
	if err != nil {
		return nil, err
	}
	return pageOf(d.cursors, listOf(ctx), found, func(m roster.Member) view.MemberView { return view.Member(cfg, m) },
		func(m roster.Member) []byte { return m.ID.UUID[:] }), nil
}

// after reads the cursor of a list in the order of ids.
func (d *Door) after(ctx context.Context, p Paging) (tenant.UUID, error) {
	place, err := d.cursors.read(listOf(ctx), p.Cursor)
	var id tenant.UUID
	copy(id[:], place)
	return id, err
}

// query is what the parameters ask of the store.
func (in *listMembersIn) query() (roster.Query, error) {
	q := roster.Query{Limit: in.Limit, WithRemoved: in.Removed || in.State == roster.StateRemoved}
	var where roster.And
	is := func(c roster.Column, text string) {
		if text != "" {
			where = append(where, compare(roster.Field{Column: c}, roster.Equal, text))
		}
	}
	is(roster.ColumnState, string(in.State))
	is(roster.ColumnRole, in.Role)
	is(roster.ColumnEmail, roster.Fold(in.Email))
	if in.Q != "" {
		where = append(where, search(in.Q))
	}
	if in.Group != "" {
		id, err := roster.ParseGroupID(in.Group)
		if err != nil {
			return q, unknownID("group", "grp")
		}
		where = append(where, roster.Any{Field: roster.Field{Column: roster.ColumnGroup}, Where: compare(roster.Field{Sub: "value"}, roster.Equal, id.UUID.UUID())})
	}
	if in.Directory != "" {
		id, err := tenant.ParseDirectoryID(in.Directory)
		if err != nil {
			return q, unknownID("directory", "dir")
		}
		if q.WithRemoved { // a directory has no removed members
			return q, &roster.Error{Kind: roster.Invalid, Field: "directory", Detail: "Removed members are managed by no directory: leave one of the two filters out."}
		}
		q.Scope.Directory = id
	}
	if len(where) > 0 {
		q.Where = where
	}
	return q, nil
}

func compare(f roster.Field, op roster.Op, text string) roster.Predicate {
	return roster.Compare{Field: f, Op: op, Value: roster.TextValue(text)}
}

// search looks for a part of what people know a member by.
func search(part string) roster.Predicate {
	return roster.Or{
		compare(roster.Field{Column: roster.ColumnEmail}, roster.Contains, roster.Fold(part)),
		compare(roster.Field{Column: roster.ColumnLogin}, roster.Contains, part),
		compare(roster.Field{Attribute: "displayName"}, roster.Contains, part),
		compare(roster.Field{Attribute: "name", Sub: "formatted"}, roster.Contains, part),
		compare(roster.Field{Attribute: "name", Sub: "givenName"}, roster.Contains, part),
		compare(roster.Field{Attribute: "name", Sub: "familyName"}, roster.Contains, part),
	}
}

func unknownID(field, prefix string) error {
	return &roster.Error{Kind: roster.Invalid, Field: field, Detail: "The " + field + " is named by its id, " + prefix + "_… or a UUID."}
}

type addMemberIn struct {
	InTenant
	Body struct {
		Email string `json:"email" maxLength:"254"`
		Role  string `json:"role,omitempty" doc:"The domain's default, or else the tenant's, when absent."`
		Name  string `json:"name,omitempty" maxLength:"200"`
	}
}

func (d *Door) addMember(ctx context.Context, in *addMemberIn) (*versioned[view.MemberView], error) {
	cfg, s, err := d.work(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	if err := vouched(ctx, cfg, in.Body.Email); err != nil {
		return nil, err
	}
	m, err := d.Roster.AddMember(ctx, s, in.Body.Email, in.Body.Role, in.Body.Name)
	if err != nil {
		return nil, err
	}
	return version(m.Version, view.Member(cfg, m)), nil
}

// vouched refuses an admin's word for addresses that are not the tenant's own: it would make them proven, for whoever
// they are. Such people are invited, and come themselves.
func vouched(ctx context.Context, cfg tenant.Config, email string) error {
	if p := principal(ctx); p.Kind != TokenKind && p.Kind != SessionKind {
		return nil
	}
	_, domain, _ := strings.Cut(roster.Fold(email), "@")
	if d, _ := cfg.Domain(domain); d.Owned() {
		return nil
	}
	return &roster.Error{Kind: roster.Refused, Code: roster.CodeDomainNotOwned, Field: "email", Detail: "The address is of none of the tenant's own domains. Invite the person instead: who accepts shows that the address is theirs."}
}

func (d *Door) getMember(ctx context.Context, in *InMember) (*versioned[view.MemberDetailView], error) {
	cfg, s, id, err := d.member(ctx, *in)
	if err != nil {
		return nil, err
	}
	m, err := d.Store.Reader(s.Tenant).Member(ctx, roster.Scope{}, id, true)
	if err != nil {
		return nil, err
	}
	return version(m.Version, view.MemberDetail(cfg, m)), nil
}

func (d *Door) explainMember(ctx context.Context, in *InMember) (*answer[view.ExplanationView], error) {
	cfg, s, id, err := d.member(ctx, *in)
	if err != nil {
		return nil, err
	}
	e, err := d.Roster.Explain(ctx, s, id)
	if err != nil {
		return nil, err
	}
	return the(view.Explanation(cfg, e)), nil
}
