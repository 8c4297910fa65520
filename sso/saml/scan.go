package saml

import (
	"bytes"
	"strings"
)

// bounds are what a document may have at most.
type bounds struct {
	size       int // bytes
	depth      int
	elements   int
	attributes int // of one element, namespace declarations among them
	// remarks allows comments and processing instructions.
	remarks bool
}

// ofResponse are the bounds of a response. The providers that were tried send up to 12 KiB, 15 deep, with some
// hundred elements.
func ofResponse() bounds { return bounds{size: MaxResponse, depth: 40, elements: 4000, attributes: 64} }

// MaxResponse is the largest response that is looked at, in bytes of XML.
const MaxResponse = 256 << 10

// scan looks for what no honest response has and what would cost a parser more than it is worth. It
// reads each byte once, allocates nothing and stops at the first offence. That a document is well-formed
// is for the parser to find out; scan errs towards refusal.
func scan(b []byte, limit bounds) *Failure {
	if len(b) > limit.size {
		return fail(CodeTooLarge, "size", "The document has %d bytes; %d are allowed.", len(b), limit.size)
	}
	s := scanner{b: b, limit: limit}
	if f := s.declaration(); f != nil {
		return f
	}
	for s.at < len(b) {
		next := bytes.IndexByte(b[s.at:], '<')
		text := b[s.at:]
		if next >= 0 {
			text = b[s.at : s.at+next]
		}
		if s.depth == 0 && len(bytes.Trim(text, " \t\r\n")) > 0 {
			return fail(CodeMalformed, "root", "There is text outside of the root element.")
		}
		if next < 0 {
			break
		}
		s.at += next
		if f := s.markup(); f != nil {
			return f
		}
	}
	if s.depth != 0 || !s.closed {
		return fail(CodeMalformed, "well_formed", "The document ends before its root element does.")
	}
	return nil
}

type scanner struct {
	b        []byte
	at       int
	limit    bounds
	depth    int
	elements int
	closed   bool // the root element has ended
}

// declaration passes the XML declaration and holds it to UTF-8: the parser would take any other encoding for
// UTF-8 without a word.
func (s *scanner) declaration() *Failure {
	if !bytes.HasPrefix(s.b, []byte("<?xml ")) {
		return nil
	}
	end := bytes.Index(s.b, []byte("?>"))
	if end < 0 || end > 200 {
		return fail(CodeMalformed, "well_formed", "The XML declaration has no end.")
	}
	text := strings.ToLower(string(s.b[:end]))
	if _, encoding, found := strings.Cut(text, "encoding"); found {
		encoding = strings.Trim(encoding, " \t\r\n=")
		if !strings.HasPrefix(encoding, `"utf-8"`) && !strings.HasPrefix(encoding, "'utf-8'") {
			return fail(CodeMalformed, "encoding", "The document is not encoded in UTF-8.")
		}
	}
	s.at = end + 2
	return nil
}

func (s *scanner) markup() *Failure {
	rest := s.b[s.at:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		return s.remark("comment", "-->")
	case bytes.HasPrefix(rest, []byte("<?")):
		return s.remark("processing_instruction", "?>")
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		if s.depth == 0 {
			return fail(CodeMalformed, "root", "There is text outside of the root element.")
		}
		return s.skip("]]>")
	case bytes.HasPrefix(rest, []byte("<!")):
		return fail(CodeMalformed, "doctype", "The document has a DOCTYPE or another declaration.")
	case bytes.HasPrefix(rest, []byte("</")):
		if s.depth--; s.depth < 0 {
			return fail(CodeMalformed, "well_formed", "An element ends that did not begin.")
		}
		s.closed = s.depth == 0
		return s.skip(">")
	default:
		return s.start()
	}
}

func (s *scanner) remark(check, end string) *Failure {
	if !s.limit.remarks {
		return fail(CodeMalformed, check, "The document has a %s; no provider needs one in a response.", strings.ReplaceAll(check, "_", " "))
	}
	return s.skip(end)
}

func (s *scanner) skip(end string) *Failure {
	n := bytes.Index(s.b[s.at:], []byte(end))
	if n < 0 {
		return fail(CodeMalformed, "well_formed", "Markup has no end.")
	}
	s.at += n + len(end)
	return nil
}

// start passes a start tag.
func (s *scanner) start() *Failure {
	if s.closed {
		return fail(CodeMalformed, "root", "There is more than one root element.")
	}
	if s.elements++; s.elements > s.limit.elements {
		return fail(CodeTooLarge, "elements", "The document has more than %d elements.", s.limit.elements)
	}
	attributes := 0
	for i := s.at + 1; i < len(s.b); i++ {
		switch c := s.b[i]; c {
		case '"', '\'':
			if attributes++; attributes > s.limit.attributes {
				return fail(CodeTooLarge, "attributes", "An element has more than %d attributes.", s.limit.attributes)
			}
			end := bytes.IndexByte(s.b[i+1:], c)
			if end < 0 || bytes.IndexByte(s.b[i+1:i+1+end], '<') >= 0 {
				return fail(CodeMalformed, "well_formed", "The value of an attribute has no end.")
			}
			i += end + 1
		case '<':
			return fail(CodeMalformed, "well_formed", "A tag has no end.")
		case '>':
			if s.depth == s.limit.depth {
				return fail(CodeTooLarge, "depth", "Elements are nested deeper than %d.", s.limit.depth)
			}
			if s.b[i-1] != '/' {
				s.depth++
			}
			s.closed = s.depth == 0
			s.at = i + 1
			return nil
		}
	}
	return fail(CodeMalformed, "well_formed", "A tag has no end.")
}
