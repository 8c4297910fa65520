package storagetest

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"rollcall/internal/roster"
)

// probes are by the name of the method. Each checks what comes back itself.
type probes[T any] map[string]func(t *testing.T, x *stranger, on T)

// probe runs all probes and looks at the owner's state after each.
func probe[T any](t *testing.T, b Backend, seam reflect.Type, all probes[T], run func(x *stranger, f func(on T)) error) {
	for method := range seam.Methods() {
		name := method.Name
		f, ok := all[name]
		if !ok {
			t.Errorf("%s.%s has no probe of tenancy", seam.Name(), name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			x := newStranger(t, b, strings.ToLower(name)) // so that no probe meets what another one wrote
			before := x.owner.state(1)
			if err := run(x, func(on T) { f(t, x, on) }); err != nil {
				t.Logf("refused at the end: %v", err)
			}
			wantSame(t, "the owner's state", before, x.owner.state(1))
		})
	}
	for name := range all {
		if _, ok := seam.MethodByName(name); !ok {
			t.Errorf("%s has no method %s any more", seam.Name(), name)
		}
	}
}

func inReader(x *stranger, f func(roster.Reader)) error {
	f(x.reader())
	return nil
}

func inView(x *stranger, f func(roster.Reader)) error {
	return x.Store.View(x.t.Context(), x.tenant.ID, func(r roster.Reader) error {
		f(r)
		return nil
	})
}

func inUpdate(x *stranger, f func(roster.Tx)) error {
	return x.try(func(_ context.Context, tx roster.Tx) error {
		f(tx)
		return nil
	})
}

func inStore(x *stranger, f func(Backend)) error {
	f(x.Backend)
	return nil
}
