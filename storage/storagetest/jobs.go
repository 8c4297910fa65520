package storagetest

import (
	"testing"
	"time"

	"rollcall/internal/roster"
)

// jobProbes: a job names the tenant of its transaction, whatever its arguments say.
func jobProbes(all probes[roster.Tx]) {
	all["Enqueue"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		for _, at := range []time.Time{{}, tx.Now().AddDate(1, 0, 0)} {
			if err := tx.Enqueue(t.Context(), "probe", map[string]string{"tenant": x.owner.tenant.ID.String()}, at); err != nil {
				t.Errorf("Enqueue: %v", err)
			}
		}
		if err := tx.Enqueue(t.Context(), "probe", func() {}, time.Time{}); err == nil {
			t.Error("Enqueue of arguments that are no JSON went well")
		}
	}
}
