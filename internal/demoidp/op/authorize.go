package op

import (
	"crypto/rand"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// codeLife is how long a code is good for.
const codeLife = time.Minute

// authorize shows the sign-in form, takes it, and sends the browser back with a code (OpenID Connect Core §3.1.2).
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil {
		http.Error(w, "the request can't be read", http.StatusBadRequest)
		return
	}
	c, knobs := p.state()
	q := r.Form
	redirect := q.Get("redirect_uri")
	known := slices.ContainsFunc(c.Clients, func(one Client) bool {
		return one.ID == q.Get("client_id") && slices.Contains(one.RedirectURIs, redirect)
	})
	if !known {
		http.Error(w, "unknown client_id, or a redirect_uri that is not registered for it", http.StatusBadRequest)
		return
	}
	answer := url.Values{"state": {q.Get("state")}, "iss": {c.Issuer}}
	account, found := p.account(c, r)
	switch {
	case q.Get("response_type") != "code" || !slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		answer.Set("error", "invalid_request")
	case q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "":
		answer.Set("error", "invalid_request")
		answer.Set("error_description", "PKCE with S256 is required")
	case q.Get("cancel") != "":
		answer.Set("error", "access_denied")
	case !found:
		p.form(w, c, q)
		return
	default:
		answer.Set("code", p.grant(c, account, q))
	}
	if knobs.Callback != nil {
		knobs.Callback(answer)
	}
	sendBack(w, r, redirect, q.Get("response_mode"), answer)
}

// account finds who signs in: whom the form says, or whom the hint says where nobody is asked.
func (p *Provider) account(c Config, r *http.Request) (Account, bool) {
	wanted := r.PostForm.Get("account")
	if wanted == "" && c.AutoLogin {
		if wanted = r.Form.Get("login_hint"); wanted == "" && len(c.Accounts) > 0 {
			wanted = c.Accounts[0].Email
		}
	}
	for _, a := range c.Accounts {
		if wanted != "" && strings.EqualFold(a.Email, wanted) {
			return a, true
		}
	}
	return Account{}, false
}

func (p *Provider) grant(c Config, a Account, q url.Values) string {
	code := rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.codes[code] = grant{
		account: a, client: q.Get("client_id"), redirect: q.Get("redirect_uri"), nonce: q.Get("nonce"), challenge: q.Get("code_challenge"),
		scope: q.Get("scope"), expires: c.Now().Add(codeLife), session: rand.Text(), authTime: c.Now(),
	}
	return code
}

// formPage asks who signs in. It carries the request on as it came.
var formPage = template.Must(template.New("form").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sign in</title>
<meta name="viewport" content="width=device-width">
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}input,button{font:inherit;padding:.4rem .7rem}</style>
<h1>Demonstration identity provider</h1>
{{with .Unknown}}<p>There is no account {{.}} here. These are all: {{range $i, $a := $.Accounts}}{{if $i}}, {{end}}{{$a.Email}}{{end}}.</p>
{{end}}<p>Who are you? No password is asked.</p>
<form method="post" action="authorize">
{{range $name, $values := .Request}}{{range $values}}<input type="hidden" name="{{$name}}" value="{{.}}">
{{end}}{{end}}<p><label>E-mail address <input name="account" type="email" value="{{.Hint}}" list="accounts" required></label>
<datalist id="accounts">{{range .Accounts}}<option value="{{.Email}}">{{end}}</datalist>
<button>Sign in</button></p>
</form>
</html>
`))

func (p *Provider) form(w http.ResponseWriter, c Config, q url.Values) {
	request := url.Values{}
	for name, values := range q {
		if name != "account" {
			request[name] = values
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = formPage.Execute(w, map[string]any{"Request": request, "Hint": q.Get("login_hint"), "Accounts": c.Accounts, "Unknown": q.Get("account")})
}

// postPage sends the browser back by a form (OAuth 2.0 Form Post Response Mode), with a button for those without
// JavaScript.
var postPage = template.Must(template.New("post").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Continue</title>
<body onload="document.forms[0].submit()">
<form method="post" action="{{.To}}">
{{range $name, $values := .Answer}}{{range $values}}<input type="hidden" name="{{$name}}" value="{{.}}">
{{end}}{{end}}<button>Continue</button>
</form>
</body></html>
`))

func sendBack(w http.ResponseWriter, r *http.Request, to, mode string, answer url.Values) {
	if mode == "form_post" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_ = postPage.Execute(w, map[string]any{"To": to, "Answer": answer})
		return
	}
	separator := "?"
	if strings.Contains(to, "?") {
		separator = "&"
	}
	http.Redirect(w, r, to+separator+answer.Encode(), http.StatusSeeOther) //nolint:gosec // it is a redirect_uri that was registered
}
