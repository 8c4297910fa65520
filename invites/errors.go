package invites

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"rollcall/console"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/web"
)

func (d *Door) foreign(w http.ResponseWriter, r *http.Request) {
	d.refuse(w, r, &roster.Error{Kind: roster.Forbidden, Code: reason.CodeForeignPage, Detail: "Another site's page sent this request."})
}

// refuse shows an error as a page. What is unknown stays inside.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, err error) {
	web.From(r.Context()).Fail(err)
	if s, ok := errors.AsType[*stop](err); ok {
		p := s.page(d.Billing)
		if s.code == roster.CodeUserNotProvisioned || s.code == roster.CodeConnectionDisabled {
			p.Copy = d.forIT(r, p)
		}
		d.Pages.Show(w, s.status(), p)
		return
	}
	status := web.Status(err)
	var code roster.Code
	if e, ok := errors.AsType[*roster.Error](err); ok {
		code = e.Code
	}
	switch {
	case errors.Is(err, roster.Unavailable), errors.Is(err, context.DeadlineExceeded):
		code, status = "unavailable", http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "5")
	case status == http.StatusNotFound:
		d.keep(w, "")
		d.Pages.Show(w, status, console.InviteUnknown{})
		return
	case code != "":
	case status < http.StatusInternalServerError:
		code, status = "bad_request", http.StatusBadRequest
	default:
		code = "internal"
	}
	d.Pages.Show(w, status, words(code))
}

// words are those for what has nothing to do with one invite.
func words(code roster.Code) console.InviteState {
	again := []console.Step{{Label: "Back to the invite", URL: PathAccept}}
	p := console.InviteState{Heading: "Something went wrong here", Sentence: "It is not your fault, and it has been written down. Your invite is not used up.", Do: "Open the link in your mail again. If it goes on, tell the operator the code below."}
	switch code {
	case reason.CodeForeignPage:
		p = console.InviteState{Heading: "That did not come from here", Sentence: "Another site's page sent this, so nothing was done.", Do: "Open the link in your mail.", Steps: again}
	case reason.CodeTooMany:
		p = console.InviteState{Heading: "One moment", Sentence: "There were too many tries from your network.", Do: "Wait a minute and try again.", Steps: again}
	case "unavailable":
		p = console.InviteState{Heading: "Nobody can join at the moment", Sentence: "Something that is needed for it is out of reach. Your invite is not used up.", Do: "Try again in a few seconds.", Steps: again}
	case "bad_request":
		p = console.InviteState{Heading: "That can't be read", Sentence: "The request is not one that can be answered.", Do: "Open the link in your mail again."}
	}
	p.Code = string(code)
	return p
}

// forIT is what somebody gives to those who can help: no name and nothing secret.
func (d *Door) forIT(r *http.Request, p console.InviteState) string {
	var b strings.Builder
	for _, line := range [][2]string{
		{"What", p.Heading},
		{"Code", p.Code},
		{"What to do", "create the person at the identity provider, or assign the application to them, before they accept the invite"},
		{"Where", d.Public},
		{"When", d.Now().UTC().Format(time.RFC3339)},
		{"Request", d.RequestID(r.Context())},
	} {
		if line[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", line[0], line[1])
		}
	}
	return b.String()
}
