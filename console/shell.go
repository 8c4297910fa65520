package console

// Shell is what stands around the pages of somebody who is signed in: who they are, and where they can go. Pages
// embed it.
type Shell struct { //nolint:recvcheck // pages embed it as a value, and templates look at what frame returns
	Tenant, Person, Role string
	Admin                bool
	Here                 string // the entry of the navigation that the page belongs to
	Requests             int    // people who ask to join, shown beside the entry; 0: none, or nobody counted
}

// frame is how Show finds the shell of a page.
func (s Shell) frame() *Shell { return &s }

// framed is implemented by pages that embed a Shell.
type framed interface{ frame() *Shell }

// Place is an entry of the navigation.
type Place struct {
	Label, URL string
	Here       bool
	Count      int
}

// Places are the entries of the navigation.
func (s *Shell) Places() []Place {
	if !s.Admin {
		return nil
	}
	all := []Place{
		{Label: "Team members", URL: "/console/members"},
		{Label: "Pending invites", URL: "/console/invites"},
		{Label: "Join requests", URL: "/console/requests", Count: s.Requests},
		{Label: "Groups", URL: "/console/groups"},
		{Label: "Roles", URL: "/console/roles"},
		{Label: "Access review", URL: "/console/review"},
	}
	for i := range all {
		all[i].Here = all[i].Label == s.Here
	}
	return all
}
