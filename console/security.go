package console

// Security is a person's page about how they sign in to the gateway itself.
type Security struct {
	Own
	// Saved says what was done last, Problem what did not go; empty: nothing.
	Saved, Problem string
	// SSO says that the person signs in through the organization's identity provider alone, so that nothing here counts.
	SSO bool
	// Required says that the organization asks for a second factor.
	Required bool
	Email    string
	Password bool // there is one
	App      string
	Setup    *AppSetup // of an authenticator app that is being set up
	Passkeys []SecurityKey
	// Passkey is for making one; nil: none can be made.
	Passkey  *PasskeyForm
	Recovery int
	// Codes are new recovery codes, shown this once.
	Codes []string
}

// AppSetup is what an authenticator app needs to know, and the form that shows its first code.
type AppSetup struct {
	Secret, URI string
	// QR is the path of a code of Size modules.
	QR   string
	Size int
	// Sealed is the secret as the form brings it back.
	Sealed string
}

// Quiet is the size with the margin that readers of such codes need.
func (a AppSetup) Quiet() int { return a.Size + 8 }

// SecurityKey is a passkey of a person.
type SecurityKey struct{ ID, Label, Since, Used string }

// PasskeyForm is what a script needs to ask the browser for a passkey.
type PasskeyForm struct {
	Action  string
	Options string // JSON
	ID      string // of the challenge
}

// Second says whether there is a second factor.
func (s Security) Second() bool { return s.App != "" || len(s.Passkeys) > 0 }

func (Security) name() string  { return "security" }
func (Security) title() string { return "How you sign in" }

// Factor asks for a second factor.
type Factor struct {
	Problem string
	// App and Recovery say what may be typed; Setup is for who has no second factor and needs one.
	App, Recovery bool
	Setup         *AppSetup
	Passkey       *PasskeyForm
	Tenant        string
}

func (Factor) name() string    { return "factor" }
func (Factor) title() string   { return "One more step" }
func (Factor) formsTo() string { return anywhere }

// PasskeySignIn asks for a passkey.
type PasskeySignIn struct {
	Problem string
	Passkey *PasskeyForm // nil: there are none on this site
	Return  string
}

func (PasskeySignIn) name() string    { return "passkey" }
func (PasskeySignIn) title() string   { return "Sign in with a passkey" }
func (PasskeySignIn) formsTo() string { return anywhere }

// RecoveryShown shows recovery codes to who set up their first second factor on the way in.
type RecoveryShown struct {
	Codes []string
	Next  string
}

func (RecoveryShown) name() string  { return "recovery" }
func (RecoveryShown) title() string { return "Keep your recovery codes" }

// ChangeEmail is for a person who wants another address, which both mailboxes have to agree to.
type ChangeEmail struct {
	Own
	Email string // as it is
	// Locked says who changes it instead; empty: the person does.
	Locked string
	New    string // what was typed
	// Change is the change under way that waits for its codes; empty: none does.
	Change  string
	Minutes int
	// Problem is what is wrong with Field: old or new, a code; else the address.
	Problem, Field string
}

func (ChangeEmail) name() string  { return "changeemail" }
func (ChangeEmail) title() string { return "Change your e-mail address" }

// EmailChanged tells that the address is another one now, to who is not signed in any more.
type EmailChanged struct{ Email, Tenant string }

func (EmailChanged) name() string  { return "emailchanged" }
func (EmailChanged) title() string { return "Your address is changed" }
