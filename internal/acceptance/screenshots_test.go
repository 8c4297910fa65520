//go:build screenshots

package acceptance

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/password"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/chromium"
)

// studio takes pictures of pages.
type studio struct {
	*tab
	folder string
}

// sizes are the widths of the pictures; the narrow one is the least that WCAG 2.1 asks for (1.4.10).
var sizes = map[string]int64{"wide": 1280, "narrow": 320}

// shoot takes the page that the browser shows, in light and dark, wide and narrow, and looks for what axe finds wrong with it and
// for what does not fit.
func (s *studio) shoot(name string) {
	s.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		s.scheme(scheme)
		for size, width := range sizes {
			s.size(width)
			if over := s.value(`document.documentElement.scrollWidth - innerWidth`); over != "0" && !strings.HasPrefix(over, "-") {
				s.t.Errorf("%s %s %s: the page is %s px wider than the screen", name, scheme, size, over)
			}
			for _, v := range chromium.Axe(s.ctx, s.t) {
				s.t.Errorf("%s %s %s: %s", name, scheme, size, v)
			}
			height, err := strconv.Atoi(s.value(`Math.max(document.documentElement.scrollHeight, 600)`))
			if err != nil {
				s.t.Fatal(err)
			}
			beyond := true
			shot, err := chromedp.Call(s.ctx, cdp.CaptureScreenshot, cdp.CaptureScreenshotParams{
				CaptureBeyondViewport: &beyond, Clip: &cdp.Viewport{Width: float64(width), Height: float64(min(height, 3000)), Scale: 1},
			})
			if err != nil {
				s.t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(s.folder, name+"-"+size+"-"+scheme+".png"), shot.Data, 0o644); err != nil { //nolint:gosec // for everybody
				s.t.Fatal(err)
			}
		}
	}
	s.scheme("light")
	s.size(sizes["wide"])
}

func (s *studio) scheme(name string) {
	s.t.Helper()
	if _, err := chromedp.Call(s.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *studio) size(width int64) {
	s.t.Helper()
	if _, err := chromedp.Call(s.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 760, DeviceScaleFactor: 1}); err != nil {
		s.t.Fatal(err)
	}
}

// as has a new browser in which somebody is signed in; nobody: the zero member.
func (s *studio) as(c *squad, m roster.Member) {
	s.t.Helper()
	s.tab = c.h.browser()
	if !m.ID.IsZero() {
		s.tab = c.tab(m)
	}
	s.size(sizes["wide"])
}

// page opens a path and takes it.
func (s *studio) page(c *squad, name, path string) {
	s.t.Helper()
	s.open(c.h.url + path)
	s.shoot(name)
}

// TestScreenshots takes all pages of the program at work, in a team with people of all three doors. `make screenshots` runs it.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("ROLLCALL_SCREENSHOTS")
	if folder == "" {
		t.Fatal("ROLLCALL_SCREENSHOTS must name the folder for the pictures: use make screenshots")
	}
	h := openHouse(t, installed(t, do[string](t)(built()), "sqlite://"+filepath.Join(t.TempDir(), "rollcall.db")), "ROLLCALL_BILLING_URL=https://app.example/billing")
	c := h.squad("northwind", tenant.ContentRoles())
	s := &studio{folder: folder}
	links := c.people()
	t.Run("team", func(t *testing.T) { s.in(t).team(c) })
	t.Run("invites", func(t *testing.T) { s.in(t).invites(c) })
	t.Run("own", func(t *testing.T) { s.in(t).own(c) })
	t.Run("accept", func(t *testing.T) { s.in(t).accept(c, links) })
	t.Run("sign in", func(t *testing.T) { s.in(t).signIn(c) })
}

func (s *studio) in(t *testing.T) *studio {
	s.tab = &tab{t: t}
	return s
}

// people fills the team, and returns links of invites by their state.
func (c *squad) people() map[string]string {
	h, ctx := c.h, c.h.t.Context()
	c.a.trust("northwind.example")
	for i, p := range []string{"Ben Okafor", "Chloé Lefèvre", "Dmitri Sokolov", "Elif Kaya", "Farid Haddad"} {
		first, _, _ := strings.Cut(strings.ToLower(strings.NewReplacer("é", "e", "è", "e").Replace(p)), " ")
		m := c.brings(first+"@northwind.example", []string{"editor", "contributor", "viewer"}[i%3], p)
		if i == 3 {
			do[roster.Member](h.t)(h.roster.SetActive(ctx, c.boss, m.ID, false))
		}
	}
	d := c.a.directory("Okta")
	var ids []string
	for i, p := range []string{"Grace Lin", "Hugo Silva", "Ines Moreau", "Jonas Weber", "Kiri Tane", "Lars Holm"} {
		first, _, _ := strings.Cut(strings.ToLower(p), " ")
		given, family, _ := strings.Cut(p, " ")
		id := d.create(first+"@northwind.example", "00u"+first, object{"displayName": p, "name": object{"givenName": given, "familyName": family}})
		if ids = append(ids, id); i == 4 {
			d.setActive(id, false)
		}
	}
	group := d.group("Platform leads", ids[:3]...)
	do[tenant.Directory](h.t)(h.roster.SetMappings(ctx, c.a.staff, d.id, []tenant.RoleMapping{{Group: do[roster.GroupID](h.t)(roster.ParseGroupID(group)).UUID, Role: "editor"}}))
	do[roster.Group](h.t)(h.roster.MakeGroup(ctx, c.boss, "On call"))
	i := c.a.idp()
	c.a.joins("northwind.example", tenant.AutoJoinApprove, "")
	_, _ = i.join(i.vouches("s9", "mila@northwind.example"))
	_, _ = i.join(i.vouches("s8", "noor@northwind.example"))

	links := map[string]string{}
	invite := func(state, email string, names roster.Names) roster.Invite {
		made, link := h.invite(c.boss, email, roster.InviteDraft{Role: "editor", Names: names, Message: "Welcome aboard! The first sprint starts on Monday."})
		links[state] = link
		return made
	}
	invite("open", "olga@partner.example", roster.Names{First: "Olga", Last: "Petrova"})
	h.mails.Refuse("pete@partner.exmaple", 550, -1)
	invite("bounced", "pete@partner.exmaple", roster.Names{First: "Pete"})
	h.past(9*day, func() { invite("expired", "quinn@partner.example", roster.Names{First: "Quinn"}) })
	revoked := invite("revoked", "rosa@partner.example", roster.Names{First: "Rosa"})
	do[roster.Invite](h.t)(h.roster.RevokeInvite(ctx, c.boss, revoked.ID))
	replaced := invite("replaced", "sam@partner.example", roster.Names{First: "Sam"})
	if _, _, err := h.sender.Resend(ctx, c.boss, replaced.ID, false); err != nil {
		h.t.Fatal(err)
	}
	invite("used", "tess@partner.example", roster.Names{First: "Tess", Last: "Byrne"})
	h.accepted(acceptForm(tokenIn(links["used"])))
	return links
}

func (s *studio) team(c *squad) {
	s.as(c, c.ana)
	s.page(c, "home", "/")
	s.page(c, "members", "/console/members")
	s.page(c, "members-search", "/console/members?q=nobody-like-that")
	s.page(c, "member", "/console/members/"+c.uma.ID.String())
	kiri := c.a.byEmail("grace@northwind.example")
	s.as(c, c.ana)
	s.page(c, "member-directory", "/console/members/"+kiri.ID.String())
	s.open(c.h.url + "/console/members/" + c.uma.ID.String())
	s.submit(`form[action$="/remove"] button`)
	s.shoot("member-remove")
	s.page(c, "requests", "/console/requests")
	s.page(c, "groups", "/console/groups")
	s.as(c, c.ana)
	s.page(c, "roles", "/console/roles")
	s.open(c.h.url + "/console/review")
	s.submit(`form[action="/console/review"] button`)
	s.shoot("review")
	s.page(c, "reviews", "/console/review")
	s.as(c, c.uma)
	s.page(c, "not-an-admin", "/console/members")
}

func (s *studio) invites(c *squad) {
	s.as(c, c.ana)
	s.page(c, "invite", "/console/invites/new")
	s.fill("#emails", "vera@partner.example, uma@northwind.example, not an address, olga@partner.example")
	s.submit(`button[value=check]`)
	s.shoot("invite-check")
	s.submit(`button[value=confirm]`)
	s.shoot("invite-sent")
	s.page(c, "invites", "/console/invites")
	s.as(c, c.ana)
	s.open(c.h.url + "/console/invites")
	s.submit(`table a[href^="/console/invites/inv"], table a[href^="/console/invites/"]`)
	s.shoot("invite-detail")
	s.page(c, "invite-help", "/invite/help")
}

func (s *studio) own(c *squad) {
	s.as(c, c.uma)
	s.page(c, "profile", "/me")
	s.page(c, "security", "/me/security?setup=app")
	s.page(c, "sessions", "/me/sessions")
	s.page(c, "email", "/me/email")
	s.fill("#email", "uma.bell@northwind.example")
	s.submit("main form button")
	s.shoot("email-codes")
}

func (s *studio) accept(c *squad, links map[string]string) {
	for _, state := range []string{"open", "expired", "revoked", "replaced", "used"} {
		s.as(c, roster.Member{})
		s.open(links[state])
		if state == "open" {
			s.shoot("accept")
			continue
		}
		s.shoot("accept-" + state)
	}
	s.as(c, c.uma)
	s.open(links["open"])
	s.shoot("accept-wrong-person")
	s.as(c, roster.Member{})
	s.page(c, "accept-unknown", "/invite/accept?token=inv_nothing")
	provider := c.h.squad("contoso", tenant.ContentRoles())
	_, con := c.h.openID(provider.a, "Okta", op.Account{Subject: "s1", Email: "ana@contoso.example"})
	c.h.enforce(provider.a, con, provider.boss)
	_, link := c.h.invite(provider.boss, "bob@contoso.example", roster.InviteDraft{Names: roster.Names{First: "Bob"}})
	s.open(link)
	s.shoot("accept-sso")
	c.h.in.run("tenant", "suspend", "contoso")
	s.open(link)
	s.shoot("accept-suspended")
}

func (s *studio) signIn(c *squad) {
	hash := do[string](s.t)(password.Hash(goodPassword))
	lena := c.brings("lena@home.example", "viewer", "Lena Vogt")
	there := c.h.squad("fabrikam", tenant.SimpleRoles())
	again := there.brings("lena@home.example", "user", "Lena Vogt")
	for a, m := range map[*account]roster.Member{c.a: lena, there.a: again} {
		err := c.h.roster.Store.Update(s.t.Context(), a.id, func(tx roster.Tx) error {
			return tx.PutPassword(s.t.Context(), roster.Password{Member: m.ID, Hash: hash, SetAt: tx.Now()})
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	s.as(c, roster.Member{})
	s.page(c, "login", "/login")
	s.fill("#email", "lena@home.example")
	s.submit("main form button")
	s.shoot("sign-in")
	s.fill("#password", goodPassword)
	s.submit(`form[action="/login/password"] button[type=submit]`)
	s.shoot("choose-team")
	s.as(c, roster.Member{})
	s.open(c.h.url + "/login")
	s.fill("#email", "lena@home.example")
	s.submit("main form button")
	s.submit(`form[action="/login/code"] button`)
	s.shoot("code")
	s.page(c, "forgot", "/password/forgot")
	s.fill("#email", "lena@home.example")
	s.submit("main form button")
	s.open(c.h.mailed("lena@home.example", 2))
	s.shoot("reset")
	s.page(c, "passkey", "/login/passkey")
	s.page(c, "signed-out", "/logout")
}
