package roster

import (
	"errors"
	"fmt"
	"testing"

	"rollcall/internal/tenant"
)

func TestATenantHasSoManyDomains(t *testing.T) {
	t.Parallel()
	having := func(n int, s tenant.DomainStatus) tenant.Config {
		var c tenant.Config
		for i := range n {
			c.Domains = append(c.Domains, tenant.Domain{Name: fmt.Sprintf("d%d.example", i), Status: s})
		}
		return c
	}
	for name, c := range map[string]struct {
		cfg     tenant.Config
		d       tenant.Domain
		refused bool
	}{
		"the last that waits":        {having(maxPending-1, tenant.DomainPending), tenant.Domain{Name: "new.example", Status: tenant.DomainPending}, false},
		"one too many that waits":    {having(maxPending, tenant.DomainPending), tenant.Domain{Name: "new.example", Status: tenant.DomainPending}, true},
		"beside as many proven":      {having(maxPending, tenant.DomainProven), tenant.Domain{Name: "new.example", Status: tenant.DomainPending}, false},
		"trusted beside the waiting": {having(maxPending, tenant.DomainPending), tenant.Domain{Name: "new.example", Status: tenant.DomainTrusted}, false},
		"one too many":               {having(maxDomains, tenant.DomainProven), tenant.Domain{Name: "new.example", Status: tenant.DomainTrusted}, true},
		"one that is there":          {having(maxDomains, tenant.DomainProven), tenant.Domain{Name: "d1.example", Status: tenant.DomainTrusted}, false},
		"beside those given up":      {having(maxNoted-1, tenant.DomainWithdrawn), tenant.Domain{Name: "new.example", Status: tenant.DomainPending}, false},
		"too many given up":          {having(maxNoted, tenant.DomainWithdrawn), tenant.Domain{Name: "new.example", Status: tenant.DomainPending}, true},
		"one given up comes back":    {having(maxNoted, tenant.DomainWithdrawn), tenant.Domain{Name: "d1.example", Status: tenant.DomainPending}, false},
	} {
		if err := mayHold(c.cfg, c.d); errors.Is(err, TooMany) != c.refused || err != nil != c.refused {
			t.Errorf("%s: %v, want refused %v", name, err, c.refused)
		}
	}
}
