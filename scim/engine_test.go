package scim

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"rollcall/internal/roster"
)

func many(n int, format string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(parts, ",")
}

// TestBounds: requests that would make us compare everything with everything are
// refused.
func TestBounds(t *testing.T) {
	t.Parallel()
	emails := `{"emails":[` + many(maxElements, `{"value":"%d@kv.example"}`) + `]}`
	bodies := []struct {
		name, body string
		want       roster.Kind
	}{
		{"elements", `{"userName":"u","emails":[` + many(maxElements+1, `{"value":"%d@kv.example"}`) + `]}`, roster.Invalid},
		{"attributes", `{"userName":"u","urn:acme:1.0:User":{` + many(maxFields+1, `"a%d":1`) + `}}`, roster.BadSyntax},
		{"bytes", `{"userName":"u","title":"` + strings.Repeat("a", maxDocument) + `"}`, roster.TooLarge},
		{"values", `{"userName":"u","urn:acme:1.0:User":{"l":[0` + strings.Repeat(",0", maxValues) + `]}}`, roster.TooLarge},
	}
	for _, tt := range bodies {
		if _, err := parseUser([]byte(tt.body), quirks{}); !errors.Is(err, tt.want) {
			t.Errorf("parseUser with too many %s: %v, want %v", tt.name, err, tt.want)
		}
	}
	photo := `{"photos":[{"value":"` + strings.Repeat("a", 900_000) + `"}]}`
	remove := `{"op":"remove","path":"emails","value":[` + many(maxElements, `"%d"`) + `]}`
	patches := []struct {
		name, operations string
		want             roster.Kind
	}{
		{"elements to remove from elements", remove + "," + remove, roster.TooLarge},
		{"elements", `{"op":"add","path":"emails","value":[{"value":"one more"}]}`, roster.Invalid},
		{"elements by path", `{"op":"add","path":"emails[type eq \"work\"].value","value":"one more"}`, roster.Invalid},
		{"comparisons", many(maxCompared/maxElements+1, `{"op":"remove","path":"emails[value gt \"x%d\"].display"}`), roster.TooLarge},
		{"names to remove", `{"op":"remove","path":"emails","value":[` + many(maxElements+1, `"%d"`) + `]}`, roster.Invalid},
	}
	for _, tt := range patches {
		if _, err := applyUser(emails, tt.operations, quirks{}); !errors.Is(err, tt.want) {
			t.Errorf("patchUser with too many %s: %v, want %v", tt.name, err, tt.want)
		}
	}
	large := many(30, `{"op":"remove","path":"photos[value co \"b%d\"]"}`)
	if _, err := applyUser(photo, large, quirks{}); !errors.Is(err, roster.TooLarge) {
		t.Errorf("patchUser with filters on large elements: %v, want %v", err, roster.TooLarge)
	}
	if _, err := parseProjection(many(maxNames+1, "a%d"), "", userKind.schema()); !errors.Is(err, roster.Invalid) {
		t.Errorf("parseProjection with too many names: %v, want %v", err, roster.Invalid)
	}
}

// TestStoredDeeperThanBodies: PATCH puts values of bodies into others, and what comes out must
// be readable again.
func TestStoredDeeperThanBodies(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`[`, maxJSONDepth-3) + `1` + strings.Repeat(`]`, maxJSONDepth-3)
	doc := ``
	for i := range 3 {
		c, err := applyUser(doc, `{"op":"add","path":"urn:acme:1.0:User:a.b","value":`+deep+`},{"op":"add","path":"title","value":"`+fmt.Sprint(i)+`"}`, quirks{})
		if err != nil {
			t.Fatal(err, detailText(err))
		}
		doc = string(c.Attributes)
	}
}

// TestExtensionByItsOwnURN: an extension that is there is found by its URN, whatever
// that ends in.
func TestExtensionByItsOwnURN(t *testing.T) {
	t.Parallel()
	const doc = `{"title":"T","urn:acme:hr":{"badge":1}}`
	for _, operation := range []string{`{"op":"remove","path":"urn:acme:hr"}`, `{"op":"replace","value":{"urn:acme:hr":null}}`} {
		c, err := applyUser(doc, operation, quirks{})
		if err != nil || string(c.Attributes) != `{"title":"T"}` {
			t.Errorf("patchUser(%s) = %s, %v", operation, c.Attributes, err)
		}
	}
}
