package saml

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
)

// named tells whether el is the element of this name. Prefixes don't matter, namespaces do.
func named(el *etree.Element, space, tag string) bool {
	return el.Tag == tag && el.NamespaceURI() == space
}

// children returns the elements of this name directly below el.
func children(el *etree.Element, space, tag string) []*etree.Element {
	var found []*etree.Element
	for child := range el.ChildElementsSeq() {
		if named(child, space, tag) {
			found = append(found, child)
		}
	}
	return found
}

// child returns the only element of this name directly below el; nil if there is none, or more than one.
func child(el *etree.Element, space, tag string) *etree.Element {
	if found := children(el, space, tag); len(found) == 1 {
		return found[0]
	}
	return nil
}

// text returns all the character data directly in el, without white space around it; false if el has
// elements inside or is nil, since then it holds no text. White space is trimmed as providers indent.
func text(el *etree.Element) (string, bool) {
	if el == nil || len(el.ChildElements()) > 0 {
		return "", false
	}
	var b strings.Builder
	for _, token := range el.Child {
		if data, ok := token.(*etree.CharData); ok {
			b.WriteString(data.Data)
		}
	}
	return strings.Trim(b.String(), " \t\r\n"), true
}

// attribute returns the value of an attribute without a namespace.
func attribute(el *etree.Element, name string) string {
	for _, a := range el.Attr {
		if a.Space == "" && a.Key == name {
			return a.Value
		}
	}
	return ""
}

// instant reads a time (SAML 2.0 core §1.3.3: UTC, so that one without a zone is UTC too). The zero time stands
// for an attribute that is not there.
func instant(el *etree.Element, name string) (time.Time, *Failure) {
	value := attribute(el, name)
	if value == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, value); err == nil && t.Year() > 1970 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fail(CodeMalformed, "time", "%s of %s is no time: %s", name, el.Tag, quote(value))
}

const statusSuccess = "urn:oasis:names:tc:SAML:2.0:status:Success"

// succeeded tells whether the status of a response is success.
func succeeded(response *etree.Element) bool {
	return slices.Equal(statusCodes(response), []string{statusSuccess})
}

// statusCodes returns the codes of a response, outermost first: "Responder", then what went wrong.
func statusCodes(response *etree.Element) []string {
	var codes []string
	for el := child(response, nsProtocol, "Status"); el != nil && len(codes) < 4; {
		if el = child(el, nsProtocol, "StatusCode"); el != nil {
			codes = append(codes, attribute(el, "Value"))
		}
	}
	if len(codes) > 1 && codes[0] == statusSuccess {
		return codes[:1] // a success may have details
	}
	return codes
}

// statusWords returns what the provider says, for an admin.
func statusWords(response *etree.Element) string {
	var words []string
	for _, code := range statusCodes(response) {
		words = append(words, quote(code[strings.LastIndexByte(code, ':')+1:]))
	}
	said := strings.Join(words, ", ")
	if status := child(response, nsProtocol, "Status"); status != nil {
		if message, ok := text(child(status, nsProtocol, "StatusMessage")); ok && message != "" {
			said += fmt.Sprintf(" (%s)", quote(message))
		}
	}
	return said
}
