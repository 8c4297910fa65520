package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// Kind is what sort of credential somebody has.
type Kind string

// The kinds of credentials.
const (
	OperatorKind Kind = "operator"
	TokenKind    Kind = "token"       // of a tenant's admin
	AppKind      Kind = "application" // of an application
	SessionKind  Kind = "session"     // of a browser
)

// Principal is who speaks: the operator, a tenant's admin, an application, or anybody who is signed in.
type Principal struct {
	Kind Kind
	// ID names the principal in the events it causes; the same for each of its requests.
	ID string
	// Key names its credential, for idempotency: what was answered to one is not another's to see. Empty: ID does.
	Key string
	// Source is whose authority it speaks with (R3).
	Source roster.Source
	// Tenant is the only one that it sees; zero: all, or with Some those of Tenants.
	Tenant  tenant.ID
	Tenants []tenant.ID
	Some    bool
	// Member is whose word it is, and Session and Live the browser's; zero: nobody's in particular.
	Member  roster.MemberID
	Session roster.SessionID
	Live    roster.LiveSession
	// Scopes are what it may do; nil: all, which is the operator's.
	Scopes []Scope
}

// may says whether the principal has a scope.
func (p Principal) may(s Scope) bool {
	write, reading := strings.CutSuffix(string(s), ":read")
	return p.Scopes == nil || s == ReadSelf || slices.Contains(p.Scopes, s) || reading && slices.Contains(p.Scopes, Scope(write+":write"))
}

// all says whether the principal sees every tenant.
func (p Principal) all() bool { return p.Tenant.IsZero() && !p.Some }

// sees says whether a tenant is the principal's.
func (p Principal) sees(id tenant.ID) bool {
	return p.all() || !p.Tenant.IsZero() && p.Tenant == id || p.Some && slices.Contains(p.Tenants, id)
}

// key names the credential.
func (p Principal) key() string { return cmp.Or(p.Key, p.ID) }

// actor is who the events name.
func (p Principal) actor() roster.Actor {
	a := roster.Actor{Source: p.Source}
	if p.Source != roster.SourceOperator {
		a.ID = p.ID
	}
	return a
}

// Authenticator tells whose a bearer token is. Its error is Unauthorized for a token that is nobody's;
// the Detail may say how to get one.
type Authenticator interface {
	Authenticate(ctx context.Context, token string) (Principal, error)
}

// OperatorKey authenticates the operator by one key. The zero OperatorKey lets nobody in and says why.
type OperatorKey struct {
	hash [32]byte
	set  bool
}

// NewOperatorKey makes the authenticator; an empty key is none.
func NewOperatorKey(key string) OperatorKey {
	return OperatorKey{hash: secret.Hash(key), set: key != ""}
}

// Authenticate implements Authenticator. Hashes are compared, in constant time, so that neither the
// length nor the first letters of the key show.
func (k OperatorKey) Authenticate(_ context.Context, token string) (Principal, error) {
	if !k.set {
		return Principal{}, unauthorized("This gateway has no operator key, and this is no token of an admin or an application. " +
			"Set ROLLCALL_OPERATOR_KEY to what `openssl rand -base64 32` prints, the same on every replica, start it again, and send the key as `Authorization: Bearer KEY`.")
	}
	if !secret.Equal(secret.Hash(token), k.hash) {
		return Principal{}, unauthorized("The key is not the operator's. Send the gateway's ROLLCALL_OPERATOR_KEY as `Authorization: Bearer KEY`; a directory's SCIM token opens nothing here. Tokens of admins (rct_) and applications (rcp_) are sent whole, with what stands before the dot.")
	}
	return Principal{Kind: OperatorKind, ID: "operator", Source: roster.SourceOperator}, nil
}

// Guesses bounds guesses at keys, by who guesses. Only failures count, so that nobody is held up by
// their own success. While somebody waits no key is looked at, the right one neither: else the wait
// would not hinder who guesses.
type Guesses interface {
	// Wait says how long the sender of a request must wait before it may try again; 0: it need not.
	Wait(r *http.Request) time.Duration
	// Failed counts a request without a credential, or with one that is nobody's.
	Failed(r *http.Request)
}

// unbounded is no bound at all.
type unbounded struct{}

func (unbounded) Wait(*http.Request) time.Duration { return 0 }
func (unbounded) Failed(*http.Request)             {}

func unauthorized(detail string) error {
	return &roster.Error{Kind: roster.Unauthorized, Detail: detail}
}

// authenticate finds out who sent a request. A request without a credential is asked for one by the
// same words as a bad one, so that they tell whether one can be had at all.
func (d *Door) authenticate(r *http.Request) (Principal, error) {
	token := ""
	values := r.Header.Values("Authorization")
	if len(values) == 0 && d.Browsers != nil && len(r.Header.Values("Cookie")) > 0 {
		return d.browser(r)
	}
	if len(values) == 1 {
		scheme, rest, _ := strings.Cut(values[0], " ")
		if strings.EqualFold(scheme, "Bearer") { // RFC 6750 §2.1
			token = strings.TrimSpace(rest)
		}
	}
	return d.Who.Authenticate(r.Context(), token)
}

type principalKey struct{}

// principal is who sent the request that ctx belongs to.
func principal(ctx context.Context) Principal {
	p, _ := ctx.Value(principalKey{}).(Principal)
	return p
}
