package account

import (
	"net/http"
	"strconv"
	"strings"

	"rollcall/console"
	"rollcall/internal/roster"
)

// sessions shows the browsers in which the person is signed in.
func (o *Own) sessions(w http.ResponseWriter, r *http.Request, p person) error {
	found, err := o.Roster.Sessions(r.Context(), p.Tenant.ID, roster.SessionQuery{Filter: roster.SessionFilter{Member: p.Member.ID}})
	if err != nil {
		return err
	}
	page := console.OwnSessions{Own: p.own(pathOwnSessions)}
	if n, err := strconv.Atoi(r.Form.Get("ended")); err == nil {
		page.Saved = ended(n)
	}
	now := o.Now()
	for _, s := range found.Items {
		if !now.Before(s.Deadline()) {
			continue
		}
		current := s.ID == p.Session.ID
		page.Others = page.Others || !current
		page.Sessions = append(page.Sessions, console.OwnSession{
			ID: s.ID.String(), Browser: browserName(s.Client.UserAgent), From: s.Client.IP, Since: moment(s.CreatedAt), Seen: moment(s.SeenAt),
			How: methodName(s.Method), Current: current,
		})
	}
	o.Pages.Show(w, http.StatusOK, page)
	return nil
}

func ended(n int) string {
	switch {
	case n <= 0:
		return "Nothing was to end: it had ended already."
	case n == 1:
		return "One session has ended. Its browser is signed out at its next request."
	}
	return strconv.Itoa(n) + " sessions have ended. Their browsers are signed out at their next requests."
}

// endSessions ends one of the person's sessions, or all others.
func (o *Own) endSessions(w http.ResponseWriter, r *http.Request, p person) error {
	f := roster.SessionFilter{Member: p.Member.ID}
	if which := r.PostForm.Get("session"); which == "others" {
		f.Except = p.Session.ID
	} else {
		id, err := roster.ParseSessionID(which)
		if err != nil {
			return &roster.Error{Kind: roster.NotFound, Detail: "There is no such session."}
		}
		f.Session = id
	}
	n, err := o.Roster.EndSessions(r.Context(), p.staff(), f, roster.EndRevoked)
	if err != nil {
		return err
	}
	seeOther(w, pathOwnSessions+"?ended="+strconv.Itoa(n))
	return nil
}

// methodName is a method of signing in, for people.
func methodName(m roster.Method) string {
	return map[roster.Method]string{
		roster.MethodSAML: "single sign-on", roster.MethodOIDC: "single sign-on", roster.MethodPassword: "password",
		roster.MethodPasskey: "passkey", roster.MethodCode: "a mailed code",
	}[m]
}

// browserName makes of what a browser calls itself what people call it. Browsers pretend to be each other, so that the
// order matters.
func browserName(agent string) string {
	pick := func(or string, names ...string) string {
		for i := 0; i+1 < len(names); i += 2 {
			if strings.Contains(agent, names[i]) {
				return names[i+1]
			}
		}
		return or
	}
	browser := pick("A browser", "Edg", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "FxiOS/", "Firefox", "Chrome/", "Chrome", "CriOS/", "Chrome", "Safari/", "Safari")
	if on := pick("", "iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS X", "Mac", "CrOS", "Chromebook", "Linux", "Linux"); on != "" {
		return browser + " on " + on
	}
	return browser
}
