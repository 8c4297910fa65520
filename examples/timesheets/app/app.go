// Package app is Timesheets, an application that signs its people in with Rollcall. It shows who is signed in, gives
// approval to editors only, and signs out.
package app

import (
	"html/template"
	"net/http"

	"rollcall/middleware"
)

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Timesheets</title>
<meta name="viewport" content="width=device-width">
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem}button{font:inherit}</style>
<h1>Timesheets of {{.TenantSlug}}</h1>
<p>Signed in as <b id="name">{{.Name}}</b> ({{.Email}}), <b id="role">{{.Role}}</b>.</p>
{{with .Groups}}<ul>{{range .}}<li>{{.}}</li>{{end}}</ul>{{end}}
<p><a href="/approve">Approve the week</a></p>
<form method="post" action="/logout"><button>Sign out</button></form>
</html>
`))

// New makes the application's handler behind a gate. Run the gate beside it.
func New(gate *middleware.Gate) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", gate.Login)
	mux.HandleFunc("GET /callback", gate.Callback)
	mux.HandleFunc("POST /logout", gate.Logout)
	mux.HandleFunc("POST /backchannel", gate.BackChannel)
	mux.Handle("GET /{$}", gate.Browser(home(gate.Issuer)))
	mux.Handle("GET /approve", gate.Browser(middleware.Role(http.HandlerFunc(approve), "editor", "admin")))
	mux.Handle("GET /api/week", gate.Bearer(http.HandlerFunc(week)))
	return mux
}

// home shows who is signed in. Signing out leads on to the issuer, and browsers hold that against form-action.
func home(issuer string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		person, _ := middleware.From(r.Context())
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' "+issuer+"; frame-ancestors 'none'")
		_ = page.Execute(w, person)
	}
}

func approve(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte("The week is approved.\n"))
}

// week is for programs that come with an access token. Whose data they see is decided by the tenant in it.
func week(w http.ResponseWriter, r *http.Request) {
	person, _ := middleware.From(r.Context())
	_, _ = w.Write([]byte("40 hours in " + person.TenantSlug + "\n"))
}
