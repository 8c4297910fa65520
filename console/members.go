package console

// MemberRow is a member in a list.
type MemberRow struct {
	ID, URL, Name, Email string
	State                string
	Active               bool
	Role, RoleSource     string
	Groups               []string
	Source               string
	Seen, SeenAt         string // how long ago, and when in UTC; SeenAt is empty for who was never seen
	Joined, JoinedAt     string
}

// Filter is a choice that narrows a list.
type Filter struct {
	Name, Label string
	Choices     []Choice
	Typed       bool   // one of many, of whom the choices are the first: its label is typed
	Value       string // that was typed
}

// Members is the list of the team.
type Members struct {
	Shell
	Counts        string
	Search        string
	Filters       []Filter
	Narrowed      bool
	Rows          []MemberRow
	Total         int
	Roles         []Choice // to give to those selected
	Alone         bool     // nobody but the reader is there
	Export        string
	Prev, Next    string
	Where         string // such as "51–100 of 240"
	Done, Problem string
}

func (Members) name() string  { return "members" }
func (Members) title() string { return "Team members" }

// Entry is one line of a history.
type Entry struct{ At, AtFull, What, By, Details string }

// LiveRow is a session of a member.
type LiveRow struct{ Started, Seen, Device, Method string }

// MemberSignIn is what a member signs in with.
type MemberSignIn struct {
	Ways   []string // names of connections, or password
	Second []string // second factors
	// MayMail and MayReset say whether a link to set a password may be mailed, and the second factors be taken away.
	MayMail, MayReset bool
}

// MemberPage is one member with what can be done about them.
type MemberPage struct {
	Shell
	Row     MemberRow
	Why     []string // why the member has, or has not, access and the role
	Roles   []Choice
	Managed string // the directory that manages the member; empty: none
	// RoleLocked and ActiveLocked say why the role and the access are not to be changed here; empty: they are.
	RoleLocked, ActiveLocked string
	On                       bool // the switch
	Removed                  bool
	Self                     bool
	Facts                    []Field
	SignIn                   MemberSignIn
	Sessions                 []LiveRow
	History                  []Entry
	Done, Problem            string
}

func (MemberPage) name() string    { return "member" }
func (m MemberPage) title() string { return m.Row.Name }

// Outcome tells what became of each of several.
type Outcome struct {
	Shell
	Heading  string
	Lines    []InviteLine
	Back     string
	BackText string
}

func (Outcome) name() string    { return "outcome" }
func (o Outcome) title() string { return o.Heading }
