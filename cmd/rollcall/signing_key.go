package main

import (
	"io"
	"time"

	"rollcall/internal/tenant"
)

type signingKeyCmd struct {
	List   signingKeyListCmd   `cmd:"" help:"List the keys: former ones, the one in use, and the next."`
	Rotate signingKeyRotateCmd `cmd:"" help:"Make a new key that is used in ten minutes, when applications have it. Keys follow each other by themselves every 90 days; this is for one that others may know."`
	Retire signingKeyRetireCmd `cmd:"" help:"Forget all former keys at once: nothing that they signed is good any more. Run it when the new key of signing-key rotate is in use."`
}

// signingKeyView is a key without what is secret of it.
type signingKeyView struct {
	ID      string    `json:"id"`
	State   string    `json:"state"` // former, active or next
	UseFrom time.Time `json:"use_from"`
}

type signingKeyListCmd struct{}

// Run implements signing-key list.
func (c *signingKeyListCmd) Run(p *program) error {
	if _, err := p.open(); err != nil {
		return err
	}
	key, err := p.key()
	if err != nil {
		return err
	}
	keys, current, err := p.signingKeys(key).List(p.ctx)
	if err != nil {
		return err
	}
	views := list(keys, func(k tenant.SigningKey) signingKeyView {
		v := signingKeyView{k.ID, "active", k.UseFrom}
		if k.Generation < current.Generation {
			v.State = "former"
		} else if k.Generation > current.Generation {
			v.State = "next"
		}
		return v
	})
	return p.show(views, func(w io.Writer) {
		table(w, "", []string{"KEY", "STATE", "USED FROM"}, list(views, func(v signingKeyView) []string {
			return []string{v.ID, v.State, when(v.UseFrom)}
		}))
	})
}

type signingKeyRotateCmd struct{}

// Run implements signing-key rotate.
func (c *signingKeyRotateCmd) Run(p *program) error {
	if _, err := p.open(); err != nil {
		return err
	}
	key, err := p.key()
	if err != nil {
		return err
	}
	from, err := p.signingKeys(key).RotateNow(p.ctx)
	if err != nil {
		return err
	}
	return p.show(map[string]time.Time{"use_from": from}, func(w io.Writer) {
		say(w, "The new key is used from %s on. `rollcall signing-key retire` forgets the former ones then.", when(from))
	})
}

type signingKeyRetireCmd struct{}

// Run implements signing-key retire.
func (c *signingKeyRetireCmd) Run(p *program) error {
	if _, err := p.open(); err != nil {
		return err
	}
	key, err := p.key()
	if err != nil {
		return err
	}
	n, err := p.signingKeys(key).Retire(p.ctx)
	if err != nil {
		return err
	}
	return p.show(map[string]int{"retired": n}, func(w io.Writer) { say(w, "%s forgotten.", count(n, "former key is", "former keys are")) })
}
