package services

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// Install installs Debian packages if this process is root on a machine with apt-get, and is
// ErrNotInstalled if not. Nothing asks questions, no service is started; apt's words are part of the error only.
func Install(ctx context.Context, packages ...string) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("%v: %w, and only root may install them", packages, ErrNotInstalled)
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return errors.Join(ErrNotInstalled, err)
	}
	defer keepServicesDown()()
	// Package lists may be stale or absent (images ship without), so refresh them on the first no.
	if aptGet(ctx, append([]string{"install", "--no-install-recommends"}, packages...)...) == nil {
		return nil
	}
	if err := aptGet(ctx, "update"); err != nil {
		return err
	}
	return aptGet(ctx, append([]string{"install", "--no-install-recommends"}, packages...)...)
}

// servicesPolicy is what Debian asks before a package starts its service (invoke-rc.d, deb-systemd-invoke).
const servicesPolicy = "/usr/sbin/policy-rc.d"

// keepServicesDown forbids packages to start their services while they are installed: tests start
// what they need, on 127.0.0.1 and with passwords of their own. A policy that exists stays.
func keepServicesDown() (undo func()) {
	policy, err := os.OpenFile(servicesPolicy, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return func() {}
	}
	_, err = policy.WriteString("#!/bin/sh\nexit 101\n") // 101: forbidden
	if err := errors.Join(err, policy.Close()); err != nil {
		_ = os.Remove(servicesPolicy)
		return func() {}
	}
	return func() { _ = os.Remove(servicesPolicy) }
}

func aptGet(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "apt-get", append([]string{"-qq", "-y", "-o", "DPkg::Lock::Timeout=120"}, args...)...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("apt-get %s: %w\n%s", args[0], err, bytes.TrimSpace(out))
	}
	return nil
}
