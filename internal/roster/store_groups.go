package roster

import "context"

// GroupReader reads who is in groups.
type GroupReader interface {
	// GroupMembers lists members of a group by id, at most limit (0: all), behind
	// after.
	GroupMembers(ctx context.Context, id GroupID, after MemberID, limit int) ([]GroupMember, error)
	// MembersOf lists the members of several groups at once, by id, as long as they are not more than
	// limit together (0: any number); whole says whether these are all.
	MembersOf(ctx context.Context, ids []GroupID, limit int) (members map[GroupID][]GroupMember, whole bool, err error)
	// GroupsOf returns the groups of one member that a directory manages, by id.
	GroupsOf(ctx context.Context, id MemberID) ([]GroupRef, error)
}

// GroupTx changes who is in groups. None of its methods costs more for a large
// group than for a small one, but by the members that it names.
type GroupTx interface {
	// AddToGroup adds those of ids that the scope sees. It returns the ids that
	// were not in the group before, and the ids that the scope does not see; of a
	// thousand and more only those that were not in the group are looked at.
	AddToGroup(ctx context.Context, s Scope, id GroupID, ids []MemberID) (added, unknown []MemberID, err error)
	// RemoveFromGroup returns those that were in the group. all removes everybody.
	RemoveFromGroup(ctx context.Context, id GroupID, ids []MemberID, all bool) (removed []MemberID, err error)
	// KeepInGroup removes all but ids. The group must be locked.
	KeepInGroup(ctx context.Context, id GroupID, ids []MemberID) (removed []MemberID, err error)
	// LockGroupsOf locks the groups of a member. It comes before the lock of the
	// member: whoever changes a group locks that first and its members then.
	LockGroupsOf(ctx context.Context, id MemberID) error
	// LeaveGroups takes a member out of groups, and gives those that it was in a new version.
	LeaveGroups(ctx context.Context, id MemberID, groups []GroupID) error
}
