package roster

import "context"

// ContactReader reads how members are reached.
type ContactReader interface {
	// Contact is what was noted of a member; of whom nothing was, the zero Contact with the id.
	Contact(ctx context.Context, id MemberID) (Contact, error)
	// Contacts is Contact for several at once: those of whom something was noted, by id.
	Contacts(ctx context.Context, ids []MemberID) ([]Contact, error)
	// Consents is the history of a member's word on text messages, the latest first, at most limit.
	Consents(ctx context.Context, id MemberID, limit int) ([]Consent, error)
}

// ContactTx writes how members are reached.
type ContactTx interface {
	// PutContact creates a contact of version 1, or replaces one of the version before. Stale when the stored
	// version is another.
	PutContact(ctx context.Context, c Contact) error
	// AppendConsent adds to the history, which is never changed.
	AppendConsent(ctx context.Context, c Consent) error
}
