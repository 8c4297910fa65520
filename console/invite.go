package console

// AcceptInvite is the page on which somebody accepts an invite.
type AcceptInvite struct {
	Tenant  string
	Inviter string // a name; empty: none is told
	Message string // of the inviter
	Email   string
	Role    string
	// Token is carried by the form, so that it is about the invite that the page shows, and a browser without cookies
	// can send it.
	Token  string
	Return string // where the person goes on; empty: the home page
	// SSO is the sign-in that the tenant enforces: then nothing but the names is asked. Empty: it enforces none.
	SSO string

	First, Last, Phone string
	SMS                bool
	// Passkey is for making one in place of a password; nil: none can be made.
	Passkey *PasskeyForm
	Consent string // the words beside the box for text messages
	// Problems say what is wrong with what was typed, by the field's name.
	Problems map[string]string
}

func (AcceptInvite) name() string    { return "accept" }
func (a AcceptInvite) title() string { return "Welcome to " + a.Tenant }

func (a AcceptInvite) formsTo() string {
	if a.SSO != "" {
		return anywhere // the answer leads to the identity provider
	}
	return "'self'"
}

// InviteState says why an invite can't be accepted now, or by whom not, and what to do.
type InviteState struct {
	Heading  string
	Sentence string
	Do       string
	Contact  string // of the tenant, as its admins wrote it
	Code     string
	Steps    []Step
	// Help is the part of the help page that is about it; empty: none.
	Help string
	// Good says that nothing is wrong.
	Good bool
	// Copy is the text for the person's IT department; empty: it is nothing for them.
	Copy string
}

// Step is something to do next: a link, or a form when there are fields.
type Step struct {
	Label  string
	URL    string
	Fields []Field
	Post   bool
	Second bool // not what most people want
}

func (InviteState) name() string    { return "invitestate" }
func (i InviteState) title() string { return i.Heading }

// InviteUnknown is shown for each link that is none: whatever is wrong with it, the page is the same.
type InviteUnknown struct{}

func (InviteUnknown) name() string  { return "inviteunknown" }
func (InviteUnknown) title() string { return "This link is not known" }

// InviteHelp explains what goes wrong with invites, and who can do what about it.
type InviteHelp struct {
	// Billing is where a suspended account is put right; empty: nobody said.
	Billing string
}

func (InviteHelp) name() string  { return "invitehelp" }
func (InviteHelp) title() string { return "Help with invites" }
