package storagetest

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// testTenancy calls every method of every interface for one tenant with what belongs to another:
// nothing shows, and nothing changes. A method without a probe fails the test.
func testTenancy(t *testing.T, open opener) {
	check(t, open, []claim{
		{"reader", func(t *testing.T, b Backend) { probe(t, b, reflect.TypeFor[roster.Reader](), readerProbes(), inReader) }},
		{"reader in a view", func(t *testing.T, b Backend) { probe(t, b, reflect.TypeFor[roster.Reader](), readerProbes(), inView) }},
		{"transaction", func(t *testing.T, b Backend) { probe(t, b, reflect.TypeFor[roster.Tx](), txProbes(), inUpdate) }},
		{"store", func(t *testing.T, b Backend) { probe(t, b, reflect.TypeFor[roster.Store](), storeProbes(), inStore) }},
		{"locator", func(t *testing.T, b Backend) {
			probe(t, b, reflect.TypeFor[roster.Locator](), locatorProbes(), inStore)
		}},
	})
}

// stranger is a tenant that asks for what belongs to another one.
type stranger struct {
	*house
	owner  *house
	member roster.Member // the owner's, as are all below
	held   roster.Member
	group  roster.Group
	domain tenant.Domain
	login  tenant.Connection
	token  tenant.Credential
	client tenant.Credential     // a secret, with an access token
	index  tenant.AttributeIndex // it holds a value of member
	// session and grant are of member.
	session roster.Session
	grant   roster.AppGrant
	theirs  roster.APIToken // member's
	// mailed is the owner's, about invite.
	mailed roster.MailID
	invite roster.InviteID
	// offered is an invite of the owner's.
	offered roster.Invite
	mine    roster.Member // the stranger's own
	team    roster.Group
	scopes  []roster.Scope
	review  roster.ReviewID // the owner's
}

// newStranger makes two tenants whose slugs begin with name.
func newStranger(t *testing.T, b Backend, name string) *stranger {
	t.Helper()
	owner, h := newHouse(t, b, name+"-owner"), newHouse(t, b, name+"-stranger")
	x := &stranger{house: h, owner: owner}
	m := fullMember(owner)
	m.Standing.State, m.Standing.Role = roster.StateActive, "admin"
	m.Attributes = roster.Attributes(`{"` + ownURN + `":{"badge":"theirs"},` + string(m.Attributes[1:]))
	x.index = owner.putIndex(newIndex("badge", tenant.IndexReady))
	owner.update(func(ctx context.Context, tx roster.Tx) error {
		if err := tx.PutEntitlement(ctx, tenant.Entitlement{Value: "right", Display: "Right", Type: "t"}); err != nil {
			return err
		}
		return tx.PutSchema(ctx, ownSchema())
	})
	x.member = owner.insertProven(m)
	x.group = owner.addGroup("Theirs", x.member)
	x.held = owner.await(x.group)
	owner.linkSome(x.member)
	x.signIn()
	x.domain = owner.newDomain(name+".example", tenant.DomainProven)
	if err := owner.putDomain(x.domain); err != nil {
		t.Fatalf("PutDomain: %v", err)
	}
	x.login = owner.addConnection()
	x.token = owner.addCredential("theirs", 1)
	x.client = owner.addClient(200)
	owner.addAccessToken(x.client, 201, 1)
	owner.update(func(ctx context.Context, tx roster.Tx) error {
		return tx.AppendEvent(ctx, roster.Event{Kind: roster.MemberCreated, Member: x.member.ID})
	})
	owner.logExchanges(newExchange(owner, 0))
	owner.putPull(newPull(owner), newMark("1"))
	owner.putContact(newContact(x.member), newConsent(x.member, 1, true))
	x.theirs = owner.addAPIToken(x.member, 1)
	x.mailTheirs()
	x.inviteTheirs()
	x.factorTheirs()
	x.review = owner.openReview()
	x.mine = h.addMember("mine")
	x.team = h.addGroup("Mine", x.mine)
	x.scopes = []roster.Scope{{}, h.scope(), owner.scope()}
	return x
}

// state is all that a tenant has, as text.
func (h *house) state(events int) string {
	h.t.Helper()
	people := h.members(roster.Query{Limit: 100, WithRemoved: true, WithGroups: true}).Items
	groups := h.groups(roster.Query{Limit: 100}).Items
	all := []any{people, groups, h.config(), h.events(events), h.exchangeState()}
	for _, i := range h.config().Extensions.Indexes {
		field := roster.Field{Extension: i.Schema, Attribute: i.Attribute, Index: i.ID}
		all = append(all, logins(h.members(roster.Query{Where: roster.Compare{Field: field, Op: roster.Present}, Limit: 100}).Items))
	}
	for _, g := range groups {
		all = append(all, h.groupMembers(g.ID))
	}
	for _, d := range h.config().Directories {
		tokens, err := h.reader().Credentials(h.t.Context(), d.ID)
		if err != nil {
			h.t.Fatalf("Credentials: %v", err)
		}
		all = append(all, tokens)
	}
	all = append(all, h.waiting(), h.signInState(), h.sessionState(), h.pulls(), h.marks(), h.reached(people), h.reviewed())
	all = append(all, h.waiting(), h.signInState(), h.sessionState(), h.pulls(), h.marks(), h.reached(people), h.apiTokens(roster.MemberID{}))
	for _, id := range h.queued {
		all = append(all, h.mail(id))
	}
	all = append(all, h.invites(roster.InviteQuery{}).Items)
	for _, m := range people {
		all = append(all, h.factors(m))
	}
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}

func readerProbes() probes[roster.Reader] {
	all := exchangeProbes()
	signInReaderProbes(all)
	sessionReaderProbes(all)
	pullReads(all)
	contactReads(all)
	reviewReads(all)
	apiTokenReads(all)
	teamReads(all)
	mailReaderProbes(all)
	inviteReads(all)
	factorReads(all)
	maps.Copy(all, probes[roster.Reader]{
		"Member": func(t *testing.T, x *stranger, r roster.Reader) {
			for _, s := range x.scopes {
				_, err := r.Member(t.Context(), s, x.member.ID, true)
				wantKind(t, "Member", roster.NotFound, err)
			}
		},
		"Members": func(t *testing.T, x *stranger, r roster.Reader) {
			theirs := roster.Field{Extension: ownURN, Attribute: "badge", Index: x.index.ID}
			wheres := []roster.Predicate{
				roster.Compare{Field: theirs, Op: roster.Present},
				roster.Compare{Field: theirs, Op: roster.Equal, Value: roster.TextValue("theirs")},
				nil, idIs(x.member.ID.UUID.UUID()), loginIs(x.member.Login), externalIDIs(x.member.ExternalID), emailIs("ada@example.com"),
				inGroup(x.group.ID), anyOf(column(roster.ColumnGroup), sub("display", roster.Equal, "theirs")),
				roster.Not{Of: roster.Or{}},
			}
			for _, where := range wheres {
				for _, s := range x.scopes {
					page, err := r.Members(t.Context(), roster.Query{Scope: s, Where: where, Limit: 100, Count: true, WithRemoved: s == roster.Scope{}, WithGroups: true})
					others := slices.DeleteFunc(slices.Clone(page.Items), func(m roster.Member) bool { return m.ID == x.mine.ID })
					wantNone(t, "Members", others, err)
					wantSame(t, "total", len(page.Items), page.Total)
				}
			}
			page, err := r.Members(t.Context(), roster.Query{Limit: 100, Order: attr("displayName"), After: tenant.UUID{}})
			wantSame(t, "Members in an order", []any{1, error(nil)}, []any{len(page.Items), err})
		},
		"Group": func(t *testing.T, x *stranger, r roster.Reader) {
			for _, s := range x.scopes {
				_, err := r.Group(t.Context(), s, x.group.ID)
				wantKind(t, "Group", roster.NotFound, err)
			}
		},
		"Groups": func(t *testing.T, x *stranger, r roster.Reader) {
			for _, where := range []roster.Predicate{nil, idIs(x.group.ID.UUID.UUID()), nameIs("theirs"), hasMember(x.member.ID)} {
				for _, s := range x.scopes {
					page, err := r.Groups(t.Context(), roster.Query{Scope: s, Where: where, Limit: 100, Count: true})
					others := slices.DeleteFunc(slices.Clone(page.Items), func(g roster.Group) bool { return g.ID == x.team.ID })
					wantNone(t, "Groups", others, err)
					wantSame(t, "total", len(page.Items), page.Total)
				}
			}
		},
		"GroupMembers": func(t *testing.T, x *stranger, r roster.Reader) {
			list, err := r.GroupMembers(t.Context(), x.group.ID, roster.MemberID{}, 0)
			wantNone(t, "GroupMembers", list, err)
		},
		"MembersOf": func(t *testing.T, x *stranger, r roster.Reader) {
			all, _, err := r.MembersOf(t.Context(), []roster.GroupID{x.group.ID, x.team.ID}, 0)
			wantNone(t, "MembersOf", all[x.group.ID], err)
			wantSame(t, "members of the own group", 1, len(all[x.team.ID]))
		},
		"Resources": func(t *testing.T, x *stranger, r roster.Reader) {
			for _, s := range x.scopes {
				page, err := r.Resources(t.Context(), roster.ResourceQuery{Scope: s, Limit: 100})
				others := slices.DeleteFunc(page.Items, func(i roster.Resource) bool {
					return i.Group != nil && i.Group.ID == x.team.ID || i.Member != nil && i.Member.ID == x.mine.ID
				})
				wantNone(t, "Resources", others, err)
			}
		},
		"GroupsOf": func(t *testing.T, x *stranger, r roster.Reader) {
			list, err := r.GroupsOf(t.Context(), x.member.ID)
			wantNone(t, "GroupsOf", list, err)
		},
		"Events": func(t *testing.T, x *stranger, r roster.Reader) {
			list, err := r.Events(t.Context(), roster.Cursor{}, 100)
			list = slices.DeleteFunc(list, func(e roster.Event) bool { return e.Member != x.member.ID })
			wantNone(t, "Events", list, err)
		},
		"TurnedOff": func(t *testing.T, x *stranger, r roster.Reader) {
			for _, a := range []roster.Actor{roster.DirectoryActor(x.dir.ID), roster.DirectoryActor(x.owner.dir.ID), {Source: roster.SourceOperator}} {
				list, err := r.TurnedOff(t.Context(), a, epoch().AddDate(-1, 0, 0), 0)
				wantNone(t, "TurnedOff", list, err)
			}
		},
		"Admins": func(t *testing.T, _ *stranger, r roster.Reader) {
			n, err := r.Admins(t.Context(), "admin", roster.MemberID{})
			wantSame(t, "Admins", []any{0, error(nil)}, []any{n, err})
		},
		"Held": func(t *testing.T, x *stranger, r roster.Reader) {
			for _, q := range []roster.HeldQuery{{}, {Directory: x.owner.dir.ID}, {DueBy: epoch().AddDate(1, 0, 0)}, {Directory: x.owner.dir.ID, Login: x.held.Login}} {
				list, err := r.Held(t.Context(), q)
				wantNone(t, "Held", list, err)
			}
		},
		"InConflict": func(t *testing.T, x *stranger, r roster.Reader) {
			list, err := r.InConflict(t.Context(), roster.ConflictQuery{Limit: 10})
			wantNone(t, "InConflict", list, err)
		},
		"SameNames": func(t *testing.T, x *stranger, r roster.Reader) {
			list, err := r.SameNames(t.Context(), roster.ConflictQuery{Limit: 10})
			wantNone(t, "SameNames", list, err)
		},
		"Matches": func(t *testing.T, x *stranger, r roster.Reader) {
			for _, s := range x.scopes {
				list, err := r.Matches(t.Context(), roster.Match{
					Directory: s.Directory, ExternalID: x.member.ExternalID, Login: x.member.Login, Email: x.member.Email,
				})
				wantNone(t, "Matches", list, err)
			}
		},
		"Decision": func(t *testing.T, x *stranger, r roster.Reader) {
			_, err := r.Decision(t.Context(), x.member.ID.UUID)
			wantKind(t, "Decision", roster.NotFound, err)
		},
		"Labels": func(t *testing.T, x *stranger, r roster.Reader) {
			for _, s := range x.scopes {
				got, err := r.Labels(t.Context(), s, []roster.MemberID{x.member.ID})
				wantSame(t, "Labels", []any{0, error(nil)}, []any{len(got), err})
			}
		},
		"Config": func(t *testing.T, x *stranger, r roster.Reader) {
			c, err := r.Config(t.Context())
			wantSame(t, "Config", []any{x.tenant.ID, 0, 0, error(nil)}, []any{c.Tenant.ID, len(c.Domains), len(c.Connections), err})
			if _, ok := c.Directory(x.owner.dir.ID); ok {
				t.Error("Config has the owner's directory")
			}
		},
		"Credentials": func(t *testing.T, x *stranger, r roster.Reader) {
			list, err := r.Credentials(t.Context(), x.owner.dir.ID)
			wantNone(t, "Credentials", list, err)
		},
	})
	return all
}
