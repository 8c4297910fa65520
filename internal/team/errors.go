package team

import (
	"cmp"
	"errors"
	"net/http"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/web"
)

// CodeForeignPage is the code for a request that another site's page sent.
const CodeForeignPage roster.Code = "foreign_page"

func (d *Door) foreign(w http.ResponseWriter, r *http.Request) {
	d.refuse(w, r, &roster.Error{Kind: roster.Forbidden, Code: CodeForeignPage, Detail: "Another site's page sent this request."})
}

// sentence is what a page says of an error beside its own detail.
type sentence struct{ heading, do string }

// sentences is the one table from kinds to what people read. A kind that is not there is our mistake.
func sentences() map[roster.Kind]sentence {
	repeat := "Go back, look at it again, and repeat what you wanted."
	return map[roster.Kind]sentence{
		roster.NotFound:     {"There is no such page", "It may have been removed. Go to the list of the team and look there."},
		roster.Conflict:     {"That can't be done now", repeat},
		roster.Invalid:      {"Something you entered can't be used", repeat},
		roster.Stale:        {"Somebody else was faster", repeat},
		roster.Refused:      {"That is not allowed", "The sentence above says by whom it can be changed."},
		roster.Unauthorized: {"You are not signed in", "Sign in, and repeat what you wanted."},
		roster.Forbidden:    {"This is for admins", "Ask an admin of your team to do it, or to make you an admin."},
		roster.TooLarge:     {"That is too much at once", "Send less at once."},
		roster.TooMany:      {"That is too much at once", "Send less at once."},
		roster.RateLimited:  {"That was too fast", "Wait a while and try again."},
		roster.Unavailable:  {"The team can't be reached now", "Try again in a minute. Nothing was changed."},
		roster.Mutability:   {"That can't be changed", repeat}, roster.NoTarget: {"That can't be changed", repeat},
		roster.BadFilter: {"That can't be searched for", repeat}, roster.BadPath: {"That can't be searched for", repeat},
		roster.BadSyntax: {"The request can't be read", repeat}, roster.BadCursor: {"That page of the list is gone", repeat},
		roster.OldCursor: {"That page of the list is gone", repeat}, roster.Sensitive: {"That can't be searched for", repeat},
	}
}

// refuse answers an error with a page that names the next step.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, err error) {
	rec := web.From(r.Context())
	rec.Fail(err)
	page := console.Refused{
		Heading: "Something went wrong here", Sentence: "That is our mistake.", Do: "Try again; if it stays so, tell us the request's id: " + rec.ID,
		Code: "internal", Again: Prefix + "/", AgainLabel: "Go to the team",
	}
	if e, ok := errors.AsType[*roster.Error](err); ok {
		page = explained(page, e)
	}
	d.Pages.Show(w, web.Status(err), page)
}

// explained says on a page what a refusal means, and where to go on.
func explained(page console.Refused, e *roster.Error) console.Refused {
	if s, known := sentences()[e.Kind]; known {
		page.Heading, page.Do = s.heading, s.do
		page.Sentence, page.Code = cmp.Or(e.Detail, "There is nothing here."), cmp.Or(string(e.Code), string(e.Kind))
	}
	switch e.Kind {
	case roster.Unauthorized:
		page.Again, page.AgainLabel = "/login", "Sign in"
	case roster.Forbidden:
		page.Again, page.AgainLabel = "/me", "Go to my profile"
	}
	return page
}

// problem is what a page with a form says of a refusal; false: it is not the form's matter.
func problem(err error) (string, bool) {
	e, ok := errors.AsType[*roster.Error](err)
	if !ok || e.Detail == "" {
		return "", false
	}
	switch e.Kind {
	case roster.Invalid, roster.Conflict, roster.Refused, roster.Stale, roster.RateLimited, roster.TooLarge:
		return e.Detail, true
	}
	return "", false
}

func isNotFound(err error) bool { return errors.Is(err, roster.NotFound) }
