package scim

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"rollcall/internal/roster"
)

// exprKind says what an expr is.
type exprKind uint8

// The kinds of expressions.
const (
	andExpr     exprKind = iota + 1 // left and right
	orExpr                          // left or right
	notExpr                         // not (left)
	termExpr                        // path op value
	elementExpr                     // path[left], or path[left].sub op value
)

// expr is a filter as it was written, not yet held against a schema.
type expr struct {
	kind        exprKind
	left, right *expr
	path        string
	sub         string
	op          roster.Op // empty in path[left]
	value       roster.Value
}

// filterParser reads the grammar of RFC 7644 §3.4.2.2, and what directories send
// beyond it: emails[type eq "work"].value eq "a@b.example" (Entra). See
// docs/decisions/0006-scim-filters.md for why it is ours.
type filterParser struct {
	src   string
	pos   int
	depth int
	terms int
	lim   Limits
}

func parseExpr(raw string, lim Limits) (*expr, error) {
	p := filterParser{src: raw, lim: lim.withDefaults()}
	if err := p.admit(); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.space(); p.pos < len(p.src) {
		return nil, p.unexpected(`"and", "or" or the end`)
	}
	return e, nil
}

// admit refuses what is too long, and texts that no store can hold.
func (p *filterParser) admit() error {
	switch {
	case len(p.src) > p.lim.FilterBytes:
		return badFilter("The filter is longer than %d bytes. Ask for fewer things at once.", p.lim.FilterBytes)
	case !utf8.ValidString(p.src) || strings.IndexByte(p.src, 0) >= 0:
		return badFilter("The filter is not UTF-8 text, or holds a NUL character.")
	}
	return nil
}

func (p *filterParser) or() (*expr, error) {
	if p.depth++; p.depth > p.lim.FilterDepth {
		return nil, badFilter("The filter nests more than %d levels deep. Ask for fewer things at once.", p.lim.FilterDepth)
	}
	left, err := p.and()
	for err == nil && p.word("or") {
		var right *expr
		right, err = p.and()
		left = &expr{kind: orExpr, left: left, right: right}
	}
	p.depth--
	return left, err
}

func (p *filterParser) and() (*expr, error) {
	left, err := p.factor()
	for err == nil && p.word("and") {
		var right *expr
		right, err = p.factor()
		left = &expr{kind: andExpr, left: left, right: right}
	}
	return left, err
}

// factor reads (…), not (…), or a term.
func (p *filterParser) factor() (*expr, error) {
	if p.next('(') {
		return p.closed(')')
	}
	start := p.pos
	if p.word("not") {
		if p.next('(') {
			e, err := p.closed(')')
			return &expr{kind: notExpr, left: e}, err
		}
		p.pos = start // an attribute whose name is not
	}
	return p.term()
}

// closed reads an expression up to the bracket that closes it.
func (p *filterParser) closed(bracket byte) (*expr, error) {
	e, err := p.or()
	if err == nil && !p.next(bracket) {
		err = p.unexpected(strconv.Quote(string(bracket)))
	}
	return e, err
}

func (p *filterParser) term() (*expr, error) {
	if p.terms++; p.terms > p.lim.FilterTerms {
		return nil, badFilter("The filter has more than %d comparisons. Ask for fewer things at once.", p.lim.FilterTerms)
	}
	e := &expr{kind: termExpr, path: p.path()}
	if e.path == "" {
		return nil, p.unexpected("the name of an attribute")
	}
	if p.pos < len(p.src) && p.src[p.pos] == '[' {
		return p.elements(e)
	}
	return e, p.comparison(e)
}

// elements reads what follows path: [filter], and maybe .sub op value. A path of PATCH may end
// behind the sub-attribute.
func (p *filterParser) elements(e *expr) (*expr, error) {
	p.pos++
	e.kind = elementExpr
	var err error
	if e.left, err = p.closed(']'); err != nil {
		return nil, err
	}
	if p.pos == len(p.src) || p.src[p.pos] != '.' {
		return e, nil
	}
	p.pos++
	if e.sub = p.path(); e.sub == "" {
		return nil, p.unexpected("the name of a sub-attribute")
	}
	if p.space(); p.end() {
		return e, nil
	}
	return e, p.comparison(e)
}

// end says whether nothing comes any more that could be a comparison.
func (p *filterParser) end() bool {
	return p.pos == len(p.src) || p.src[p.pos] == ')' || p.src[p.pos] == ']'
}

// comparison reads the operator and the value of a term.
func (p *filterParser) comparison(e *expr) error {
	p.space()
	start := p.pos
	for p.pos < len(p.src) && isLetter(p.src[p.pos]) {
		p.pos++
	}
	word := p.src[start:p.pos]
	if word == "" {
		return p.unexpected("an operator")
	}
	op, ok := operator(word)
	if !ok {
		return badFilter("%q is not an operator. Use eq, ne, co, sw, ew, gt, ge, lt, le or pr.", clip(word))
	}
	if e.op = op; op == roster.Present {
		return nil
	}
	var err error
	e.value, err = p.literal()
	return err
}

func operator(word string) (roster.Op, bool) {
	for _, op := range [...]roster.Op{
		roster.Equal, roster.NotEqual, roster.Contains, roster.HasPrefix, roster.HasSuffix,
		roster.Greater, roster.GreaterEqual, roster.Less, roster.LessEqual, roster.Present,
	} {
		if strings.EqualFold(string(op), word) {
			return op, true
		}
	}
	return "", false
}

func (p *filterParser) space() {
	for p.pos < len(p.src) && p.src[p.pos] == ' ' {
		p.pos++
	}
}

// next takes one character, if it is there.
func (p *filterParser) next(c byte) bool {
	if p.space(); p.pos < len(p.src) && p.src[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// word takes a word, if it is there and ends there.
func (p *filterParser) word(w string) bool {
	p.space()
	rest := p.src[p.pos:]
	if !beginsFold(rest, w) {
		return false
	}
	if len(rest) > len(w) && rest[len(w)] != ' ' && rest[len(w)] != '(' {
		return false
	}
	p.pos += len(w)
	return true
}

// path takes the name of an attribute with all that belongs to it.
func (p *filterParser) path() string {
	p.space()
	start := p.pos
	for p.pos < len(p.src) && strings.IndexByte(" ()[]\"'", p.src[p.pos]) < 0 {
		p.pos++
	}
	return p.src[start:p.pos]
}

func (p *filterParser) unexpected(want string) error {
	if p.pos >= len(p.src) {
		return badFilter("The filter ends where %s should follow.", want)
	}
	return badFilter("The filter has %q at character %d, where %s should be.", clip(p.src[p.pos:]), p.pos+1, want)
}
