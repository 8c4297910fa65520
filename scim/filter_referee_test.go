package scim

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	referee "github.com/scim2/filter-parser/v2"

	"rollcall/internal/roster"
)

// show writes an expression with all its brackets, so that two trees can be compared.
func show(e *expr) string {
	switch e.kind {
	case andExpr:
		return "(" + show(e.left) + " and " + show(e.right) + ")"
	case orExpr:
		return "(" + show(e.left) + " or " + show(e.right) + ")"
	case notExpr:
		return "not(" + show(e.left) + ")"
	case elementExpr:
		s := e.path + "[" + show(e.left) + "]"
		if e.sub != "" {
			s += "." + e.sub + showComparison(e)
		}
		return s
	}
	return e.path + showComparison(e)
}

func showComparison(e *expr) string {
	if e.op == "" {
		return ""
	}
	s := " " + string(e.op)
	switch v := e.value; v.Kind {
	case roster.Text:
		s += " " + string(appendText(nil, v.Text))
	case roster.Bool:
		s += " " + strconv.FormatBool(v.Bool)
	case roster.Number:
		s += " " + strconv.FormatFloat(v.Number, 'g', -1, 64)
	default:
		if e.op != roster.Present {
			s += " null"
		}
	}
	return s
}

// showReferee does the same for the tree of the filter-parser library.
func showReferee(e referee.Expression) string {
	switch e := e.(type) {
	case *referee.LogicalExpression:
		return "(" + showReferee(e.Left) + " " + strings.ToLower(string(e.Operator)) + " " + showReferee(e.Right) + ")"
	case *referee.NotExpression:
		return "not(" + showReferee(e.Expression) + ")"
	case *referee.ValuePath:
		return e.AttributePath.String() + "[" + showReferee(e.ValueFilter) + "]"
	case *referee.AttributeExpression:
		s := e.AttributePath.String() + " " + string(e.Operator)
		switch v := e.CompareValue.(type) {
		case string:
			text, _ := unescape(v)
			return s + " " + string(appendText(nil, text))
		case bool:
			return s + " " + strconv.FormatBool(v)
		case int:
			return s + " " + strconv.FormatFloat(float64(v), 'g', -1, 64)
		case float64:
			return s + " " + strconv.FormatFloat(v, 'g', -1, 64)
		}
		if e.Operator != referee.PR {
			s += " null"
		}
		return s
	}
	return fmt.Sprintf("%T", e)
}

// TestFilterReferee holds our parser to the library's on the RFC's own examples (RFC 7644
// §3.4.2.2) and others: where the library accepts a filter, both read the same.
func TestFilterReferee(t *testing.T) {
	t.Parallel()
	for _, filter := range []string{
		`userName eq "bjensen"`, `name.familyName co "O'Malley"`, `userName sw "J"`,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"`, `title pr`, `meta.lastModified gt "2011-05-13T04:42:34Z"`,
		`title pr and userType eq "Employee"`, `title pr or userType eq "Intern"`,
		`userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")`,
		`userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")`,
		`userType eq "Employee" and (emails.type eq "work")`,
		`userType eq "Employee" and emails[type eq "work" and value co "@example.com"]`,
		`emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]`,
		`active eq true`, `active EQ FALSE`, `a eq null`, `a eq -1.5e3`, `a eq 0`, `a eq "\\\"é"`,
		`a pr and b pr or c pr and not (d pr) or e pr`, `a pr or b pr or c pr`, `((a pr))`, `not (a pr) and b pr`,
	} {
		want, err := referee.ParseFilter([]byte(filter))
		if err != nil {
			t.Logf("the library refuses %s: %v", filter, err)
			if _, err := parseExpr(filter, Limits{}); err != nil {
				t.Errorf("parseExpr(%s): %v", filter, err)
			}
			continue
		}
		got, err := parseExpr(filter, Limits{})
		if err != nil {
			t.Errorf("parseExpr(%s): %v", filter, err)
			continue
		}
		if w, g := showReferee(want), show(got); w != g {
			t.Errorf("parseExpr(%s) = %s, the library has %s", filter, g, w)
		}
	}
}
