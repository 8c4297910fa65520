package mail

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"sync"
	text "text/template"
	"time"

	"rollcall/internal/roster"
)

// Letter is a mail as it is read.
type Letter struct {
	To      roster.Email
	Subject string
	Text    string
	HTML    string
}

//go:embed templates
var files embed.FS

// fallback is the language of who has no other one.
const fallback = "en"

// sort of a block.
type sort int

const (
	paragraph sort = iota
	button
	quote
	small
)

type block struct {
	sort sort
	text *text.Template
	link *text.Template // of a button
}

type parts struct {
	language string
	subject  *text.Template
	blocks   []block
}

// Shown is a block with its values, for the layout.
type Shown struct {
	Button, Quote, Small bool
	Text                 string
	Lines                []string // of a quote
	Link                 string
}

var catalog = sync.OnceValues(func() (map[string]parts, error) {
	all := map[string]parts{}
	languages, err := files.ReadDir("templates")
	if err != nil {
		return nil, err //nolint:wrapcheck // the files are in the program
	}
	for _, l := range languages {
		if !l.IsDir() {
			continue
		}
		list, err := files.ReadDir("templates/" + l.Name())
		if err != nil {
			return nil, err //nolint:wrapcheck // the files are in the program
		}
		for _, f := range list {
			raw, err := files.ReadFile("templates/" + l.Name() + "/" + f.Name())
			if err != nil {
				return nil, err //nolint:wrapcheck // the files are in the program
			}
			name := l.Name() + "/" + strings.TrimSuffix(f.Name(), ".txt")
			if all[name], err = parse(name, string(raw)); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
})

// parse tells the blocks of a template apart.
func parse(name, raw string) (parts, error) {
	subject, rest, _ := strings.Cut(raw, "\n")
	build := func(s string) (*text.Template, error) {
		return text.New(name).Option("missingkey=error").Funcs(text.FuncMap{"date": dates(name)}).Parse(s)
	}
	var p parts
	var err error
	if p.subject, err = build(subject); err != nil {
		return p, fmt.Errorf("template %s: %w", name, err)
	}
	for s := range strings.SplitSeq(strings.TrimSpace(rest), "\n\n") {
		b := block{}
		words := strings.Join(strings.Fields(s), " ")
		switch {
		case strings.HasPrefix(words, "-> "):
			b.sort = button
			i := strings.LastIndex(words, " {{")
			if b.link, err = build(words[i+1:]); err != nil {
				return p, fmt.Errorf("template %s: %w", name, err)
			}
			words = words[3:i]
		case strings.HasPrefix(words, "> "):
			b.sort, words = quote, words[2:]
		case strings.HasPrefix(words, "-- "):
			b.sort, words = small, words[3:]
		}
		if b.text, err = build(words); err != nil {
			return p, fmt.Errorf("template %s: %w", name, err)
		}
		p.blocks = append(p.blocks, b)
	}
	return p, nil
}

// months are those of languages other than the fallback's.
var months = map[string][]string{
	"de": {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
}

// dates returns what writes a time in the language of a template, for people everywhere.
func dates(name string) func(time.Time) string {
	language, _, _ := strings.Cut(name, "/")
	return func(t time.Time) string {
		t = t.UTC()
		if m, ok := months[language]; ok {
			return fmt.Sprintf("%d. %s %s", t.Day(), m[t.Month()-1], t.Format("2006, 15:04 UTC"))
		}
		return t.Format("2 January 2006, 15:04 UTC")
	}
}

// find finds the template of a kind in a language, in its base language, or in the fallback.
func find(kind roster.MailKind, language string) (parts, error) {
	all, err := catalog()
	if err != nil {
		return parts{}, err
	}
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	for _, l := range []string{strings.ToLower(language), base, fallback} {
		if p, ok := all[l+"/"+string(kind)]; ok {
			p.language = l
			return p, nil
		}
	}
	return parts{}, fmt.Errorf("there is no template for mails of kind %q", kind)
}

// write fills a template in.
func write(kind roster.MailKind, language string, data any) (Letter, error) {
	p, err := find(kind, language)
	if err != nil {
		return Letter{}, err
	}
	many, flat := lined(data), flattened(data)
	fill := func(t *text.Template, data any) (string, error) {
		var b bytes.Buffer
		if err := t.Execute(&b, data); err != nil {
			return "", fmt.Errorf("write a mail of kind %s: %w", kind, err)
		}
		return strings.TrimSpace(b.String()), nil
	}
	var out Letter
	if out.Subject, err = fill(p.subject, flat); err != nil {
		return out, err
	}
	var blocks []Shown
	for _, b := range p.blocks {
		s := Shown{Button: b.sort == button, Quote: b.sort == quote, Small: b.sort == small}
		from := flat
		if s.Quote {
			from = many
		}
		if s.Text, err = fill(b.text, from); err != nil {
			return out, err
		}
		if b.link != nil {
			if s.Link, err = fill(b.link, flat); err != nil {
				return out, err
			}
		}
		if s.Text == "" {
			continue
		}
		s.Lines = strings.Split(s.Text, "\n")
		blocks = append(blocks, s)
	}
	out.Text = plain(blocks)
	var b bytes.Buffer
	if err := layout.Execute(&b, struct {
		Subject, Language string
		Blocks            []Shown
	}{out.Subject, p.language, blocks}); err != nil {
		return out, fmt.Errorf("write a mail of kind %s: %w", kind, err)
	}
	out.HTML = b.String()
	return out, nil
}

var layout = template.Must(template.ParseFS(files, "templates/layout.html"))

// plain is the text form of blocks.
func plain(blocks []Shown) string {
	var b strings.Builder
	for _, s := range blocks {
		switch {
		case s.Button:
			b.WriteString(s.Text + ":\n" + s.Link + "\n\n")
		case s.Quote:
			b.WriteString("> " + strings.Join(s.Lines, "\n> ") + "\n\n")
		default:
			b.WriteString(s.Text + "\n\n")
		}
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// flattened makes every text of a struct one line without control characters: a value makes no header and no block.
func flattened(data any) any {
	return mapped(data, func(s string) string {
		return strings.Join(strings.FieldsFunc(clean(s), func(c rune) bool { return c == '\n' || c == ' ' }), " ")
	})
}

// lined keeps lines, for what somebody wrote.
func lined(data any) any { return mapped(data, clean) }

// clean takes control characters away, but for the ends of lines, and what turns the direction of a text.
func clean(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n':
			return c
		case c == '\t':
			return ' '
		case c < ' ', c >= 0x7f && c < 0xa0, c == 0x2028, c == 0x2029, c >= 0x202a && c <= 0x202e, c >= 0x2066 && c <= 0x2069:
			return -1
		}
		return c
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), ""))
}

func mapped(data any, f func(string) string) any {
	v := reflect.New(reflect.TypeOf(data)).Elem()
	v.Set(reflect.ValueOf(data))
	for _, field := range v.Fields() {
		if field.Kind() == reflect.String {
			field.SetString(f(field.String()))
		}
	}
	return v.Interface()
}
