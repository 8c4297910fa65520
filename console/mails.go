package console

// Mails shows the mails of a demonstration, which leave nowhere.
type Mails struct{ List []MailShown }

// MailShown is one of them.
type MailShown struct {
	To, Subject, At string
	Text            string
	Links           []string
}

func (Mails) name() string  { return "mails" }
func (Mails) title() string { return "Mails of the demonstration" }
