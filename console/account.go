package console

// SignIn asks somebody who has typed their address to prove who they are. It is the same for every address.
type SignIn struct {
	Email   string
	Return  string
	Problem string
	// Ways are sign-ins at companies that are open to the address, too.
	Ways []Way
	// NoMail says that no codes can be mailed.
	NoMail bool
}

func (SignIn) name() string  { return "signin" }
func (SignIn) title() string { return "Sign in" }

func (SignIn) formsTo() string { return anywhere }

// ChooseTeam lets somebody choose who proved an address of several teams.
type ChooseTeam struct {
	Action string
	Teams  []Team
}

// Team is one to choose.
type Team struct{ ID, Name string }

func (ChooseTeam) name() string    { return "chooseteam" }
func (ChooseTeam) title() string   { return "Choose your team" }
func (ChooseTeam) formsTo() string { return anywhere }

// EnterCode asks for the code that was mailed, if somebody has the address.
type EnterCode struct {
	Email   string
	Minutes int
	Problem string
}

func (EnterCode) name() string    { return "entercode" }
func (EnterCode) title() string   { return "Enter the code" }
func (EnterCode) formsTo() string { return anywhere }

// JoinByMail asks a newcomer for their name, and lets them choose a password.
type JoinByMail struct {
	Email, Tenant       string
	FirstName, LastName string
	Problem             string
}

func (JoinByMail) name() string    { return "joinbymail" }
func (j JoinByMail) title() string { return "Join " + j.Tenant }
func (JoinByMail) formsTo() string { return anywhere }

// Forgot asks for the address of who wants another password, and says then where the link went.
type Forgot struct {
	Email   string
	Sent    bool
	Minutes int
	Problem string
}

func (Forgot) name() string { return "forgot" }

func (f Forgot) title() string {
	if f.Sent {
		return "Look into your mailbox"
	}
	return "Set a new password"
}

// ResetPassword asks for the new password. Whose it is stands on the page, so that nobody sets that of an account which
// somebody else wants them to use.
type ResetPassword struct{ Email, Tenant, Problem string }

func (ResetPassword) name() string  { return "reset" }
func (ResetPassword) title() string { return "Choose a new password" }

func (ResetPassword) formsTo() string { return anywhere }
