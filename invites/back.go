package invites

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
)

// Failure is a sign-in at an identity provider that led to nothing.
type Failure struct {
	Return string // where it was to lead; only PathBack is ours
	Code   roster.Code
	// Refused says that the provider itself said no, rather than a rule of ours.
	Refused bool
	Asked   string // the address that the person was to sign in with
	Came    string // the one that the provider named; empty: none
}

// failure is what is kept of one until the browser is back.
type failure struct {
	Code roster.Code `json:"code"`
	Came string      `json:"came,omitempty"`
}

// failureLife is how long the browser has to come back.
const failureLife = 10 * time.Minute

// Failed says where a browser goes on whose sign-in began from an invite and failed, so that the page can say what that
// means for the invite: the provider does not know the person, or knows them as somebody else. Empty: what keeps them out
// has nothing to do with the invite. The error is of the State.
func (d *Door) Failed(ctx context.Context, f Failure) (string, error) {
	path, query, _ := strings.Cut(f.Return, "?")
	if path != PathBack {
		return "", nil
	}
	var keep failure
	asked, err := roster.ParseEmail(f.Asked)
	came, cerr := roster.ParseEmail(f.Came)
	switch {
	case f.Refused:
		keep.Code = roster.CodeUserNotProvisioned
	case err == nil && cerr == nil && asked != came:
		keep = failure{roster.CodeInviteMismatch, string(came)}
	default:
		return "", nil
	}
	value, err := json.Marshal(keep)
	if err != nil {
		return "", fmt.Errorf("keep why a sign-in failed: %w", err)
	}
	name := secret.NewToken(secret.Code).Reveal()
	if err := d.State.Put(ctx, name, value, failureLife); err != nil {
		return "", err //nolint:wrapcheck // it is for the pages as it is
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		q = url.Values{}
	}
	q.Set("why", name)
	return asking(PathBack, q), nil
}

// back is where a sign-in leads that began from an invite. When it went well it has accepted the invite, unless the
// person came as somebody else.
func (d *Door) back(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	h, err := d.held(w, r, "")
	if err != nil {
		return err
	}
	if name := q.Get("why"); name != "" {
		return d.failed(r.Context(), h, name)
	}
	l, err := d.Sessions.Resume(w, r)
	if errors.Is(err, roster.Unauthorized) {
		goTo(w, asking(PathAccept, url.Values{"return": {local(q.Get("return"))}}))
		return nil
	}
	if err != nil {
		return err
	}
	if l.Member.Email != h.Invite.Email && l.Member.ID != h.Invite.Member {
		return &stop{held: h, code: roster.CodeInviteMismatch, who: person(l.Member), signedIn: true}
	}
	d.keep(w, "")
	goTo(w, cmp.Or(local(q.Get("return")), pathHome))
	return nil
}

// failed shows why a sign-in led to nothing. Looked at a second time, the page is that of the invite.
func (d *Door) failed(ctx context.Context, h held, name string) error {
	value, err := d.State.Take(ctx, name)
	if errors.Is(err, roster.NotFound) {
		return &stop{held: h, code: cmp.Or(h.Code, roster.CodeUserNotProvisioned)}
	}
	if err != nil {
		return err //nolint:wrapcheck // it is for the pages as it is
	}
	var f failure
	if err := json.Unmarshal(value, &f); err != nil {
		return fmt.Errorf("read why a sign-in failed: %w", err)
	}
	return &stop{held: h, code: cmp.Or(h.Code, f.Code), who: f.Came}
}

// signOut ends the session of somebody whom the invite is not for, and shows the invite.
func (d *Door) signOut(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	if err := d.Sessions.SignOut(w, r); err != nil {
		return err //nolint:wrapcheck // it is for the pages as it is
	}
	if f.token != "" && len(f.token) <= maxToken {
		d.keep(w, f.token)
	}
	goTo(w, PathAccept)
	return nil
}
