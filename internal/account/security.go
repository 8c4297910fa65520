package account

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"rollcall/console"
	"rollcall/internal/mail"
	"rollcall/internal/passkey"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/totp"
)

// freshFor is how long ago somebody may have signed in who changes how they sign in: whoever finds an open browser can't.
const freshFor = time.Hour

var securitySaved = map[string]string{
	"passkey-remove": "The passkey is removed.", "app-remove": "The authenticator app is removed.",
	"passkey-add": "The passkey is added.", "app-add": "The authenticator app is set up.",
}

// security shows how the person signs in to the gateway itself.
func (o *Own) security(w http.ResponseWriter, r *http.Request, p person) error {
	page, err := o.securityPage(r, p)
	if err != nil {
		return err
	}
	page.Saved = securitySaved[r.Form.Get("saved")]
	if r.Form.Get("setup") == "app" && page.App == "" && !page.SSO {
		if page.Setup, err = o.factors().setup(p.Member.ID, string(p.Member.Email), ""); err != nil {
			return err
		}
	}
	o.Pages.Show(w, http.StatusOK, page)
	return nil
}

func (o *Own) factors() factors {
	return factors{key: o.Key, passkeys: o.Passkeys, state: o.State, product: o.Pages.Product(), now: o.Now}
}

func (o *Own) securityPage(r *http.Request, p person) (console.Security, error) {
	ctx, rd := r.Context(), o.Roster.Store.Reader(p.Tenant.ID)
	page := console.Security{Own: p.own(pathSecurity), Email: string(p.Member.Email)}
	cfg, err := rd.Config(ctx)
	if err != nil {
		return page, err
	}
	sso := cfg.Tenant.Policy.SSO
	page.SSO = sso.Enforced && !sso.Excepts(p.Member.ID.UUID, o.Now())
	page.Required = cfg.Tenant.Policy.SecondFactor == tenant.SecondFactorRequired
	has, err := rd.Factors(ctx, p.Member.ID)
	if err != nil || page.SSO {
		return page, err
	}
	page.Password, page.Recovery = has.Password, has.RecoveryCodes
	if !has.TOTP.ConfirmedAt.IsZero() {
		page.App = moment(has.TOTP.ConfirmedAt)
	}
	for _, k := range has.Passkeys {
		v := console.SecurityKey{ID: base64.RawURLEncoding.EncodeToString(k.ID), Label: k.Label, Since: moment(k.CreatedAt)}
		if !k.UsedAt.IsZero() {
			v.Used = moment(k.UsedAt)
		}
		page.Passkeys = append(page.Passkeys, v)
	}
	if o.Passkeys != nil {
		s, err := o.Passkeys.Register(user(p.membership(), p.Member, p.shown(), has))
		if page.Passkey, err = o.factors().begin(r, pathSecurity, s, err); err != nil {
			return page, err
		}
	}
	return page, nil
}

func (p person) membership() roster.Membership {
	return roster.Membership{Tenant: p.Tenant.ID, Member: p.Member.ID}
}

// changeSecurity does what one form of the page asks for.
func (o *Own) changeSecurity(w http.ResponseWriter, r *http.Request, p person) error {
	action := r.PostForm.Get("action")
	codes, err := o.doSecurity(r, p, action)
	if err == nil && codes == nil {
		seeOther(w, pathSecurity+"?saved="+action)
		return nil
	}
	detail, _, ok := wrong(err)
	if err != nil && !ok {
		return err
	}
	page, perr := o.securityPage(r, p)
	if perr != nil {
		return perr
	}
	page.Codes, page.Problem = codes, detail
	status := http.StatusOK
	if err != nil {
		status = http.StatusUnprocessableEntity
		if action == "app-add" {
			page.Setup, _ = o.factors().setup(p.Member.ID, string(p.Member.Email), r.PostForm.Get("sealed"))
		}
	} else {
		page.Saved = securitySaved[action]
	}
	o.Pages.Show(w, status, page)
	return nil
}

// doSecurity returns recovery codes where the person got some.
func (o *Own) doSecurity(r *http.Request, p person, action string) ([]string, error) {
	if o.Now().Sub(p.Session.AuthTime) > freshFor {
		return nil, &roster.Error{Kind: roster.Refused, Detail: "You signed in a while ago. Sign out and in again before you change how you sign in."}
	}
	ctx, s, id := r.Context(), p.staff(), p.Member.ID
	switch action {
	case "app-add":
		sealed, step, err := o.factors().confirm(id, r.PostForm.Get("sealed"), r.PostForm.Get("code"))
		if err != nil {
			return nil, err
		}
		return o.firstCodes(r, p, func(hashes [][32]byte) error {
			return o.Roster.AddTOTP(ctx, s, id, roster.NewApp{Sealed: sealed, Step: step, Recovery: hashes, Notice: o.notice(mail.AppAdded, "")})
		})
	case "app-remove":
		return nil, o.Roster.RemoveTOTP(ctx, s, id, o.notice(mail.AppRemoved, ""))
	case "passkey-add":
		k, err := o.newPasskey(r, p)
		if err != nil {
			return nil, err
		}
		return o.firstCodes(r, p, func(hashes [][32]byte) error {
			return o.Roster.AddPasskey(ctx, s, k, hashes, o.notice(mail.PasskeyAdded, k.Label))
		})
	case "passkey-remove":
		key, err := base64.RawURLEncoding.DecodeString(r.PostForm.Get("key"))
		if err != nil {
			return nil, noPasskey()
		}
		return nil, o.Roster.RemovePasskey(ctx, s, id, key, o.notice(mail.PasskeyRemoved, ""))
	case "recovery":
		codes, hashes := totp.NewRecoveryCodes(id.String())
		return codes, o.Roster.RenewRecoveryCodes(ctx, s, id, hashes, o.notice(mail.CodesRenewed, ""))
	}
	return nil, &roster.Error{Kind: roster.NotFound, Detail: "There is no such part of the page."}
}

// firstCodes gives recovery codes to who gets their first second factor.
func (o *Own) firstCodes(r *http.Request, p person, add func([][32]byte) error) ([]string, error) {
	has, err := o.Roster.Store.Reader(p.Tenant.ID).Factors(r.Context(), p.Member.ID)
	if err != nil || has.RecoveryCodes > 0 {
		return nil, errors.Join(err, add(nil))
	}
	codes, hashes := totp.NewRecoveryCodes(p.Member.ID.String())
	if err := add(hashes); err != nil {
		return nil, err
	}
	return codes, nil
}

func (o *Own) newPasskey(r *http.Request, p person) (roster.Passkey, error) {
	if o.Passkeys == nil {
		return roster.Passkey{}, noPasskey()
	}
	challenge, answer, err := o.factors().answered(r)
	if err != nil {
		return roster.Passkey{}, err
	}
	has, err := o.Roster.Store.Reader(p.Tenant.ID).Factors(r.Context(), p.Member.ID)
	if err != nil {
		return roster.Passkey{}, err
	}
	label := strings.TrimSpace(r.PostForm.Get("label"))
	if label == "" {
		label = browserName(p.client.UserAgent)
	}
	if len(label) > maxLabel || strings.ContainsFunc(label, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return roster.Passkey{}, &roster.Error{Kind: roster.Invalid, Field: "label", Detail: "A name has up to 100 characters, on one line."}
	}
	k, err := o.Passkeys.Registered(user(p.membership(), p.Member, p.shown(), has), challenge, answer, label)
	if errors.Is(err, passkey.ErrRefused) {
		return k, &roster.Error{Kind: roster.Invalid, Field: "passkey", Detail: "No passkey was made. Try again, or use another device.", Err: err}
	}
	return k, err
}

// maxLabel bounds the name of a passkey, in bytes.
const maxLabel = 100

// notice writes the mail about a change of how the person signs in; nil where no mails are sent.
func (o *Own) notice(what mail.Happening, name string) roster.NoticeFunc {
	return o.Post.Notice(what, name, o.Now())
}
