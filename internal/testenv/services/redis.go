package services

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"

	"github.com/redis/go-redis/v9"
)

// RedisPackages are Debian's names for what InstalledRedis needs.
var RedisPackages = []string{"redis-server"}

// RedisDatabases is how many numbered databases a Redis of ours has, one for each test at a time.
const RedisDatabases = "512"

// InstalledRedis starts a private Redis (or Valkey) from installed binaries. It is ErrNotInstalled
// when there are none.
func InstalledRedis(ctx context.Context) (*Service, error) {
	for _, name := range []string{"redis-server", "valkey-server"} {
		if program, err := exec.LookPath(name); err == nil {
			return retry(ctx, func(ctx context.Context) (*Service, error) { return startRedis(ctx, program) })
		}
	}
	return nil, fmt.Errorf("redis: %w", ErrNotInstalled)
}

func startRedis(ctx context.Context, program string) (*Service, error) {
	h, err := newHome("redis")
	if err != nil {
		return nil, err
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(h.dir))
	}
	// The configuration goes through a file: a command line shows the password to all users.
	secret := password()
	config := fmt.Sprintf("port %s\nbind 127.0.0.1\nrequirepass %s\ndir %s\ndatabases %s\nsave \"\"\nappendonly no\n",
		port, secret, h.dir, RedisDatabases)
	if err := h.writeFile("redis.conf", config); err != nil {
		return nil, errors.Join(err, os.RemoveAll(h.dir))
	}
	k, err := h.keep("TERM", program, h.path("redis.conf"))
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(h.dir))
	}
	s := &Service{URL: redisURL("127.0.0.1:"+port, secret), How: "private server from " + program, stop: k.stop}
	if err := waitReady(ctx, k.died, func(ctx context.Context) error { return pingRedis(ctx, s.URL) }); err != nil {
		return nil, errors.Join(fmt.Errorf("start redis: %w\n%s", err, k.log()), k.stop())
	}
	return s, nil
}

func redisURL(host, secret string) string {
	u := url.URL{Scheme: "redis", Host: host, User: url.UserPassword("", secret)}
	return u.String()
}

func pingRedis(ctx context.Context, url string) error {
	options, err := redis.ParseURL(url)
	if err != nil {
		return fmt.Errorf("read redis url: %w", err)
	}
	options.MaxRetries = -1
	client := redis.NewClient(options)
	return errors.Join(client.Ping(ctx).Err(), client.Close())
}
