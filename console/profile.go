package console

// Own is what stands on top of the pages that people have about themselves.
type Own struct {
	Shell
	Path string // of the page
}

// Links are the pages that people have about themselves.
func (Own) Links() []Link {
	return []Link{{"Profile", "/me"}, {"Security", "/me/security"}, {"Sessions", "/me/sessions"}}
}

// Link leads to a page.
type Link struct{ Name, URL string }

// Profile is a person's own page: what they are called, how they are reached and when.
type Profile struct {
	Own
	// Saved says what was done last; empty: nothing.
	Saved    string
	Names    ProfileNames
	Contact  ProfileContact
	Schedule ProfileSchedule
	Email    string
	Role     string
	// RoleMeans says what the role is for.
	RoleMeans string
}

// ProfileNames are what a person is called.
type ProfileNames struct {
	First, Last, Display string
	// Lock names who manages the name instead; empty: the person does.
	Lock    string
	Problem string
}

// ProfileContact is how a person is reached.
type ProfileContact struct {
	Phone    string
	SMS      bool
	Since    string // when the person agreed; empty: they did not
	Language string
	// Wording is what the person agrees to.
	Wording string
	History []ProfileConsent
	// Problem is what is wrong with Field, which is phone, sms or language.
	Problem, Field string
}

// ProfileConsent is a turn of a consent.
type ProfileConsent struct {
	When, Number string
	Given        bool
	How          string
	Wording      string
}

// ProfileSchedule is when a person wants to be notified.
type ProfileSchedule struct {
	Zone               string
	Zones              []string // to choose from
	Days               []ProfileDay
	QuietFrom, QuietTo string
	Problem            string
}

// ProfileDay is a day of the week with the windows in which notifications are wanted.
type ProfileDay struct {
	Name  string // monday
	Title string // Monday
	Slots []ProfileSlot
}

// ProfileSlot is a window; both times empty: none.
type ProfileSlot struct {
	Number   int
	From, To string
}

func (Profile) name() string  { return "profile" }
func (Profile) title() string { return "Your profile" }

// OwnSessions are the browsers in which a person is signed in.
type OwnSessions struct {
	Own
	// Saved says what was done last; empty: nothing.
	Saved    string
	Sessions []OwnSession
	// Others says that there is one besides the current one.
	Others bool
}

// OwnSession is a browser in which a person is signed in.
type OwnSession struct {
	ID      string
	Browser string
	From    string // the network address
	Since   string
	Seen    string
	How     string // the person signed in
	Current bool
}

func (OwnSessions) name() string  { return "sessions" }
func (OwnSessions) title() string { return "Where you are signed in" }
