package scim

import (
	"strconv"
	"strings"

	"rollcall/internal/roster"
)

// literal reads the value of a comparison: a JSON string, number, true, false
// or null.
func (p *filterParser) literal() (roster.Value, error) {
	p.space()
	if p.pos < len(p.src) && p.src[p.pos] == '"' {
		return p.quoted()
	}
	start := p.pos
	for p.pos < len(p.src) && strings.IndexByte(" ()[]\"", p.src[p.pos]) < 0 {
		p.pos++
	}
	word := p.src[start:p.pos]
	switch {
	case word == "":
		return roster.Value{}, p.unexpected("a value")
	case strings.EqualFold(word, "true"):
		return roster.BoolValue(true), nil
	case strings.EqualFold(word, "false"):
		return roster.BoolValue(false), nil
	case strings.EqualFold(word, "null"):
		return roster.Value{}, nil
	}
	if c := word[0]; c == '-' || '0' <= c && c <= '9' {
		if f, err := strconv.ParseFloat(word, 64); err == nil {
			return roster.NumberValue(f + 0), nil // -0 is 0
		}
	}
	return roster.Value{}, badFilter("The value %s is not understood. Put text in double quotes.", clip(word))
}

// quoted reads a JSON string.
func (p *filterParser) quoted() (roster.Value, error) {
	p.pos++
	start, escaped := p.pos, false
	for ; p.pos < len(p.src); p.pos++ {
		switch p.src[p.pos] {
		case '\\':
			p.pos++
			escaped = true
		case '"':
			s := p.src[start:p.pos]
			p.pos++
			if !escaped {
				return roster.TextValue(s), nil
			}
			text, wrong := unescape(s)
			if wrong != "" {
				return roster.Value{}, badFilter(`The text "%s" has %s.`, clip(s), wrong)
			}
			return roster.TextValue(text), nil
		}
	}
	return roster.Value{}, badFilter("The text that begins at character %d has no closing quote.", start)
}
