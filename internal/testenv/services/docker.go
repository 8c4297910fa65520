package services

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// DockerPostgres starts PostgreSQL in a container. It is ErrNotInstalled without a running engine.
func DockerPostgres(ctx context.Context) (*Service, error) {
	secret := password()
	args := []string{"-e", "POSTGRES_PASSWORD=" + secret, "postgres:16"}
	for _, s := range postgresSettings {
		args = append(args, "-c", s)
	}
	return startContainer(ctx, "5432", args, func(host string) string { return postgresURL(host, secret) }, pingPostgres)
}

// DockerRedis starts Redis in a container. It is ErrNotInstalled without a running engine.
func DockerRedis(ctx context.Context) (*Service, error) {
	secret := password()
	args := []string{"redis:7", "redis-server", "--save", "", "--databases", RedisDatabases, "--requirepass", secret}
	return startContainer(ctx, "6379", args, func(host string) string { return redisURL(host, secret) }, pingRedis)
}

func startContainer(
	ctx context.Context, port string, args []string,
	address func(host string) string, ping func(ctx context.Context, url string) error,
) (*Service, error) {
	if _, err := docker(ctx, "info"); err != nil {
		return nil, errors.Join(ErrNotInstalled, err)
	}
	id, err := docker(ctx, append([]string{"run", "-d", "--rm", "-p", "127.0.0.1::" + port}, args...)...)
	if err != nil {
		return nil, err
	}
	// The run may have been ended by ctx, the container must go all the same.
	stop := func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		_, err := docker(ctx, "rm", "-f", "-v", id)
		return err
	}
	host, err := docker(ctx, "port", id, port)
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	host, _, _ = strings.Cut(host, "\n")
	s := &Service{URL: address(host), How: "docker container " + id[:min(12, len(id))], stop: stop}
	if err := waitReady(ctx, nil, func(ctx context.Context) error { return ping(ctx, s.URL) }); err != nil {
		return nil, errors.Join(fmt.Errorf("start container: %w", err), stop())
	}
	return s, nil
}

// docker runs one docker command, which may have to pull an image first, and returns what it printed.
func docker(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	var stderr strings.Builder
	cmd := exec.CommandContext(ctx, "docker", args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("docker %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return strings.TrimSpace(string(out)), nil
}
