package scim

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiscoveryDocuments(t *testing.T) {
	t.Parallel()
	var got []string
	for _, d := range append(schemas(testBase, quirks{}), resourceTypes(testBase, quirks{})...) {
		var doc struct {
			ID   string
			Meta struct{ ResourceType, Location string }
		}
		if err := json.Unmarshal(d.JSON, &doc); err != nil {
			t.Fatalf("%s: %v", d.ID, err)
		}
		if doc.ID != d.ID {
			t.Errorf("document %s calls itself %s", d.ID, doc.ID)
		}
		for _, bad := range []string{"null", `"password"`, "readwrite"} {
			if strings.Contains(string(d.JSON), bad) {
				t.Errorf("%s contains %s", d.ID, bad)
			}
		}
		got = append(got, doc.Meta.ResourceType+" "+doc.Meta.Location)
	}
	want := []string{
		"Schema " + testBase + "/Schemas/" + userURN,
		"Schema " + testBase + "/Schemas/" + groupURN,
		"Schema " + testBase + "/Schemas/" + enterpriseURN,
		"ResourceType " + testBase + "/ResourceTypes/User",
		"ResourceType " + testBase + "/ResourceTypes/Group",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("documents mismatch (-want +got)\n%s", diff)
	}
}
