package issuer_test

import (
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/issuertest"
)

// TestEmailVerified_O1_J16: an app of all tenants hears email_verified of addresses on a domain that the tenant owns. That an
// admin wrote somebody in by hand, or the tenant's own provider vouched, says nothing to other tenants' apps.
func TestEmailVerified_O1_J16(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		a, secret := h.App(tenant.App{})
		for address, want := range map[string]bool{"ann@acme.example": true, "ceo@victim.example": false} {
			m, err := h.Roster.AddMember(t.Context(), h.Staff, address, "viewer", "Ann")
			if err != nil {
				t.Fatal(err)
			}
			if m.Standing.State != roster.StateActive {
				t.Fatalf("%s is %s", address, m.Standing.State)
			}
			tokens := h.FlowOf(a, secret, m).Tokens()
			got := issuertest.Claims(tokens.Text("id_token"))
			if got["email"] != address || got["email_verified"] != want {
				t.Errorf("ID token of %s: email %v, email_verified %v, want %v", address, got["email"], got["email_verified"], want)
			}
			userinfo := h.Get(h.Replica, "/oauth2/userinfo", nil, issuertest.Bearer(tokens.Text("access_token"))).JSON
			if userinfo["email_verified"] != want {
				t.Errorf("userinfo of %s: email_verified %v, want %v", address, userinfo["email_verified"], want)
			}
		}
	})
}
