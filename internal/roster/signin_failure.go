package roster

import (
	"context"
	"strings"

	"rollcall/internal/tenant"
)

// SignInFailure is why somebody who came back from an identity provider was not let in, though a
// sign-in was under way.
type SignInFailure struct {
	Connection tenant.ConnectionID
	Code       Code
	Check      string // that failed; empty where a rule refused
	// Facts are what was seen beside what was expected: no names, no addresses, no secrets.
	Facts     []SignInFact
	Test      bool // it was a test sign-in
	RequestID string
}

// SignInFact is one thing that was seen.
type SignInFact struct {
	Name string `json:"name"`
	Seen string `json:"seen,omitempty"`
	Want string `json:"want,omitempty"`
}

const (
	maxSignInFacts = 20
	maxSignInText  = 300 // bytes of one fact
)

// NoteSignInFailure writes the event by which a tenant's admins find out why a sign-in failed. It is for sign-ins that
// had begun here: what anybody may post leaves no trace but in the log.
func (r *Roster) NoteSignInFailure(ctx context.Context, id tenant.ID, f SignInFailure) error {
	d := details{Code: f.Code, Connection: f.Connection.String(), Check: f.Check}
	if f.Test {
		d.Kind = "test"
	}
	for _, x := range f.Facts[:min(len(f.Facts), maxSignInFacts)] {
		d.Facts = append(d.Facts, SignInFact{clippedFact(x.Name), clippedFact(x.Seen), clippedFact(x.Want)})
	}
	e := Event{Kind: SignInRefused, Actor: Actor{Source: SourceSignIn, ID: f.Connection.String()}, RequestID: f.RequestID, Data: d.json()}
	return r.Store.Update(ctx, id, func(tx Tx) error { return tx.AppendEvent(ctx, e) })
}

func clippedFact(s string) string {
	if len(s) <= maxSignInText {
		return s
	}
	return strings.ToValidUTF8(s[:maxSignInText], "") + "…"
}
