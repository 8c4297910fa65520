package console

// Choice is one of several values to choose from.
type Choice struct {
	Value, Label string
	About        string // what it means, in a line; may be empty
	Chosen       bool
}

// InviteForm asks whom to invite, and how.
type InviteForm struct {
	Shell
	Emails, First, Last, Message string // as they were typed
	Rows                         string // the lines of a file that was sent before
	Roles, Groups, Periods       []Choice
	Languages                    []Choice
	// SSO is the name of the connection through which people of the tenant must sign in; empty: they need not.
	SSO string
	// Problem is what is wrong, Field the field that it is about.
	Problem, Field string
	Most           int // addresses at once
}

func (InviteForm) name() string  { return "invite" }
func (InviteForm) title() string { return "Invite people" }

// InviteLine is one address of an invite for several, with what would become, or became, of it.
type InviteLine struct {
	Line  int
	Email string
	Names string
	Role  string
	Word  string // the verdict or the result in a few words
	About string // why, and what to do about it; may be empty
	Good  bool
	Link  string // to hand on; empty: there is none to show
}

// InviteCheck shows what would become of each line, before anything is sent.
type InviteCheck struct {
	Shell
	Lines []InviteLine
	Ready int     // lines that will be invited
	Total int     // lines altogether, those not shown included
	Kept  []Field // the form, as it was typed
}

func (InviteCheck) name() string  { return "invitecheck" }
func (InviteCheck) title() string { return "Check before sending" }

// InviteSent shows what became of each line.
type InviteSent struct {
	Shell
	Lines   []InviteLine
	Sent    int
	Rejects string // those that were not invited, as lines of CSV; empty: none
	// One says that a single person was invited, or invited again.
	One bool
}

func (InviteSent) name() string { return "invitesent" }

func (s InviteSent) title() string {
	switch {
	case s.One && s.Sent == 1:
		return "Invite sent"
	case s.Sent == 0:
		return "Nobody was invited"
	}
	return "Invites sent"
}

// InviteRow is an invite in a list.
type InviteRow struct {
	ID, Email, Role, By string
	Sent, SentAt        string // such as "2 days ago", and the date and time in UTC
	Expires, ExpiresAt  string
	Delivery, State     string
	Bounced             bool
	Open                bool   // it can be accepted
	Asked               string // when the person asked for a new link; empty: not
	URL                 string
}

// Tab is one of several lists to choose from.
type Tab struct {
	Label, URL string
	Count      int
	Here       bool
}

// Invites is the list of invites.
type Invites struct {
	Shell
	Tabs    []Tab
	Rows    []InviteRow
	Search  string
	State   string // of the tab
	Total   int
	Next    string // the URL of the next page; empty: there is none
	First   string // the URL of the first page, when this is another one
	Done    string // what was done a moment ago
	Problem string
}

func (Invites) name() string  { return "invites" }
func (Invites) title() string { return "Pending invites" }

// InviteDetail is one invite with what can be done about it.
type InviteDetail struct {
	Shell
	Row           InviteRow
	Names, Groups string
	Message       string
	Roles         []Choice
	Done, Problem string
	CanResend     bool
	// Newer says that the mail bounced: the address has to be another one.
	Fix string
}

func (InviteDetail) name() string    { return "invitedetail" }
func (i InviteDetail) title() string { return "Invite for " + i.Row.Email }

// Sure asks whether to do something that can't be taken back.
type Sure struct {
	Shell
	Heading, Text string
	Items         []string // what it is about, by name
	Action        string
	Fields        []Field
	Button        string
	Back          string // where to go instead
}

func (Sure) name() string    { return "sure" }
func (s Sure) title() string { return s.Heading }
