package console

// JoinRow is somebody who asks to join.
type JoinRow struct {
	ID, Person, Email, Domain string
	Asked, AskedAt            string
	Roles                     []Choice
}

// Requests lists those who ask to join.
type Requests struct {
	Shell
	Rows          []JoinRow
	Next          string
	Done, Problem string
}

func (Requests) name() string  { return "requests" }
func (Requests) title() string { return "Join requests" }

// GroupRow is a group in a list.
type GroupRow struct {
	Name, URL, Source string
	Directory         string // where it is managed; empty: here
	Members           int
	Role              string // that it gives; empty: none
}

// Groups lists the tenant's groups.
type Groups struct {
	Shell
	Rows          []GroupRow
	Search        string
	Next, First   string
	Typed         string // the name of a new group
	Done, Problem string
}

func (Groups) name() string  { return "groups" }
func (Groups) title() string { return "Groups" }

// GroupPage is one group with its people.
type GroupPage struct {
	Shell
	Row           GroupRow
	People        []GroupPerson
	Next, First   string
	Typed         string // whom to add
	Done, Problem string
}

// GroupPerson is somebody in a group.
type GroupPerson struct{ ID, Label, URL string }

func (GroupPage) name() string    { return "group" }
func (g GroupPage) title() string { return g.Row.Name }

// RoleRow is a role with what it means.
type RoleRow struct {
	Name, About string
	Permissions []string
	People      int
	PeopleURL   string
	GivenBy     []string
	Away        bool // the plan lacks it
	Default     bool
}

// Roles explains the tenant's roles.
type Roles struct {
	Shell
	Rows []RoleRow
}

func (Roles) name() string  { return "roles" }
func (Roles) title() string { return "Roles" }
