package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// visitor is one person's browser in the demo: it keeps cookies, follows redirects, and does
// what the person would do on each page.
type visitor struct {
	client     *http.Client
	email      string
	connection string // which one the person chooses where there are several
	pages      int    // that were shown on the way, redirects not counted
}

// newVisitor opens a browser. connection is the name of the one at which the person has an account.
func newVisitor(email, connection string) (*visitor, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("make a cookie jar: %w", err)
	}
	return &visitor{client: &http.Client{Jar: jar, Timeout: 30 * time.Second}, email: email, connection: connection}, nil
}

// sheet is a page as a browser has it.
type sheet struct {
	url    *url.URL
	status int
	root   *html.Node
}

// mostPages is how many pages a sign-in may take.
const mostPages = 12

// signIn goes to an address and on from page to page until one asks for nothing any more: it types the
// address, chooses the connection, and says at the identity provider who the person is.
func (v *visitor) signIn(ctx context.Context, address string) (*sheet, error) {
	at, err := v.get(ctx, address)
	for range mostPages {
		if err != nil {
			return nil, err
		}
		to, form := v.next(at)
		switch {
		case form != nil:
			at, err = v.post(ctx, to, form)
		case to != "":
			at, err = v.get(ctx, to)
		default:
			return at, nil
		}
	}
	return nil, errors.New("the sign-in led from page to page without an end")
}

// next is what the person does on a page: post a form, follow a link (form is nil), or nothing.
func (v *visitor) next(at *sheet) (to string, form url.Values) {
	for link := range at.all(atom.A) {
		if name := text(link); name == v.connection || strings.HasSuffix(name, " · "+v.connection) {
			return at.resolve(attribute(link, "href")), nil
		}
	}
	for f := range at.all(atom.Form) {
		form = hidden(f)
		switch {
		case form.Has("SAMLResponse"), form.Has("code"): // a script would send it
		case has(f, "email"):
			if at.first(atom.Strong) != "" { // the address was typed already, and is unknown
				return "", nil
			}
			form.Set("email", v.email)
		case has(f, "account"):
			form.Set("account", v.email)
		case has(f, "as"):
			form.Set("as", v.email)
		default:
			continue
		}
		return at.resolve(attribute(f, "action")), form
	}
	return "", nil
}

func (v *visitor) get(ctx context.Context, address string) (*sheet, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	return v.do(req)
}

func (v *visitor) post(ctx context.Context, address string, form url.Values) (*sheet, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(req)
}

func (v *visitor) do(req *http.Request) (*sheet, error) {
	res, err := v.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("browse: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	root, err := html.Parse(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read a page: %w", err)
	}
	v.pages++
	return &sheet{res.Request.URL, res.StatusCode, root}, nil
}

// all walks the elements of one kind.
func (s *sheet) all(kind atom.Atom) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for n := range s.root.Descendants() {
			if n.Type == html.ElementNode && n.DataAtom == kind && !yield(n) {
				return
			}
		}
	}
}

// texts returns what stands in the elements of a kind within the main part of the page, if it has one.
func (s *sheet) texts(kind atom.Atom) []string {
	var out []string
	part := s.root
	for m := range s.all(atom.Main) {
		part = m
	}
	for n := range part.Descendants() {
		if n.Type == html.ElementNode && n.DataAtom == kind {
			out = append(out, text(n))
		}
	}
	return out
}

// first returns the first of texts, or nothing.
func (s *sheet) first(kind atom.Atom) string {
	for _, t := range s.texts(kind) {
		return t
	}
	return ""
}

func (s *sheet) resolve(address string) string {
	u, err := s.url.Parse(address)
	if err != nil {
		return ""
	}
	return u.String()
}

// hidden are the fields of a form that nobody fills in.
func hidden(form *html.Node) url.Values {
	v := url.Values{}
	for n := range form.Descendants() {
		if n.DataAtom == atom.Input && attribute(n, "type") == "hidden" {
			v.Add(attribute(n, "name"), attribute(n, "value"))
		}
	}
	return v
}

// has says whether a form has a field or button of that name.
func has(form *html.Node, name string) bool {
	for n := range form.Descendants() {
		if n.Type == html.ElementNode && attribute(n, "name") == name {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// text is what can be read inside an element.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
