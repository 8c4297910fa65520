package browser

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Form is a form as the page has it.
type Form struct {
	Action *url.URL
	Method string // GET or POST
	Fields []Field
}

// Field is an input, a select, a textarea or a button.
type Field struct {
	Name, Value string
	Kind        string   // input's type, "select", "textarea" or "submit"
	Text        string   // a button's
	Checked     bool     // a checkbox's or a radio button's
	Choices     []string // a select's
}

// Value returns what a field has, or "".
func (f *Form) Value(name string) string {
	for _, field := range f.Fields {
		if field.Name == name {
			return field.Value
		}
	}
	return ""
}

// Set changes a field, hidden ones too, or adds one: what an attacker does with a form held back.
func (f *Form) Set(name, value string) {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			f.Fields[i].Value = value
			return
		}
	}
	f.Fields = append(f.Fields, Field{Name: name, Value: value, Kind: "hidden"})
}

// newForm reads a form and the controls that belong to it, wherever they stand (attribute form).
func newForm(p *Page, n *html.Node) *Form {
	f := &Form{Action: p.URL, Method: http.MethodGet}
	if u, err := url.Parse(attribute(n, "action")); err == nil && attribute(n, "action") != "" {
		f.Action = p.URL.ResolveReference(u)
	}
	if strings.EqualFold(attribute(n, "method"), "post") {
		f.Method = http.MethodPost
	}
	id := attribute(n, "id")
	for d := range p.root.Descendants() {
		owner := attribute(d, "form")
		if d.Type != html.ElementNode || hasAttribute(d, "disabled") || owner == "" && !inside(d, n) || owner != "" && owner != id {
			continue
		}
		if field, ok := newField(d); ok {
			f.Fields = append(f.Fields, field)
		}
	}
	return f
}

func inside(d, n *html.Node) bool {
	for parent := d.Parent; parent != nil; parent = parent.Parent {
		if parent == n {
			return true
		}
	}
	return false
}

func newField(n *html.Node) (Field, bool) {
	f := Field{Name: attribute(n, "name"), Value: attribute(n, "value")}
	switch n.DataAtom {
	case atom.Input:
		f.Kind = strings.ToLower(attribute(n, "type"))
		f.Checked = hasAttribute(n, "checked")
		switch f.Kind {
		case "":
			f.Kind = "text"
		case "submit", "image":
			f.Kind, f.Text = "submit", f.Value
		case "checkbox", "radio":
			if f.Value == "" {
				f.Value = "on"
			}
		}
	case atom.Button:
		f.Kind, f.Text = "submit", content(n)
		if kind := attribute(n, "type"); kind != "" && kind != "submit" {
			return f, false
		}
	case atom.Textarea:
		f.Kind, f.Value = "textarea", content(n)
	case atom.Select:
		f.Kind = "select"
		f.choose(n)
	default:
		return f, false
	}
	return f, true
}

// choose reads a select's options.
func (f *Field) choose(n *html.Node) {
	for option := range n.Descendants() {
		if option.DataAtom != atom.Option {
			continue
		}
		value := attribute(option, "value")
		if !hasAttribute(option, "value") {
			value = content(option)
		}
		if len(f.Choices) == 0 || hasAttribute(option, "selected") {
			f.Value = value
		}
		f.Choices = append(f.Choices, value)
	}
}

// hidden says whether there is nothing to fill in.
func (f *Form) hidden() bool {
	return !slices.ContainsFunc(f.Fields, func(field Field) bool { return field.Kind != "hidden" && field.Kind != "submit" })
}

func (f *Form) hasAll(names []string) bool {
	for _, name := range names {
		if !slices.ContainsFunc(f.Fields, func(field Field) bool { return field.Name == name }) {
			return false
		}
	}
	return true
}

// fill returns what is sent. button is the text or name of the one that is pressed, "" the first.
func (f *Form) fill(values map[string]string, button string) (url.Values, error) {
	for name, value := range values {
		if err := f.takes(name, value); err != nil {
			return nil, err
		}
	}
	pressed := f.pressed(values, button)
	if button != "" && pressed < 0 {
		return nil, fmt.Errorf("the form has no button %q", button)
	}
	data := url.Values{}
	for i, field := range f.Fields {
		value, given := values[field.Name]
		sent := field.Name != ""
		switch field.Kind {
		case "submit":
			sent, given = sent && i == pressed, false
		case "checkbox", "radio":
			sent = sent && (given && value == field.Value || !given && field.Checked)
		}
		if !given {
			value = field.Value
		}
		if sent {
			data.Add(field.Name, value)
		}
	}
	return data, nil
}

// pressed returns the index of the button that is meant: the one of that text or name, one whose
// value is among values, else the first, as the Enter key has it; -1 if there is none.
func (f *Form) pressed(values map[string]string, button string) int {
	isMeant := func(field Field) bool {
		value, given := values[field.Name]
		return field.Kind == "submit" && (button != "" && (field.Text == button || field.Name == button) || button == "" && given && value == field.Value)
	}
	if i := slices.IndexFunc(f.Fields, isMeant); i >= 0 || button != "" {
		return i
	}
	return slices.IndexFunc(f.Fields, func(field Field) bool { return field.Kind == "submit" })
}

// takes says why a person could not enter that value. An empty value leaves a checkbox or radio button unchecked.
func (f *Form) takes(name, value string) error {
	found := false
	for _, field := range f.Fields {
		if field.Name != name {
			continue
		}
		found = true
		fixed := field.Kind == "checkbox" || field.Kind == "radio" || field.Kind == "submit"
		if !fixed && field.Kind != "select" || value == "" || fixed && field.Value == value || slices.Contains(field.Choices, value) {
			return nil
		}
	}
	if found {
		return fmt.Errorf("field %q does not offer %q", name, value)
	}
	return fmt.Errorf("the form has no field %q", name)
}
