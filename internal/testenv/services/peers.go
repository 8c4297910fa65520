package services

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// Debian's names for what tests of signing in meet.
var (
	SimpleSAMLphpPackages = []string{"simplesamlphp", "php-cli", "php-xml", "php-mbstring", "php-sqlite3", "php-curl"}
	GlewlwydPackages      = []string{"glewlwyd"}
	ChromiumPackages      = []string{"chromium"}
)

// SimpleSAMLphp is an installed SimpleSAMLphp.
type SimpleSAMLphp struct {
	PHP string // the program
	WWW string // the folder that is served
}

// InstalledSimpleSAMLphp finds it where Debian puts it. It is ErrNotInstalled when it is not there.
func InstalledSimpleSAMLphp() (SimpleSAMLphp, error) {
	s := SimpleSAMLphp{WWW: "/usr/share/simplesamlphp/www"}
	var err error
	if s.PHP, err = exec.LookPath("php"); err != nil {
		return s, fmt.Errorf("php: %w", ErrNotInstalled)
	}
	return s, present(filepath.Join(s.WWW, "saml2", "idp", "SSOService.php"))
}

// Glewlwyd is an installed Glewlwyd.
type Glewlwyd struct {
	Program string
	Schema  string // SQL that makes its SQLite database, with an administrator admin/password
	Modules string // the folder of its modules
	Webapp  string // the folder of its pages
}

// InstalledGlewlwyd finds it where Debian puts it. It is ErrNotInstalled when it is not there.
func InstalledGlewlwyd() (Glewlwyd, error) {
	g := Glewlwyd{
		Schema:  "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3",
		Modules: "/usr/lib/glewlwyd", Webapp: "/usr/share/glewlwyd/webapp",
	}
	var err error
	if g.Program, err = exec.LookPath("glewlwyd"); err != nil {
		return g, fmt.Errorf("glewlwyd: %w", ErrNotInstalled)
	}
	return g, errors.Join(present(g.Schema), present(g.Modules))
}

// ChromiumVariable names a Chromium, Chrome or Edge that is not on the PATH.
const ChromiumVariable = "ROLLCALL_TEST_CHROMIUM"

// Chromium finds a browser that speaks Chrome's protocol. It is ErrNotInstalled when there is none.
func Chromium() (string, error) {
	if program := os.Getenv(ChromiumVariable); program != "" {
		return program, nil
	}
	for _, name := range []string{
		"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	} {
		if program, err := exec.LookPath(name); err == nil {
			return program, nil
		}
	}
	return "", fmt.Errorf("chromium: %w", ErrNotInstalled)
}

func present(path string) error {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", path, ErrNotInstalled)
	}
	return err
}
