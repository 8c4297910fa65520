package storage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv"
	"rollcall/storage"
)

// benchMembers is how many members a directory has before the measuring begins.
const benchMembers = 10_000

// town is a tenant with a directory full of members.
type town struct {
	db      *storage.DB
	r       *roster.Roster
	by      roster.By
	members []roster.MemberID
	next    atomic.Int64
}

func benchChange(n int) roster.Change {
	name := fmt.Sprintf("User%d.Name%d@acme.example", n, n)
	return roster.Change{
		Login: name, ExternalID: fmt.Sprintf("00u%017d", n), Email: name, Addresses: []string{roster.Fold(name)}, Active: new(true),
		Attributes: roster.Attributes(fmt.Sprintf(`{"displayName":"User %d","name":{"givenName":"User%d","familyName":"Name%d"},`+
			`"emails":[{"value":%q,"type":"work","primary":true}],"title":"Engineer","locale":"en-US",`+
			`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"R&D","employeeNumber":"%d"}}`, n, n, n, name, n)),
	}
}

func newTown(b *testing.B, url string) *town {
	b.Helper()
	ctx := b.Context()
	db := open(b, url)
	t := &town{db: db, r: &roster.Roster{Store: db, Locator: db, Now: time.Now}}
	ten, err := t.r.CreateTenant(ctx, "acme", "Acme", tenant.SimpleRoles())
	if err != nil {
		b.Fatal(err)
	}
	staff := roster.Staff{Tenant: ten.ID, Actor: roster.Actor{Source: roster.SourceOperator}}
	dir, err := t.r.CreateDirectory(ctx, staff, "Okta", tenant.Okta, tenant.DirectorySettings{})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := t.r.AddDomain(ctx, staff, "acme.example"); err != nil {
		b.Fatal(err)
	}
	if _, err := t.r.TrustDomain(ctx, staff, "acme.example"); err != nil {
		b.Fatal(err)
	}
	t.by = roster.By{Tenant: ten.ID, Directory: dir}
	first, err := t.r.Provision(ctx, t.by, benchChange(0))
	if err != nil {
		b.Fatal(err)
	}
	t.members = append(t.members, first.ID)
	const batch = 1000
	for len(t.members) < benchMembers {
		err := db.Update(ctx, ten.ID, func(tx roster.Tx) error {
			for range batch {
				m, c := first, benchChange(len(t.members))
				m.ID, m.Login, m.ExternalID, m.Addresses, m.Attributes = roster.NewMemberID(tx.Now()), c.Login, c.ExternalID, c.Addresses, c.Attributes
				m.Email, m.Person = roster.Email(c.Addresses[0]), roster.PersonID{}
				if err := tx.InsertMember(ctx, m); err != nil {
					return err
				}
				t.members = append(t.members, m.ID)
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	t.next.Store(int64(len(t.members)))
	return t
}

// group makes a group of n members.
func (t *town) group(b *testing.B, n int) roster.GroupID {
	b.Helper()
	g, err := t.r.CreateGroup(b.Context(), t.by, roster.GroupChange{
		Name: new(fmt.Sprintf("Group of %d", n)), Steps: []roster.MemberStep{{Op: roster.AddMembers, Members: t.members[:n]}},
	})
	if err != nil {
		b.Fatal(err)
	}
	return g.ID
}

func (t *town) any() (int, roster.MemberID) {
	n := rand.IntN(benchMembers)
	return n, t.members[n]
}

// side runs f in 16 goroutines and reports how often per second.
func side(b *testing.B, f func(ctx context.Context) error) {
	b.Helper()
	b.SetParallelism(8)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := f(b.Context()); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
}

func BenchmarkStore(b *testing.B) {
	for name, url := range backends() {
		b.Run(name, func(b *testing.B) {
			t := newTown(b, url(b))
			scope := roster.Scope{Directory: t.by.Directory.ID}
			reader := t.db.Reader(t.by.Tenant)
			b.Run("get", func(b *testing.B) {
				side(b, func(ctx context.Context) error {
					_, id := t.any()
					_, err := reader.Member(ctx, scope, id, true)
					return err
				})
			})
			b.Run("match", func(b *testing.B) {
				side(b, func(ctx context.Context) error {
					n, _ := t.any()
					page, err := reader.Members(ctx, roster.Query{
						Scope: scope, Limit: 100, Count: true, WithGroups: true,
						Where: roster.Compare{Field: roster.Field{Column: roster.ColumnLogin}, Op: roster.Equal, Value: roster.TextValue(benchChange(n).Login)},
					})
					if err == nil && page.Total != 1 {
						return fmt.Errorf("found %d", page.Total)
					}
					return err
				})
			})
			b.Run("page", func(b *testing.B) {
				side(b, func(ctx context.Context) error {
					_, id := t.any()
					_, err := reader.Members(ctx, roster.Query{Scope: scope, Limit: 100, Count: true, WithGroups: true, After: id.UUID})
					return err
				})
			})
			b.Run("create", func(b *testing.B) {
				side(b, func(ctx context.Context) error {
					_, err := t.r.Provision(ctx, t.by, benchChange(int(t.next.Add(1))))
					return err
				})
			})
			b.Run("patch", func(b *testing.B) {
				side(b, func(ctx context.Context) error {
					n, id := t.any()
					_, err := t.r.Edit(ctx, t.by, id, roster.Precondition{}, func(m roster.Member) (roster.Change, error) {
						c := benchChange(n)
						c.Attributes = roster.Attributes(fmt.Sprintf(`{"displayName":"Other %d"}`, rand.Int()))
						return c, nil
					})
					return err
				})
			})
			b.Run("deactivate", func(b *testing.B) {
				side(b, func(ctx context.Context) error {
					n, id := t.any()
					_, err := t.r.Edit(ctx, t.by, id, roster.Precondition{}, func(m roster.Member) (roster.Change, error) {
						c := benchChange(n)
						c.Attributes, c.Active = m.Attributes, new(!m.DirectoryActive)
						return c, nil
					})
					return err
				})
			})
			for _, size := range []int{0, benchMembers / 2} {
				g := t.group(b, size)
				b.Run(fmt.Sprintf("join_group_of_%d", size), func(b *testing.B) {
					for b.Loop() {
						id := t.members[benchMembers/2+rand.IntN(benchMembers/2)]
						for _, op := range []roster.MemberOp{roster.AddMembers, roster.RemoveMembers} {
							_, err := t.r.EditGroup(b.Context(), t.by, g, roster.Precondition{}, func(roster.Group) (roster.GroupChange, error) {
								return roster.GroupChange{Steps: []roster.MemberStep{{Op: op, Members: []roster.MemberID{id}}}}, nil
							})
							if err != nil {
								b.Fatal(err)
							}
						}
					}
				})
			}
		})
	}
}

// BenchmarkCeiling is what PostgreSQL gives at most: a table without anything, no tenants, and only
// the statements that can't be left out.
func BenchmarkCeiling(b *testing.B) {
	ctx := b.Context()
	pool, err := pgxpool.New(ctx, testenv.Postgres(b)+"&pool_max_conns=16")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	for _, sql := range []string{
		`CREATE TABLE users (tenant int NOT NULL, id uuid NOT NULL, user_name text NOT NULL, external_id text, doc jsonb NOT NULL, PRIMARY KEY (tenant, id))`,
		`CREATE UNIQUE INDEX users_name ON users (tenant, lower(user_name))`,
		`CREATE INDEX users_ext ON users (tenant, external_id)`,
		`CREATE TABLE outbox (seq bigserial PRIMARY KEY, tenant int NOT NULL, kind text NOT NULL, rid uuid NOT NULL, body jsonb)`,
	} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			b.Fatal(err)
		}
	}
	var next atomic.Int64
	ids := make([]string, benchMembers)
	create := func(ctx context.Context) error {
		n := int(next.Add(1)) - 1
		c, id := benchChange(n), tenant.NewUUID(time.Now()).UUID()
		if n < len(ids) {
			ids[n] = id
		}
		tx, err := pool.Begin(ctx)
		if err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `INSERT INTO users VALUES (1, $1, $2, $3, $4)`, id, c.Login, c.ExternalID, string(c.Attributes)); err == nil {
			_, err = tx.Exec(ctx, `INSERT INTO outbox (tenant, kind, rid, body) VALUES (1, 'created', $1, $2)`, id, string(c.Attributes))
		}
		if err != nil {
			return err
		}
		return tx.Commit(ctx)
	}
	for range benchMembers {
		if err := create(ctx); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("get", func(b *testing.B) {
		side(b, func(ctx context.Context) error {
			var doc []byte
			return pool.QueryRow(ctx, `SELECT doc FROM users WHERE tenant = 1 AND id = $1`, ids[rand.IntN(benchMembers)]).Scan(&doc)
		})
	})
	b.Run("match", func(b *testing.B) {
		side(b, func(ctx context.Context) error {
			var doc []byte
			return pool.QueryRow(ctx, `SELECT doc FROM users WHERE tenant = 1 AND lower(user_name) = lower($1)`, benchChange(rand.IntN(benchMembers)).Login).Scan(&doc)
		})
	})
	b.Run("create", func(b *testing.B) { side(b, create) })
	b.Run("patch", func(b *testing.B) {
		side(b, func(ctx context.Context) error {
			n := rand.IntN(benchMembers)
			tx, err := pool.Begin(ctx)
			if err != nil {
				return err
			}
			defer tx.Rollback(ctx)
			var doc []byte
			if err := tx.QueryRow(ctx, `SELECT doc FROM users WHERE tenant = 1 AND id = $1 FOR UPDATE`, ids[n]).Scan(&doc); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE users SET doc = $2 WHERE tenant = 1 AND id = $1`, ids[n], string(doc)); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO outbox (tenant, kind, rid, body) VALUES (1, 'updated', $1, $2)`, ids[n], string(doc)); err != nil {
				return err
			}
			return tx.Commit(ctx)
		})
	})
}
