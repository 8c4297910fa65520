package main

import (
	"context"
	"net/http"
	"regexp"
	"time"

	"github.com/gorilla/mux"

	"rollcall/console"
	"rollcall/internal/mail"
)

// mailbox shows what the demonstration would have mailed.
type mailbox struct {
	box   *mail.Box
	pages *console.Pages
}

// Routes mounts the page on r.
func (m mailbox) Routes(r *mux.Router) {
	r.Path("/mails").Methods(http.MethodGet, http.MethodHead).HandlerFunc(m.show)
}

var mailLinks = regexp.MustCompile(`https?://[^\s<>"]+`)

func (m mailbox) show(w http.ResponseWriter, _ *http.Request) {
	var page console.Mails
	for _, l := range m.box.Letters() {
		page.List = append(page.List, console.MailShown{
			To: string(l.To), Subject: l.Subject, At: l.At.UTC().Format(time.RFC1123), Text: l.Text, Links: mailLinks.FindAllString(l.Text, -1),
		})
	}
	m.pages.Show(w, http.StatusOK, page)
}

// demoMailEvery is how often the demonstration looks for mails; a gateway has a job for each.
const demoMailEvery = 200 * time.Millisecond

// sendDemoMails puts what is queued into the box until ctx ends.
func sendDemoMails(ctx context.Context, s *mail.Sender) error {
	tick := time.NewTicker(demoMailEvery)
	defer tick.Stop()
	for {
		if err := s.Drain(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
