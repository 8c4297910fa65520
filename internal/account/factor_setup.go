package account

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"rollcall/console"
	"rollcall/internal/passkey"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/totp"
)

// factors is what one's own pages and the sign-in share about second factors.
type factors struct {
	key      secret.Key
	passkeys *passkey.Service // nil: none on this site
	state    State
	product  string
	now      func() time.Time
}

// ceremonyLife is how long somebody may take to find their passkey.
const ceremonyLife = 10 * time.Minute

// setup begins to set up an authenticator app, or goes on with one that began: nothing is kept but in the form.
func (f factors) setup(m roster.MemberID, name, sealed string) (*console.AppSetup, error) {
	s := totp.New()
	if sealed != "" {
		var err error
		if s, err = f.unsealed(m, sealed); err != nil {
			return nil, err
		}
	} else {
		sealed = base64.RawURLEncoding.EncodeToString(s.Seal(f.key, m.String()))
	}
	out := &console.AppSetup{Secret: s.Text(), URI: s.URI(f.product, name), Sealed: sealed}
	var err error
	out.Size, out.QR, err = totp.QR(out.URI)
	return out, err
}

func (f factors) unsealed(m roster.MemberID, sealed string) (totp.Secret, error) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err == nil {
		return totp.Open(f.key, raw, m.String())
	}
	return totp.Secret{}, &roster.Error{Kind: roster.Invalid, Field: "code", Detail: "The page was changed on its way. Begin again."}
}

// confirm checks the first code of an app that is being set up.
func (f factors) confirm(m roster.MemberID, sealed, code string) (raw []byte, step int64, err error) {
	s, err := f.unsealed(m, sealed)
	if err != nil {
		return nil, 0, &roster.Error{Kind: roster.Invalid, Field: "code", Detail: "The page was changed on its way. Begin again.", Err: err}
	}
	step, ok := s.Check(code, f.now(), 0)
	if !ok {
		return nil, 0, &roster.Error{Kind: roster.Invalid, Field: "code", Detail: "This is not the code that the app shows now. Enter the next one; the clock of your phone must be right."}
	}
	return s.Seal(f.key, m.String()), step, nil
}

// checkCode looks at what somebody typed as a second factor: a code of their app, or a recovery code.
func (f factors) checkCode(m roster.MemberID, has roster.Factors, text string, p *roster.LocalProof) error {
	wrong := &roster.Error{Kind: roster.Invalid, Field: "code", Detail: "This code is not right, or was used before. Enter the next one that the app shows, or a recovery code."}
	if totp.LooksLikeRecovery(text) {
		hash := totp.RecoveryHash(text, m.String())
		p.Recovery, p.Second = &hash, true // whether it is one, its use tells
		return nil
	}
	if has.TOTP.ConfirmedAt.IsZero() {
		return wrong
	}
	s, err := totp.Open(f.key, has.TOTP.Sealed, m.String())
	if err != nil {
		return err
	}
	step, ok := s.Check(text, f.now(), has.TOTP.Step)
	if !ok {
		return wrong
	}
	p.TOTP, p.Second = step, true
	return nil
}

// begin keeps the challenge of a ceremony, which is answered once, and makes its form.
func (f factors) begin(r *http.Request, action string, s passkey.Started, err error) (*console.PasskeyForm, error) {
	if err != nil {
		return nil, err
	}
	var b [18]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	id := base64.RawURLEncoding.EncodeToString(b[:])
	if err := f.state.Put(r.Context(), challengeKey(id), s.Challenge, ceremonyLife); err != nil {
		return nil, err //nolint:wrapcheck // it says what it did
	}
	return &console.PasskeyForm{Action: action, Options: string(s.Options), ID: id}, nil
}

func challengeKey(id string) string { return "passkey\x00" + id }

// answered takes the challenge that a form answers.
func (f factors) answered(r *http.Request) (challenge, answer []byte, err error) {
	challenge, err = f.state.Take(r.Context(), challengeKey(r.PostForm.Get("challenge")))
	if errors.Is(err, roster.NotFound) {
		err = noPasskey()
	}
	return challenge, []byte(r.PostForm.Get("answer")), err
}

func noPasskey() error {
	return &roster.Error{Kind: roster.Invalid, Field: "passkey", Detail: "No passkey was shown, or it took too long. Try again, or choose another way."}
}

// user is a member with their passkeys.
func user(of roster.Membership, m roster.Member, name string, has roster.Factors) passkey.User {
	return passkey.User{Of: of, Name: string(m.Email), Display: name, Keys: has.Passkeys}
}
