package browser

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Page is one answer.
type Page struct {
	URL    *url.URL // nil: none was opened yet
	Status int
	Header http.Header
	Body   []byte

	root *html.Node // empty for what is not HTML
}

// Link is one that can be followed.
type Link struct {
	Text string
	URL  *url.URL
}

func blank() *Page { return &Page{root: &html.Node{Type: html.DocumentNode}} }

func newPage(address *url.URL, response *http.Response, body []byte) (*Page, error) {
	p := blank()
	p.URL, p.Status, p.Header, p.Body = address, response.StatusCode, response.Header, body
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if kind != "text/html" && kind != "application/xhtml+xml" {
		return p, nil
	}
	root, err := html.ParseWithOptions(bytes.NewReader(body), html.ParseOptionEnableScripting(false)) // we show what is in noscript
	if err != nil {
		return nil, fmt.Errorf("read html: %w", err)
	}
	p.root = root
	return p, nil
}

// Text returns what can be read on the page, one line for each piece of text; other kinds as they came.
func (p *Page) Text() string {
	if p.root.FirstChild == nil {
		return string(p.Body)
	}
	var lines []string
	for n := range p.root.Descendants() {
		if n.Type != html.TextNode || n.Parent != nil && slices.Contains([]atom.Atom{atom.Script, atom.Style, atom.Title}, n.Parent.DataAtom) {
			continue
		}
		if line := strings.Join(strings.Fields(n.Data), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// Title returns the document's title.
func (p *Page) Title() string {
	for n := range p.all(atom.Title) {
		return content(n)
	}
	return ""
}

// Has says whether the text is on the page.
func (p *Page) Has(text string) bool { return strings.Contains(p.Text(), text) }

// Links returns the links of the page, in order.
func (p *Page) Links() []Link {
	var links []Link
	for n := range p.all(atom.A) {
		if u, err := url.Parse(attribute(n, "href")); err == nil && attribute(n, "href") != "" {
			links = append(links, Link{Text: content(n), URL: p.URL.ResolveReference(u)})
		}
	}
	return links
}

// Forms returns the forms of the page, in order.
func (p *Page) Forms() []*Form {
	var forms []*Form
	for n := range p.all(atom.Form) {
		forms = append(forms, newForm(p, n))
	}
	return forms
}

// FormWith returns the first form that has all these fields or buttons, or nil.
func (p *Page) FormWith(names ...string) *Form {
	for _, f := range p.Forms() {
		if f.hasAll(names) {
			return f
		}
	}
	return nil
}

// HasForm says whether a form has all these fields or buttons.
func (p *Page) HasForm(names ...string) bool { return p.FormWith(names...) != nil }

// passing returns the form of a page that exists only to send the browser on.
func (p *Page) passing() *Form {
	forms := p.Forms()
	if len(forms) != 1 || forms[0].Method != http.MethodPost || !forms[0].hidden() {
		return nil
	}
	messages := [][]string{{"SAMLResponse"}, {"SAMLRequest"}, {"code", "state"}, {"error", "state"}, {"id_token", "state"}}
	if slices.ContainsFunc(messages, forms[0].hasAll) {
		return forms[0]
	}
	return nil
}

// all walks the elements of one kind, in the page's order.
func (p *Page) all(kind atom.Atom) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for n := range p.root.Descendants() {
			if n.Type == html.ElementNode && n.DataAtom == kind && !yield(n) {
				return
			}
		}
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasAttribute(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// content is the text inside an element.
func content(n *html.Node) string {
	var all strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			all.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(all.String()), " ")
}
