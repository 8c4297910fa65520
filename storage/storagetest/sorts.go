package storagetest

import (
	"slices"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func byText(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

func byID(list []roster.Member) []roster.Member {
	slices.SortFunc(list, func(a, b roster.Member) int { return compareUUID(a.ID.UUID, b.ID.UUID) })
	return list
}

func groupsByID(list []roster.Group) []roster.Group {
	slices.SortFunc(list, func(a, b roster.Group) int { return compareUUID(a.ID.UUID, b.ID.UUID) })
	return list
}

func sortedIDs(list []roster.MemberID) []roster.MemberID {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b roster.MemberID) int { return compareUUID(a.UUID, b.UUID) })
	return list
}

func compareUUID(a, b tenant.UUID) int { return strings.Compare(a.UUID(), b.UUID()) }

// The predicates that directories ask most.

func idIs(id string) roster.Predicate {
	return roster.Compare{Field: roster.Field{Column: roster.ColumnID, Exact: true}, Op: roster.Equal, Value: roster.TextValue(id)}
}

func loginIs(s string) roster.Predicate {
	return roster.Compare{Field: roster.Field{Column: roster.ColumnLogin}, Op: roster.Equal, Value: roster.TextValue(s)}
}

func externalIDIs(s string) roster.Predicate {
	return roster.Compare{Field: roster.Field{Column: roster.ColumnExternalID, Exact: true}, Op: roster.Equal, Value: roster.TextValue(s)}
}

func nameIs(s string) roster.Predicate {
	return roster.Compare{Field: roster.Field{Column: roster.ColumnName}, Op: roster.Equal, Value: roster.TextValue(s)}
}

func emailIs(s string) roster.Predicate {
	return roster.Any{Field: roster.Field{Attribute: "emails"}, Where: sub("value", roster.Equal, s)}
}

func hasMember(id roster.MemberID) roster.Predicate {
	return roster.Any{Field: roster.Field{Column: roster.ColumnMember}, Where: sub("value", roster.Equal, id.UUID.UUID())}
}

func inGroup(id roster.GroupID) roster.Predicate {
	return roster.Any{Field: roster.Field{Column: roster.ColumnGroup}, Where: sub("value", roster.Equal, id.UUID.UUID())}
}

func sub(name string, op roster.Op, s string) roster.Predicate {
	return roster.Compare{Field: roster.Field{Sub: name}, Op: op, Value: roster.TextValue(s)}
}

func sortMembers(list []roster.GroupMember) []roster.GroupMember {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b roster.GroupMember) int { return compareUUID(a.ID.UUID, b.ID.UUID) })
	return list
}
