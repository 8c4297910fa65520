package console

// TestResult shows an admin what a test sign-in brought.
type TestResult struct {
	Connection string
	Passed     bool
	Sentence   string // what would have happened
	Code       string
	Rules      []string
	Notes      []string
	Facts      []Fact // what was compared
	Came       []Came
	Used       []Used
	Ignored    []string
	Missing    []string
	Again      string
}

func (TestResult) name() string { return "testresult" }

func (t TestResult) title() string {
	if t.Passed {
		return "The test sign-in passed"
	}
	return "The test sign-in failed"
}

// Fact is what was seen, beside what was expected.
type Fact struct{ Name, Seen, Want string }

// Came is an attribute or claim with its values.
type Came struct {
	Name   string
	Values []string
}

// Used is a value that was read.
type Used struct{ As, From, Value string }
