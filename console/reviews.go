package console

// ReviewRow is an access review in a list.
type ReviewRow struct {
	URL, Started, StartedAt, By string
	Finished, FinishedAt        string // empty: it is open
	Tally                       string
	Export                      string // the URL of the CSV file
}

// Reviews lists access reviews and begins one.
type Reviews struct {
	Shell
	Open          *ReviewRow
	Rows          []ReviewRow
	Every         []Choice // how often one begins by itself
	Done, Problem string
}

func (Reviews) name() string  { return "reviews" }
func (Reviews) title() string { return "Access review" }

// ReviewPerson is somebody in a review.
type ReviewPerson struct {
	ID, Label, Email, Role, Source string
	Active, ActiveAt               string // "never", or how long ago
	Managed                        string // the directory that manages the person; empty: none
	Decision                       string // in words; empty: none yet
	Kept                           bool
	By                             string // who decided, and when
	// Gone says that the person was removed by other ways.
	Gone bool
	// Fixed says that the decision can't be changed any more.
	Fixed bool
}

// ReviewPage is one review with its people.
type ReviewPage struct {
	Shell
	Row               ReviewRow
	Total, Done, Left int
	Open              bool
	Tabs              []Tab
	People            []ReviewPerson
	Search, Show      string
	Next, First       string
	Said, Problem     string
}

func (ReviewPage) name() string { return "review" }

func (r ReviewPage) title() string { return "Access review of " + r.Row.StartedAt }
