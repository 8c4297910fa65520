package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// lockSQLite keeps a second gateway off the embedded store until unlock. Both would work, and each
// would count, queue and remember by itself. The lock ends with the process, however it ends; the
// empty file stays. Commands beside the gateway need none.
func (p *program) lockSQLite() (unlock func(), err error) {
	file, embedded := p.sqliteFile()
	if !embedded {
		return func() {}, nil
	}
	name := strings.TrimSuffix(file, filepath.Ext(file)) + ".lock"
	// Not the database itself: to close a file that SQLite has open drops SQLite's own locks.
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, p.fileHelp(fmt.Errorf("make the gateway's lock: %w", err))
	}
	taken, err := lockFile(f)
	switch {
	case err == nil && !taken:
		return func() { _ = f.Close() }, nil
	case err == nil:
		err = refused("another gateway runs on %s already; SQLite takes one, and PostgreSQL as many as you like", file)
	default:
		err = fmt.Errorf("lock %s: %w", name, err)
	}
	return nil, errors.Join(err, f.Close())
}
