package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"

	"rollcall/console"
	"rollcall/internal/mail"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
)

const (
	codeDigits = 8
	codeTries  = 5 // of one code
	codeLife   = 10 * time.Minute
	// unmailed stands for the hash of a code that was not mailed: it is no hash, and no code fits it.
	unmailed = "not mailed"
)

// code mails a code to an address, takes it, and lets a newcomer join by it.
func (d *Door) code(w http.ResponseWriter, r *http.Request) error {
	switch r.PostForm.Get("step") {
	case "check":
		return d.checkCode(w, r)
	case "join":
		return d.join(w, r)
	}
	return d.sendCode(w, r)
}

// sendCode answers the same, and in the same time, whether anybody has the address or not; a mail goes to who may use it.
func (d *Door) sendCode(w http.ResponseWriter, r *http.Request) error {
	if err := d.noMails(); err != nil {
		return err
	}
	typed, back := r.PostForm.Get("email"), local(r.PostForm.Get("return"))
	email, err := roster.ParseEmail(typed)
	if e, ok := errors.AsType[*roster.Error](err); ok {
		d.Pages.Show(w, http.StatusUnprocessableEntity, console.SignIn{Email: typed, Return: back, Problem: e.Detail})
		return nil
	}
	may, err := d.mayMail(r, email)
	switch {
	case err != nil:
		return err
	case may.wait > 0:
		return reason.TooMany(w, may.wait)
	}
	code := newCode()
	s := step{Email: email, Return: back, Left: codeTries, Until: d.Now().Add(codeLife), Code: d.codeHash(email, code)}
	if may.flooded {
		s.Code = []byte(unmailed) // else the tries of one address would have no bound
	}
	if err := d.keep(w, r, s); err != nil {
		return err
	}
	if !may.flooded {
		d.later(r, func(ctx context.Context) error { return d.mailCode(ctx, email, code) })
	}
	d.Pages.Show(w, http.StatusOK, console.EnterCode{Email: string(email), Minutes: int(codeLife / time.Minute)})
	return nil
}

// mailTime bounds how long it may take to write mails that nobody waits for.
const mailTime = 30 * time.Second

// later writes mails once the answer is given: whether there was one to write must not show in the answer's time.
func (d *Door) later(r *http.Request, f func(context.Context) error) {
	ctx, id := context.WithoutCancel(r.Context()), d.RequestID(r.Context())
	d.Later(func() {
		ctx, cancel := context.WithTimeout(ctx, mailTime)
		defer cancel()
		if err := f(ctx); err != nil {
			d.Log.ErrorContext(ctx, "a mail that somebody asked for was not written", "error", err, "request_id", id)
		}
	})
}

// ways says in which teams somebody who proves an address may go on: those whose member they are, and the one that they may
// join by the domain of it.
func (d *Door) ways(ctx context.Context, email roster.Email) (members []roster.Membership, join *roster.Membership, err error) {
	all, err := d.holders(ctx, email)
	if err != nil {
		return nil, nil, err
	}
	if members, err = d.open(ctx, all); err != nil {
		return nil, nil, err
	}
	id, err := d.joinable(ctx, email)
	there := func(m roster.Membership) bool { return m.Tenant == id }
	if err != nil || id.IsZero() || slices.ContainsFunc(all, there) {
		return members, nil, err
	}
	return members, &roster.Membership{Tenant: id}, nil
}

// mailCode mails a code, in the name of the first team that it leads to; to who has none it mails nothing.
func (d *Door) mailCode(ctx context.Context, email roster.Email, code string) error {
	members, join, err := d.ways(ctx, email)
	if err != nil {
		return err
	}
	if len(members) == 0 && join == nil {
		return nil
	}
	to := roster.Membership{}
	if join != nil {
		to = *join
	}
	if len(members) > 0 {
		to = members[0]
	}
	cfg, err := d.Roster.Store.Reader(to.Tenant).Config(ctx)
	if err != nil {
		return err
	}
	language := ""
	if !to.Member.IsZero() {
		if language, err = roster.Language(ctx, d.Roster.Store.Reader(to.Tenant), to.Member); err != nil {
			return err
		}
	}
	draft, err := d.Post.Draft(roster.MailSignInCode, email, language, mail.Code{Tenant: cfg.Tenant.Name, Code: code, Minutes: int(codeLife / time.Minute)})
	if err != nil {
		return err //nolint:wrapcheck // it says what to do
	}
	draft.Member = to.Member
	return d.Roster.SendMail(ctx, to.Tenant, draft)
}

// newCode makes a code of eight digits, each as likely as the others.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1e8))
	if err != nil {
		panic("account: " + err.Error()) // crypto/rand never fails since Go 1.24
	}
	return fmt.Sprintf("%0*d", codeDigits, n)
}

// codeHash ties a code to its address, with a key: eight digits are soon tried by who reads what is kept.
func (d *Door) codeHash(email roster.Email, code string) []byte {
	h := hmac.New(sha256.New, d.DeviceKey)
	h.Write([]byte("code\x00" + string(email) + "\x00" + code))
	return h.Sum(nil)
}

// checkCode takes a code that somebody typed.
func (d *Door) checkCode(w http.ResponseWriter, r *http.Request) error {
	s, err := d.take(w, r)
	if err != nil {
		return err
	}
	if len(s.Code) == 0 || s.Proven() {
		return over()
	}
	typed := strings.Join(strings.Fields(r.PostForm.Get("code")), "")
	if !hmac.Equal(s.Code, d.codeHash(s.Email, typed)) {
		if s.Left--; s.Left <= 0 {
			return &roster.Error{Kind: roster.Forbidden, Code: reason.CodeNoFlow, Detail: "The code was wrong five times."}
		}
		if err := d.keep(w, r, s); err != nil {
			return err
		}
		d.Pages.Show(w, http.StatusUnprocessableEntity, console.EnterCode{
			Email: string(s.Email), Minutes: int(codeLife / time.Minute), Problem: "This is not the code of the latest mail. Look again; it has eight digits.",
		})
		return nil
	}
	s.Code, s.Method, s.Until = nil, roster.MethodCode, d.Now().Add(stepLife)
	if s.Members, s.Join, err = d.ways(r.Context(), s.Email); err != nil {
		return err
	}
	if len(s.Members) == 0 && s.Join == nil {
		return d.nowhere(r.Context(), s.Email)
	}
	return d.proven(w, r, s)
}

// nowhere says to somebody who proved an address why it leads nowhere now.
func (d *Door) nowhere(ctx context.Context, email roster.Email) error {
	all, err := d.holders(ctx, email)
	if err != nil {
		return err
	}
	for _, m := range all {
		if _, err := d.Roster.MayUsePassword(ctx, m.Tenant, m.Member); err != nil {
			return d.toldBy(ctx, m.Tenant, err)
		}
	}
	return &roster.Error{Kind: roster.Refused, Code: roster.CodeUserNotProvisioned, Detail: "The address is proven, and is nobody's."}
}
