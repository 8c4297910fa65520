// Package passkey makes and checks passkeys (WebAuthn level 3). A passkey belongs to a member; its user handle names tenant and
// member, so that one that is shown without a name before it finds both.
//
//	Register ─► options for the browser, a challenge for us ─► Registered ─► roster.Passkey
//	Ask, or AskAny ─► options, a challenge ─────────────────► Shown ─► who it is, and the passkey as it is now
package passkey

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Service makes and checks passkeys of one site.
type Service struct{ web *webauthn.WebAuthn }

// ErrNoName says that the site has no host name, without which browsers make no passkeys.
var ErrNoName = errors.New("passkeys need a host name, not an address")

// New makes the service of the site at a URL.
func New(publicURL, product string) (*Service, error) {
	u, err := url.Parse(publicURL)
	if err != nil {
		return nil, fmt.Errorf("read the public URL: %w", err)
	}
	if u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil {
		return nil, ErrNoName
	}
	w, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: product, RPOrigins: []string{u.Scheme + "://" + u.Host}})
	if err != nil {
		return nil, fmt.Errorf("set up passkeys: %w", err)
	}
	return &Service{w}, nil
}

// User is the member whose passkeys they are.
type User struct {
	Of            roster.Membership
	Name, Display string
	Keys          []roster.Passkey
}

// Started is a ceremony that began: JSON for the browser, and a challenge, to be kept until it is answered, once.
type Started struct{ Options, Challenge []byte }

// Shown is a passkey that somebody showed.
type Shown struct {
	Of  roster.Membership
	Key roster.Passkey // as it is now
	// Verified says that the authenticator made sure who holds it, by a PIN or a finger, so that it stands for two factors.
	Verified bool
}

// ErrRefused says that what a browser answered shows no passkey of the person.
var ErrRefused = errors.New("the passkey was not accepted")

type account struct {
	User
	credentials []webauthn.Credential
}

func (u User) account() (account, error) {
	a := account{User: u}
	for _, k := range u.Keys {
		var c webauthn.Credential
		if err := json.Unmarshal(k.Data, &c); err != nil {
			return a, fmt.Errorf("read a passkey: %w", err)
		}
		a.credentials = append(a.credentials, c)
	}
	return a, nil
}

// WebAuthnID implements webauthn.User.
func (a account) WebAuthnID() []byte { return handle(a.Of) }

// WebAuthnName implements webauthn.User.
func (a account) WebAuthnName() string { return a.Name }

// WebAuthnDisplayName implements webauthn.User.
func (a account) WebAuthnDisplayName() string { return a.Display }

// WebAuthnCredentials implements webauthn.User.
func (a account) WebAuthnCredentials() []webauthn.Credential { return a.credentials }

func handle(m roster.Membership) []byte { return append(m.Tenant.UUID[:], m.Member.UUID[:]...) }

// owner reads a user handle.
func owner(b []byte) (roster.Membership, bool) {
	var m roster.Membership
	if len(b) != len(m.Tenant.UUID)+len(m.Member.UUID) {
		return m, false
	}
	m.Tenant.UUID, m.Member.UUID = tenant.UUID(b[:16]), tenant.UUID(b[16:])
	return m, true
}

func started(options any, challenge *webauthn.SessionData, err error) (Started, error) {
	if err != nil {
		return Started{}, fmt.Errorf("begin with a passkey: %w", err)
	}
	o, err := json.Marshal(options)
	c, err2 := json.Marshal(challenge)
	return Started{o, c}, errors.Join(err, err2)
}

// Register begins to make a passkey, of an authenticator that has none of the member's yet.
func (s *Service) Register(u User) (Started, error) {
	a, err := u.account()
	if err != nil {
		return Started{}, err
	}
	options, challenge, err := s.web.BeginRegistration(a,
		webauthn.WithExclusions(webauthn.Credentials(a.credentials).CredentialDescriptors()),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred,
		}))
	if err != nil {
		return Started{}, fmt.Errorf("begin with a passkey: %w", err)
	}
	return started(options.Response, challenge, nil)
}

// Registered takes the browser's answer. ErrRefused for one that is not good.
func (s *Service) Registered(u User, challenge, answer []byte, label string) (roster.Passkey, error) {
	a, err := u.account()
	var session webauthn.SessionData
	if err == nil {
		err = json.Unmarshal(challenge, &session)
	}
	if err != nil {
		return roster.Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return roster.Passkey{}, errors.Join(ErrRefused, err)
	}
	c, err := s.web.CreateCredential(a, session, parsed)
	if err != nil {
		return roster.Passkey{}, errors.Join(ErrRefused, err)
	}
	data, err := json.Marshal(c)
	return roster.Passkey{ID: c.ID, Member: u.Of.Member, Data: data, Label: label}, err
}

// Ask begins to ask a member for one of their passkeys, as a second factor.
func (s *Service) Ask(u User) (Started, error) {
	a, err := u.account()
	if err != nil {
		return Started{}, err
	}
	options, challenge, err := s.web.BeginLogin(a, webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return Started{}, fmt.Errorf("begin with a passkey: %w", err)
	}
	return started(options.Response, challenge, nil)
}

// AskAny begins to ask anybody for any passkey, which must make sure who holds it.
func (s *Service) AskAny() (Started, error) {
	options, challenge, err := s.web.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Started{}, fmt.Errorf("begin with a passkey: %w", err)
	}
	return started(options.Response, challenge, nil)
}

// Shown takes the browser's answer. find finds the member whom the passkey names; its errors are returned as they are.
// ErrRefused for one that is not good, or whose counter tells of a copy.
func (s *Service) Shown(challenge, answer []byte, find func(roster.Membership) (User, error)) (Shown, error) {
	var session webauthn.SessionData
	if err := json.Unmarshal(challenge, &session); err != nil {
		return Shown{}, fmt.Errorf("read a challenge: %w", err)
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Shown{}, errors.Join(ErrRefused, err)
	}
	if len(session.UserID) > 0 && len(parsed.Response.UserHandle) == 0 { // an old authenticator that was asked by name
		parsed.Response.UserHandle = session.UserID
	}
	of, ok := owner(parsed.Response.UserHandle)
	if !ok {
		return Shown{}, ErrRefused
	}
	u, err := find(of)
	if err != nil {
		return Shown{}, err
	}
	u.Of = of
	a, err := u.account()
	if err != nil {
		return Shown{}, err
	}
	var c *webauthn.Credential
	if len(session.UserID) > 0 {
		c, err = s.web.ValidateLogin(a, session, parsed)
	} else {
		c, err = s.web.ValidateDiscoverableLogin(func(_, _ []byte) (webauthn.User, error) { return a, nil }, session, parsed)
	}
	if err != nil {
		return Shown{}, errors.Join(ErrRefused, err)
	}
	if c.Authenticator.CloneWarning {
		return Shown{}, errors.Join(ErrRefused, errors.New("the counter went back: there is a copy"))
	}
	return u.shown(c, parsed.Response.AuthenticatorData.Flags.HasUserVerified())
}

func (u User) shown(c *webauthn.Credential, verified bool) (Shown, error) {
	data, err := json.Marshal(c)
	for _, k := range u.Keys {
		if string(k.ID) == string(c.ID) {
			k.Data = data
			return Shown{Of: u.Of, Key: k, Verified: verified}, err
		}
	}
	return Shown{}, ErrRefused
}
