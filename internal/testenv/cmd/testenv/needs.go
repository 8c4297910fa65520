package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"rollcall/internal/testenv"
	"rollcall/internal/testenv/services"
)

// need is one thing that tests need from their surroundings.
type need struct {
	name string
	// get finds, starts or installs it.
	get func(ctx context.Context, env []string) (provision, error)
	// wanted says whether a command needs it; nil: always.
	wanted func(command []string) bool
	// without says what does not happen when it can't be had.
	without string
	// leaveOut makes the command one that does without; nil: the tests see to it themselves.
	leaveOut func(command []string) []string
}

// provision is a need that was met.
type provision struct {
	how  string       // where it came from
	env  []string     // what the command has to be told
	stop func() error // nil: nothing to stop
}

func needs() []need {
	return []need{
		server("PostgreSQL", testenv.PostgresVariable, services.PostgresPackages, services.InstalledPostgres, services.DockerPostgres),
		server("Redis", testenv.RedisVariable, services.RedisPackages, services.InstalledRedis, services.DockerRedis),
		compiler(),
		peer("SimpleSAMLphp", services.SimpleSAMLphpPackages, func(context.Context) (string, error) {
			installed, err := services.InstalledSimpleSAMLphp()
			return installed.WWW, err
		}),
		peer("Glewlwyd", services.GlewlwydPackages, func(context.Context) (string, error) {
			installed, err := services.InstalledGlewlwyd()
			return installed.Program, err
		}),
		peer("Chromium", services.ChromiumPackages, func(context.Context) (string, error) { return services.Chromium() }),
		node(),
	}
}

type startFunc func(context.Context) (*services.Service, error)

// server is a need met by the environment, by binaries, by a container, by installed packages.
func server(name, variable string, packages []string, installed, docker startFunc) need {
	get := func(ctx context.Context, env []string) (provision, error) {
		if url := lookup(env, variable); url != "" {
			return provision{how: "the one in " + variable}, nil
		}
		var errs []error
		for _, start := range []startFunc{installed, docker, afterInstall(packages, installed)} {
			s, err := start(ctx)
			if err == nil {
				return provision{how: s.How, env: []string{variable + "=" + s.URL}, stop: s.Stop}, nil
			}
			errs = append(errs, err)
			if !errors.Is(err, services.ErrNotInstalled) {
				break // it is there and does not start: that is to be seen, not to be worked round
			}
		}
		return provision{}, errors.Join(errs...)
	}
	return need{name: name, get: get, without: "tests that need it were skipped; install it or set " + variable}
}

func afterInstall(packages []string, start startFunc) startFunc {
	return func(ctx context.Context) (*services.Service, error) {
		if err := services.Install(ctx, packages...); err != nil {
			return nil, err
		}
		return start(ctx)
	}
}

// compiler is the C compiler that go's race detector needs.
func compiler() need {
	return need{
		name:    "C compiler",
		without: "tests ran without the race detector; install gcc",
		wanted:  func(command []string) bool { return slices.Contains(command, "-race") },
		leaveOut: func(command []string) []string {
			return slices.DeleteFunc(slices.Clone(command), func(arg string) bool { return arg == "-race" })
		},
		get: func(ctx context.Context, env []string) (provision, error) {
			cc, err := findCompiler(env)
			if err != nil {
				err = errors.Join(err, services.Install(ctx, "gcc", "libc6-dev"))
				if cc, _ = findCompiler(env); cc == "" {
					return provision{}, err
				}
			}
			return provision{how: cc, env: []string{"CGO_ENABLED=1", "CC=" + cc}}, nil
		},
	}
}

func findCompiler(env []string) (string, error) {
	for _, cc := range []string{lookup(env, "CC"), "gcc", "clang", "cc"} {
		if cc == "" {
			continue
		}
		// CC may carry flags.
		if _, err := exec.LookPath(strings.Fields(cc)[0]); err == nil {
			return cc, nil
		}
	}
	return "", fmt.Errorf("gcc, clang, cc: %w", os.ErrNotExist)
}

// lookup returns the last value of name in env, as a child would see it.
func lookup(env []string, name string) string {
	for _, pair := range slices.Backward(env) {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}
