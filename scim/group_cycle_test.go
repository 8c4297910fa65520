package scim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"rollcall/internal/tenant"
)

// TestGroupCycle_P5 puts groups into each other and into themselves, in every way that members are sent: each is
// refused or passed over, and no group ever has a group as member.
func TestGroupCycle_P5(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			c := w.customer(t, "ours", "", tenant.Generic, tenant.DirectorySettings{})
			a, b := made(t, w, c, "/Groups", `{"displayName":"A"}`), made(t, w, c, "/Groups", `{"displayName":"B"}`)
			for _, of := range [][2]string{{a, b}, {b, a}, {a, a}} {
				for name, member := range map[string]string{
					"typed":       fmt.Sprintf(`{"type":"Group","value":%q}`, of[1]),
					"not typed":   fmt.Sprintf(`{"value":%q}`, of[1]),
					"as a person": fmt.Sprintf(`{"type":"User","value":%q}`, of[1]),
					"by address":  fmt.Sprintf(`{"value":%q,"$ref":"%s/Groups/%s"}`, of[1], w.door.BaseURL(c.directory.ID), of[1]),
				} {
					for _, req := range []struct{ verb, path, body string }{
						{"PATCH", "/Groups/" + of[0], `{"Operations":[{"op":"add","path":"members","value":[` + member + `]}]}`},
						{"PATCH", "/Groups/" + of[0], `{"Operations":[{"op":"replace","value":{"members":[` + member + `]}}]}`},
						{"PUT", "/Groups/" + of[0], fmt.Sprintf(`{"displayName":"Group %s","members":[%s]}`, of[0], member)},
						{"POST", "/Groups", fmt.Sprintf(`{"displayName":"C %s %s","members":[%s]}`, name, of, member)},
					} {
						rec := w.as(t, c, req.verb, req.path, req.body)
						if rec.Code >= http.StatusInternalServerError || strings.Contains(rec.Body.String(), `"value":"`+of[1]) {
							t.Errorf("%s of a group in a group, %s = %d %s, want it refused or passed over", req.verb, name, rec.Code, rec.Body)
						}
					}
				}
			}
			for _, id := range []string{a, b} {
				if rec := w.as(t, c, "GET", "/Groups/"+id, ""); rec.Code != http.StatusOK || strings.Contains(rec.Body.String(), `"value"`) {
					t.Errorf("GET of a group afterwards = %d %s, want it without members", rec.Code, rec.Body)
				}
			}
		})
	}
}
