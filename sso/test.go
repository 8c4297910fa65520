package sso

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// TestLife is how long the link of a test sign-in is good.
const TestLife = 30 * time.Minute

// TestURL makes the link of a test sign-in: somebody signs in at the connection's provider, sees what
// came and what would become of it, and is not signed in here. It is for whom an admin gives it to, and good for
// the connection as it is now.
func TestURL(public string, key []byte, c tenant.Connection, now time.Time) string {
	return strings.TrimRight(public, "/") + tenant.SSOPrefix + c.ID.UUID.UUID() + "/login?test=" + newTicket(key, c.ID, c.Version, now.Add(TestLife))
}

// newTicket signs the connection, its version and an end. It keeps no state, so that a command line
// beside the gateway can make one.
func newTicket(key []byte, id tenant.ConnectionID, version int64, until time.Time) string {
	text := strconv.FormatInt(version, 10) + "." + strconv.FormatInt(until.Unix(), 10)
	return text + "." + base64.RawURLEncoding.EncodeToString(ticketSum(key, id, text))
}

func ticketSum(key []byte, id tenant.ConnectionID, text string) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%s\n%s", id, text) // a hash never fails
	return mac.Sum(nil)
}

// ticket returns the version of the connection that a ticket is for.
func (d *Door) ticket(text string, c tenant.Connection) (int64, error) {
	i := strings.LastIndexByte(text, '.')
	if i < 0 {
		return 0, overTest()
	}
	sum, err := base64.RawURLEncoding.DecodeString(text[i+1:])
	if err != nil || !hmac.Equal(sum, ticketSum(d.TestKey, c.ID, text[:i])) {
		return 0, overTest()
	}
	version, until, _ := strings.Cut(text[:i], ".")
	v, err := strconv.ParseInt(version, 10, 64)
	end, err2 := strconv.ParseInt(until, 10, 64)
	if err != nil || err2 != nil || d.Now().Unix() >= end || v != c.Version {
		return 0, overTest()
	}
	return v, nil
}

// overTest is what a link of a test leads to that has ended, or whose connection has changed since.
func overTest() error {
	return &roster.Error{Kind: roster.Forbidden, Code: CodeTestTicket, Detail: "The link of the test is not good any more."}
}

// testAgain is where the same test begins anew, while its link is good: at the provider people type
// who they are once more, so that it can be another account.
func (d *Door) testAgain(at found, f flow) string {
	if _, err := d.ticket(f.Ticket, at.Connection); err != nil {
		return ""
	}
	return startURL(at.Connection.ID, url.Values{"test": {f.Ticket}, "fresh": {"1"}})
}

// showTest shows what would become of an identity, and notes a test that passed.
func (d *Door) showTest(w http.ResponseWriter, r *http.Request, at found, f flow, id Identity, facts []console.Fact) error {
	tried, err := d.Try(r.Context(), id)
	if err != nil {
		return at.said(err)
	}
	if tried.Passed {
		by := roster.Staff{Tenant: at.Tenant.ID, Actor: roster.Actor{Source: roster.SourceSignIn, ID: at.Connection.ID.String()}, RequestID: d.RequestID(r.Context())}
		_, err := d.Roster.NoteTested(r.Context(), by, at.Connection.ID, f.Test)
		if errors.Is(err, roster.Stale) {
			err = overTest()
		}
		if err != nil {
			return at.said(err)
		}
	}
	page := tried.Page
	page.Connection, page.Passed, page.Facts, page.Again = at.Connection.Name, tried.Passed, facts, d.testAgain(at, f)
	d.Pages.Show(w, http.StatusOK, page)
	return nil
}
