package roster

import (
	"context"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// APITokenID identifies a token of a tenant's admin for the JSON API; it prints as apt_….
type APITokenID struct{ tenant.UUID }

// NewAPITokenID makes an id that sorts by the given time.
func NewAPITokenID(now time.Time) APITokenID { return APITokenID{tenant.NewUUID(now)} }

// ParseAPITokenID reads apt_… or a UUID.
func ParseAPITokenID(s string) (APITokenID, error) {
	u, err := tenant.Parse("apt", s)
	return APITokenID{u}, err
}

// String returns the prefixed form.
func (id APITokenID) String() string { return tenant.Format("apt", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id APITokenID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *APITokenID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseAPITokenID(string(b))
	return err
}

// APIToken is a token by which programs speak for an admin of a tenant. It ends for good when the person is that no
// more, whatever they become again.
type APIToken struct {
	ID        APITokenID
	Member    MemberID // whose word it is
	Label     string
	Scopes    []string
	Hash      [32]byte
	Hint      string // the last four characters
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // to the minute; zero: never
	EndedAt   time.Time // zero: nobody ended it
	EndReason EndReason
}

// EndDemoted is the reason of tokens whose person is no admin any more, or has no access.
const EndDemoted EndReason = "not_an_admin"

// LiveAPIToken is a token that is good now, and whose it is.
type LiveAPIToken struct {
	Tenant tenant.Tenant
	Token  APIToken
	Member Member
}

// Live says whether the token opens anything at a time: it has not ended, and its person is an admin with access to an
// active tenant.
func (l LiveAPIToken) Live(now time.Time) bool {
	return l.Token.EndedAt.IsZero() && now.Before(l.Token.ExpiresAt) && IsAdmin(l.Tenant, l.Member)
}

// The bounds of tokens.
const (
	DefaultAPITokenLife = 90 * 24 * time.Hour
	MaxAPITokenLife     = 366 * 24 * time.Hour
	maxAPITokens        = 50 // of a tenant, that are not ended
)

// CreateAPIToken gives an admin of the tenant a token, of which only the hash is known here. until zero is
// DefaultAPITokenLife from now. Forbidden for a member who is no active admin, and for a token that an admin wants in
// another's name; Invalid for a label, scopes or a time that a token can't have; TooMany; NotFound.
func (r *Roster) CreateAPIToken(ctx context.Context, s Staff, t APIToken) (APIToken, error) {
	if err := tenant.CheckAPICredential(t.Label, t.Scopes); err != nil {
		return t, &Error{Kind: Invalid, Field: "token", Detail: "The token can't be made so: " + err.Error() + "."}
	}
	if s.Actor.Source != SourceOperator && s.Actor.ID != t.Member.String() {
		return t, &Error{Kind: Forbidden, Field: "member", Detail: "An admin makes tokens in their own name only."}
	}
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		m, cfg, err := lockLive(ctx, tx, s, t.Member)
		if err != nil {
			return err
		}
		if !IsAdmin(cfg.Tenant, m) {
			return &Error{Kind: Forbidden, Field: "member", Detail: "Only an active admin of an active tenant can have a token."}
		}
		all, err := tx.APITokens(ctx, MemberID{}, 0)
		if err != nil {
			return err
		}
		now := tx.Now()
		if n := len(slices.DeleteFunc(all, func(o APIToken) bool { return !o.EndedAt.IsZero() || !now.Before(o.ExpiresAt) })); n >= maxAPITokens {
			return &Error{Kind: TooMany, Detail: "The tenant has 50 tokens already. Revoke one that is not used."}
		}
		t.ID, t.CreatedAt, t.UsedAt, t.EndedAt, t.EndReason = NewAPITokenID(now), now, time.Time{}, time.Time{}, ""
		if t.ExpiresAt.IsZero() {
			t.ExpiresAt = now.Add(DefaultAPITokenLife)
		}
		t.ExpiresAt = t.ExpiresAt.UTC().Truncate(time.Millisecond)
		if !t.ExpiresAt.After(now) || t.ExpiresAt.After(now.Add(MaxAPITokenLife)) {
			return &Error{Kind: Invalid, Field: "expires_at", Detail: "A token ends within a year, and not before it begins."}
		}
		if err := tx.InsertAPIToken(ctx, t); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, apiTokenEvent(s.source(), CredentialAdded, t))
	})
	return t, err
}

func apiTokenEvent(from origin, kind EventKind, t APIToken) Event {
	return Event{
		Kind: kind, Member: t.Member, Actor: from.actor, RequestID: from.requestID,
		Data: details{Credential: t.ID.String(), Kind: "api_token", Name: t.Label, Reason: t.EndReason}.json(),
	}
}

// APITokens lists a tenant's tokens, newest first, ended ones too; at most 1,000.
func (r *Roster) APITokens(ctx context.Context, id tenant.ID) ([]APIToken, error) {
	return r.Store.Reader(id).APITokens(ctx, MemberID{}, 1000)
}

// RevokeAPIToken ends a token at once. One that has ended stays as it is; NotFound.
func (r *Roster) RevokeAPIToken(ctx context.Context, s Staff, id APITokenID) (APIToken, error) {
	var out APIToken
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		all, err := tx.APITokens(ctx, MemberID{}, 0)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(t APIToken) bool { return t.ID == id })
		if i < 0 {
			return &Error{Kind: NotFound, Field: "token", Detail: "There is no such token."}
		}
		if out = all[i]; !out.EndedAt.IsZero() {
			return nil
		}
		out.EndedAt, out.EndReason = tx.Now(), EndRevoked
		if err := tx.EndAPITokens(ctx, APITokenFilter{Token: id}, EndRevoked); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, apiTokenEvent(s.source(), CredentialRevoked, out))
	})
	return out, err
}

// endAPITokens ends the tokens of a member whom a change makes no admin any more, for good: who is one again later makes
// new ones.
func endAPITokens(ctx context.Context, tx Tx, before, after Member) error {
	if before.Standing.State != StateActive || after.Standing.State == StateActive && after.Standing.Role == before.Standing.Role {
		return nil
	}
	cfg, err := tx.Config(ctx)
	if err != nil || before.Standing.Role != cfg.Tenant.Roles.Admin() {
		return err
	}
	return tx.EndAPITokens(ctx, APITokenFilter{Member: after.ID}, EndDemoted)
}
