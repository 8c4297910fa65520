package storagetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"rollcall/internal/roster"
)

func testFactors(t *testing.T, open opener) {
	check(t, open, []claim{
		{"a password is set, replaced and taken away", factorsPassword},
		{"a passkey belongs to one member", factorsPasskey},
		{"a step of an authenticator is used once, and none before it", factorsTOTP},
		{"a recovery code is used once", factorsRecovery},
		{"all factors of one member go together", factorsDrop},
	})
}

func (h *house) factors(m roster.Member) roster.Factors {
	h.t.Helper()
	f, err := h.reader().Factors(h.t.Context(), m.ID)
	if err != nil {
		h.t.Fatalf("Factors: %v", err)
	}
	return f
}

func factorsPassword(t *testing.T, b Backend) {
	h := newHouse(t, b, "factors")
	m := h.addMember("ada")
	_, err := h.reader().Password(t.Context(), m.ID)
	wantKind(t, "Password of who has none", roster.NotFound, err)
	for _, hash := range []string{"one", "two"} {
		p := roster.Password{Member: m.ID, Hash: hash, SetAt: epoch()}
		h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutPassword(ctx, p) })
		got, err := h.reader().Password(t.Context(), m.ID)
		wantSame(t, "Password", []any{p, error(nil)}, []any{got, err})
	}
	wantSame(t, "Factors", roster.Factors{Password: true}, h.factors(m))
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.DropPassword(ctx, m.ID) })
	wantSame(t, "Factors without", roster.Factors{}, h.factors(m))
}

func newPasskey(m roster.Member, id byte) roster.Passkey {
	return roster.Passkey{ID: []byte{id, 2}, Member: m.ID, Data: []byte("key"), Label: "Laptop", CreatedAt: epoch().Add(time.Duration(id) * time.Second)}
}

func factorsPasskey(t *testing.T, b Backend) {
	h := newHouse(t, b, "factors")
	ada, bob := h.addMember("ada"), h.addMember("bob")
	one, two := newPasskey(ada, 1), newPasskey(ada, 2)
	put := func(k roster.Passkey) error {
		return h.try(func(ctx context.Context, tx roster.Tx) error { return tx.PutPasskey(ctx, k) })
	}
	for _, k := range []roster.Passkey{two, one} {
		if err := put(k); err != nil {
			t.Fatalf("PutPasskey: %v", err)
		}
	}
	one.UsedAt, one.Label = epoch(), "Phone"
	if err := put(one); err != nil {
		t.Fatalf("PutPasskey again: %v", err)
	}
	theirs := one
	theirs.Member = bob.ID
	wantKind(t, "PutPasskey of another member's", roster.Conflict, put(theirs))
	wantSame(t, "Factors", roster.Factors{Passkeys: []roster.Passkey{one, two}}, h.factors(ada))
	got, err := h.reader().Passkey(t.Context(), one.ID)
	wantSame(t, "Passkey", []any{one, error(nil)}, []any{got, err})
	h.update(func(ctx context.Context, tx roster.Tx) error {
		if err := tx.DropPasskey(ctx, bob.ID, two.ID); err != nil {
			return err
		}
		return tx.DropPasskey(ctx, ada.ID, one.ID)
	})
	wantSame(t, "Factors after", roster.Factors{Passkeys: []roster.Passkey{two}}, h.factors(ada))
	_, err = h.reader().Passkey(t.Context(), one.ID)
	wantKind(t, "Passkey that is gone", roster.NotFound, err)
}

func factorsTOTP(t *testing.T, b Backend) {
	h := newHouse(t, b, "factors")
	m := h.addMember("ada")
	app := roster.TOTP{Member: m.ID, Sealed: []byte("sealed")}
	put := func() {
		h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutTOTP(ctx, app) })
		wantSame(t, "TOTP", app, h.factors(m).TOTP)
	}
	put()
	app.ConfirmedAt, app.Step = epoch(), 5
	put()
	for _, c := range []struct {
		step int64
		want bool
	}{{5, false}, {6, true}, {6, false}, {4, false}, {8, true}} {
		h.update(func(ctx context.Context, tx roster.Tx) error {
			done, err := tx.UseTOTP(ctx, m.ID, c.step)
			wantSame(t, "UseTOTP", c.want, done)
			return err
		})
	}
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.DropTOTP(ctx, m.ID) })
	wantSame(t, "Factors without", roster.Factors{}, h.factors(m))
}

func factorsRecovery(t *testing.T, b Backend) {
	h := newHouse(t, b, "factors")
	m := h.addMember("ada")
	h.update(func(ctx context.Context, tx roster.Tx) error {
		return tx.PutRecoveryCodes(ctx, m.ID, [][32]byte{{1}, {2}})
	})
	use := func(hash byte, want bool, left int) {
		t.Helper()
		h.update(func(ctx context.Context, tx roster.Tx) error {
			done, err := tx.UseRecoveryCode(ctx, m.ID, [32]byte{hash})
			wantSame(t, "UseRecoveryCode", want, done)
			return err
		})
		wantSame(t, "left", left, h.factors(m).RecoveryCodes)
	}
	use(1, true, 1)
	use(1, false, 1)
	use(3, false, 1)
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutRecoveryCodes(ctx, m.ID, [][32]byte{{3}}) })
	use(2, false, 1)
	use(3, true, 0)
}

// membershipProbes are for who signs in: the tenant is not known yet.
func membershipProbes() probes[Backend] {
	return probes[Backend]{
		"Memberships": func(t *testing.T, x *stranger, b Backend) {
			found, err := b.Locator.Memberships(t.Context(), "ada@example.com", 100)
			if err != nil {
				t.Fatalf("Memberships: %v", err)
			}
			n := 0
			for _, m := range found {
				if m == (roster.Membership{Tenant: x.owner.tenant.ID, Member: x.member.ID}) {
					n++
				}
				if m.Tenant == x.tenant.ID {
					t.Error("the stranger has no such member")
				}
			}
			wantSame(t, "Memberships", 1, n)
			for _, address := range []roster.Email{"nobody@example.com", ""} {
				none, err := b.Locator.Memberships(t.Context(), address, 10)
				wantNone(t, "Memberships of who is none", none, err)
			}
			one, err := b.Locator.Memberships(t.Context(), "ada@example.com", 1)
			wantSame(t, "Memberships, at most one", []any{1, error(nil)}, []any{len(one), err})
		},
	}
}

func (x *stranger) factorTheirs() {
	x.owner.update(func(ctx context.Context, tx roster.Tx) error {
		if err := tx.PutPassword(ctx, roster.Password{Member: x.member.ID, Hash: "theirs", SetAt: epoch()}); err != nil {
			return err
		}
		if err := tx.PutPasskey(ctx, newPasskey(x.member, 7)); err != nil {
			return err
		}
		if err := tx.PutTOTP(ctx, roster.TOTP{Member: x.member.ID, Sealed: []byte("theirs"), ConfirmedAt: epoch()}); err != nil {
			return err
		}
		return tx.PutRecoveryCodes(ctx, x.member.ID, [][32]byte{{7}})
	})
}

func factorReads(all probes[roster.Reader]) {
	all["Password"] = func(t *testing.T, x *stranger, r roster.Reader) {
		_, err := r.Password(t.Context(), x.member.ID)
		wantKind(t, "Password", roster.NotFound, err)
	}
	all["Factors"] = func(t *testing.T, x *stranger, r roster.Reader) {
		f, err := r.Factors(t.Context(), x.member.ID)
		wantSame(t, "Factors", []any{roster.Factors{}, error(nil)}, []any{f, err})
	}
	all["Passkey"] = func(t *testing.T, x *stranger, r roster.Reader) {
		_, err := r.Passkey(t.Context(), newPasskey(x.member, 7).ID)
		wantKind(t, "Passkey", roster.NotFound, err)
	}
}

func factorProbes(all probes[roster.Tx]) {
	write := func(name string, f func(ctx context.Context, x *stranger, tx roster.Tx) error) {
		all[name] = func(t *testing.T, x *stranger, tx roster.Tx) {
			if err := f(t.Context(), x, tx); err != nil {
				t.Logf("%s: %v", name, err)
			}
		}
	}
	write("PutPassword", func(ctx context.Context, x *stranger, tx roster.Tx) error {
		return tx.PutPassword(ctx, roster.Password{Member: x.member.ID, Hash: "mine", SetAt: epoch()})
	})
	write("DropPassword", func(ctx context.Context, x *stranger, tx roster.Tx) error { return tx.DropPassword(ctx, x.member.ID) })
	write("PutPasskey", func(ctx context.Context, x *stranger, tx roster.Tx) error {
		return tx.PutPasskey(ctx, newPasskey(x.mine, 7))
	})
	write("DropPasskey", func(ctx context.Context, x *stranger, tx roster.Tx) error {
		return tx.DropPasskey(ctx, x.member.ID, newPasskey(x.member, 7).ID)
	})
	write("DropFactors", func(ctx context.Context, x *stranger, tx roster.Tx) error { return tx.DropFactors(ctx, x.member.ID) })
	write("PutTOTP", func(ctx context.Context, x *stranger, tx roster.Tx) error {
		return tx.PutTOTP(ctx, roster.TOTP{Member: x.member.ID, Sealed: []byte("mine")})
	})
	write("DropTOTP", func(ctx context.Context, x *stranger, tx roster.Tx) error { return tx.DropTOTP(ctx, x.member.ID) })
	write("PutRecoveryCodes", func(ctx context.Context, x *stranger, tx roster.Tx) error {
		return tx.PutRecoveryCodes(ctx, x.member.ID, nil)
	})
	all["UseTOTP"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		done, err := tx.UseTOTP(t.Context(), x.member.ID, 99)
		wantSame(t, "UseTOTP", []any{false, error(nil)}, []any{done, err})
	}
	all["UseRecoveryCode"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		done, err := tx.UseRecoveryCode(t.Context(), x.member.ID, [32]byte{7})
		wantSame(t, "UseRecoveryCode", []any{false, error(nil)}, []any{done, err})
	}
}

func factorsDrop(t *testing.T, b Backend) {
	h := newHouse(t, b, "factors")
	ada, bob := h.addMember("ada"), h.addMember("bob")
	for i, m := range []roster.Member{ada, bob} {
		h.update(func(ctx context.Context, tx roster.Tx) error {
			return errors.Join(
				tx.PutPassword(ctx, roster.Password{Member: m.ID, Hash: "one", SetAt: epoch()}),
				tx.PutPasskey(ctx, newPasskey(m, byte(i))),
				tx.PutTOTP(ctx, roster.TOTP{Member: m.ID, Sealed: []byte("s"), ConfirmedAt: epoch()}),
				tx.PutRecoveryCodes(ctx, m.ID, [][32]byte{{1}}))
		})
	}
	kept := h.factors(bob)
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.DropFactors(ctx, ada.ID) })
	wantSame(t, "Factors of who was dropped", roster.Factors{}, h.factors(ada))
	wantSame(t, "Factors of somebody else", kept, h.factors(bob))
}
