package testenv

import (
	"context"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// leaseTime is how long a database stays with a test that never gave it back (a killed run).
const leaseTime = time.Hour

// Redis gives tb an empty numbered database of a real Redis and returns its URL; the database is
// flushed and given back when tb ends. Channels of publish/subscribe are not split by database:
// tests that subscribe choose names of their own.
func Redis(tb testing.TB) string {
	tb.Helper()
	admin := server(tb, RedisVariable, ownRedis)
	u, err := url.Parse(admin)
	if err != nil {
		tb.Fatalf("%s is not a URL", RedisVariable) // err would print the password
	}
	n := lease(tb, admin)
	u.Path = "/" + strconv.Itoa(n)
	return u.String()
}

// lease takes a database that no other test has, in this process or another. Database 0 holds the
// leases.
func lease(tb testing.TB, admin string) int {
	tb.Helper()
	ctx := context.Background()
	leases := dialRedis(tb, admin, 0)
	config, err := leases.ConfigGet(ctx, "databases").Result()
	if err != nil {
		tb.Fatalf("ask Redis for its number of databases: %v", err)
	}
	databases, err := strconv.Atoi(config["databases"])
	if err != nil {
		tb.Fatalf("ask Redis for its number of databases: %v", err)
	}
	for n := 1; n < databases; n++ {
		key := "rollcall:test:lease:" + strconv.Itoa(n)
		taken, err := leases.SetNX(ctx, key, tb.Name(), leaseTime).Result()
		if err != nil {
			tb.Fatalf("lease Redis database %d: %v", n, err)
		}
		if !taken {
			continue
		}
		database := dialRedis(tb, admin, n)
		flush := func() {
			if err := database.FlushDB(ctx).Err(); err != nil {
				tb.Errorf("flush Redis database %d: %v", n, err)
			}
		}
		flush() // a killed run leaves keys behind
		tb.Cleanup(func() {
			flush()
			if err := leases.Del(ctx, key).Err(); err != nil {
				tb.Errorf("give back Redis database %d: %v", n, err)
			}
		})
		return n
	}
	tb.Fatalf("all %d databases of this Redis are in use", databases)
	return 0
}

func dialRedis(tb testing.TB, admin string, database int) *redis.Client {
	tb.Helper()
	options, err := redis.ParseURL(admin)
	if err != nil {
		tb.Fatalf("%s is not a Redis URL", RedisVariable)
	}
	options.DB, options.PoolSize = database, 1
	client := redis.NewClient(options)
	tb.Cleanup(func() { _ = client.Close() })
	return client
}
