package roster

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzDocument holds the scanner against encoding/json: for every compact
// object it must find the same members and fold the same strings.
func FuzzDocument(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"a":1}`, `{"Title":"Lead \"X\"","n":-1.5e3,"t":true,"z":null}`,
		`{"emails":[{"type":"Work","value":"A@B.example"},{"value":"É"}],"urn:x:2.0:User":{"K":["ÀB",{"C":"D"}]}}`,
		`{"a\"b":"C:D","é":"\u00C9","x":"\ud83d\ude00 Y","e":[],"o":{}}`, `{"a":{"b":{"c":"D"}},"f":[[["G"]]]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var compact bytes.Buffer
		var object map[string]json.RawMessage
		if json.Unmarshal(in, &object) != nil || object == nil || json.Compact(&compact, in) != nil {
			return
		}
		doc := Attributes(compact.Bytes())
		members, err := doc.members()
		if err != nil {
			t.Fatalf("members of %s: %v", doc, err)
		}
		if len(members) != len(object) {
			t.Fatalf("%d members of %s, want %d", len(members), doc, len(object))
		}
		folded, err := doc.Folded()
		if err != nil {
			t.Fatalf("fold %s: %v", doc, err)
		}
		want, err := doc.Object()
		if err != nil {
			t.Fatal(err)
		}
		got, err := folded.Object()
		if err != nil {
			t.Fatalf("the folded form of %s is no object: %s", doc, folded)
		}
		if diff := cmp.Diff(foldedAll(want), any(got)); diff != "" {
			t.Errorf("Folded(%s) mismatch (-want +got)\n%s", doc, diff)
		}
	})
}

func foldedAll(v any) any {
	switch v := v.(type) {
	case string:
		return Fold(v)
	case []any:
		for i := range v {
			v[i] = foldedAll(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = foldedAll(v[k])
		}
	}
	return v
}

func TestText(t *testing.T) {
	t.Parallel()
	doc := Attributes(`{"a":{"displayName":"inner"},"displayName":"Ada \"L\"","n":1}`)
	for name, want := range map[string]string{"displayName": `Ada "L"`, "n": "", "a": "", "absent": ""} {
		if got := doc.Text(name); got != want {
			t.Errorf("Text(%q) = %q, want %q", name, got, want)
		}
	}
	if got := Attributes(nil).Text("displayName"); got != "" {
		t.Errorf("Text of no document = %q", got)
	}
}
