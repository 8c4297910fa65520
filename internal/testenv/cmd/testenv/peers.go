package main

import (
	"context"
	"errors"

	"rollcall/internal/testenv/services"
)

// withoutPeer says what happens without a program that tests sign in with.
const withoutPeer = "tests that sign in with it were skipped; install it"

// peer is a program that tests start themselves: it only has to be installed.
func peer(name string, packages []string, find func(context.Context) (string, error)) need {
	return need{name: name, without: withoutPeer, get: func(ctx context.Context, _ []string) (provision, error) {
		where, err := find(ctx)
		if errors.Is(err, services.ErrNotInstalled) {
			if err = errors.Join(err, services.Install(ctx, packages...)); ctx.Err() != nil {
				return provision{}, err
			}
			var again error
			if where, again = find(ctx); again == nil {
				err = nil
			}
		}
		return provision{how: where}, err
	}}
}

// node is Node.js with npm's packages. Where the installed one is too old, as Debian 12's is, npm's
// packages bring a newer one.
func node() need {
	return need{name: "Node.js and npm packages", without: withoutPeer, get: func(ctx context.Context, _ []string) (provision, error) {
		modules, err := services.InstallNodeModules(ctx)
		if errors.Is(err, services.ErrNotInstalled) {
			if installErr := services.Install(ctx, services.NodeDebianPackages...); installErr != nil {
				return provision{}, errors.Join(err, installErr)
			}
			modules, err = services.InstallNodeModules(ctx)
		}
		if err != nil {
			return provision{}, err
		}
		program, err := services.Node(ctx)
		return provision{how: program + ", " + modules}, err
	}}
}
