package roster

import "rollcall/internal/tenant"

// Column is a field of a member or group that is not an attribute.
//
// A new column is added here, to value in match.go, and to the column table of
// the storage.
type Column string

// The columns that predicates may name.
const (
	ColumnID         Column = "id"          // Text, exact: the UUID in lower case
	ColumnExternalID Column = "external_id" // Text, exact
	ColumnLogin      Column = "login"       // Text, folded; members only
	ColumnActive     Column = "active"      // Bool: the directory's own word; members only
	ColumnCreated    Column = "created"     // Time
	ColumnChanged    Column = "changed"     // Time
	ColumnName       Column = "name"        // Text, folded; groups only
	// ColumnGroup is a group that a member belongs to: a collection for Any, whose
	// elements have Sub "value" (Text, exact, the group's UUID) and "display"
	// (Text, folded). Members only.
	ColumnGroup Column = "groups"
	// ColumnMember is a member of a group: a collection for Any, whose elements
	// have Sub "value" (Text, exact, the member's UUID), "display" (Text, folded)
	// and "type" (always "User"). Groups only.
	ColumnMember Column = "members"
	// The columns below are what the rules made of a member. No directory sees them.
	ColumnState Column = "state" // Text, exact: Standing.State; members only
	ColumnRole  Column = "role"  // Text, exact: Standing.Role; members only
	ColumnEmail Column = "email" // Text, exact: the primary address in canonical form; members only
)

// Field says what a Compare looks at. It is a column, or an attribute of the
// document, or, inside Any, a sub-attribute of the element (only Sub is set).
// Fields are comparable with ==.
type Field struct {
	Column Column
	// Extension is the key of the object in Attributes that holds the attribute;
	// empty: the document itself.
	Extension string
	Attribute string
	// Sub is the sub-attribute of a complex attribute.
	Sub string
	// Exact says that case matters (RFC 7643 §2.2 caseExact). It is for attributes:
	// columns, and the elements of groups and members, are compared as said there.
	Exact bool
	// Index names an index of the attribute that is ready (see tenant.AttributeIndex), where there is one: stores
	// may answer by it. It changes nothing of the meaning.
	Index tenant.UUID
}
