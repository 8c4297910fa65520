package console

import (
	"maps"
	"net/url"
	"slices"
)

// anywhere is for forms whose answer sends the browser on: to an identity provider, and from one of
// its hosts to the next, or to an app. Browsers hold redirects, too, against form-action.
const anywhere = "'self' https: http://127.0.0.1:* http://localhost:*"

// Field is a hidden field of a form.
type Field struct{ Name, Value string }

// FieldsOf are the fields of a form, in the order of their names.
func FieldsOf(v url.Values) []Field {
	var out []Field
	for _, name := range slices.Sorted(maps.Keys(v)) {
		for _, value := range v[name] {
			out = append(out, Field{name, value})
		}
	}
	return out
}

// Login asks for a work e-mail address.
type Login struct {
	Email  string // filled in already
	Return string
	// Unknown says that no sign-in was found for the address.
	Unknown bool
	// Problem is what is wrong with what was typed.
	Problem string
	// Known are the ways that this browser went before.
	Known []Way
}

func (Login) name() string  { return "login" }
func (Login) title() string { return "Sign in" }

func (Login) formsTo() string { return anywhere }

// Way is a sign-in to choose.
type Way struct {
	Tenant     string // its name
	Connection string // its name; empty where there is one
	Email      string
	URL        string
}

// Choose lets somebody choose between several ways.
type Choose struct {
	Email string
	Ways  []Way
	Other string // the page to start again
	// Another says that the browser is signed in, and not as the application asks.
	Another bool
	// Now is the tenant that the browser is signed in to, where the way would lead to another; empty: it would not.
	Now string
}

func (Choose) name() string  { return "choose" }
func (Choose) title() string { return "Choose where to sign in" }

// Forward is a form that is sent by itself where scripts run, and by a click where they don't.
type Forward struct {
	Action string
	Fields []Field
	Text   string // why there is something to click
	Button string
	// ByHand leaves it to the click: the person shall decide.
	ByHand bool
}

func (Forward) name() string  { return "forward" }
func (Forward) title() string { return "One moment" }

func (Forward) formsTo() string { return anywhere }

// Refused says why something did not go, and who can do what about it.
type Refused struct {
	Heading  string
	Sentence string
	Do       string // what to do, and whom to ask
	Contact  string // of the tenant, as its admins wrote it
	Code     string
	// Copy is the text for the person's IT department.
	Copy string
	// Again is where to start anew; empty: nowhere.
	Again      string
	AgainLabel string
}

func (Refused) name() string    { return "refused" }
func (r Refused) title() string { return r.Heading }

// SignOut asks whether to sign out.
type SignOut struct {
	Action string
	Fields []Field
}

func (SignOut) name() string  { return "signout" }
func (SignOut) title() string { return "Sign out?" }

func (SignOut) formsTo() string { return anywhere }

// SignedOut says that it is done.
type SignedOut struct{}

func (SignedOut) name() string  { return "signedout" }
func (SignedOut) title() string { return "You are signed out" }

// Home is where somebody lands who signed in without coming from an app.
type Home struct {
	Shell
	Method  string // how the session began
	SignOut string
}

func (Home) name() string  { return "home" }
func (Home) title() string { return "You are signed in" }
