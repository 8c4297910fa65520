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
// ErrNotInstalled if not. Nothing asks questions; apt's words are part of the error only.
func Install(ctx context.Context, packages ...string) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("%v: %w, and only root may install them", packages, ErrNotInstalled)
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return errors.Join(ErrNotInstalled, err)
	}
	// Package lists may be stale or absent (images ship without), so refresh them on the first no.
	if aptGet(ctx, append([]string{"install", "--no-install-recommends"}, packages...)...) == nil {
		return nil
	}
	if err := aptGet(ctx, "update"); err != nil {
		return err
	}
	return aptGet(ctx, append([]string{"install", "--no-install-recommends"}, packages...)...)
}

func aptGet(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "apt-get", append([]string{"-qq", "-y", "-o", "DPkg::Lock::Timeout=120"}, args...)...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("apt-get %s: %w\n%s", args[0], err, bytes.TrimSpace(out))
	}
	return nil
}
