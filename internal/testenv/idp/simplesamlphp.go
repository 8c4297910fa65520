package idp

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"testing"

	"rollcall/internal/testenv/services"
)

//go:embed simplesamlphp
var simpleSAMLphpFiles embed.FS

var simpleSAMLphps shared[SAMLOptions, *SAML]

// StartSimpleSAMLphp returns the SimpleSAMLphp of this process with these options.
func StartSimpleSAMLphp(tb testing.TB, o SAMLOptions) *SAML {
	tb.Helper()
	return simpleSAMLphps.get(tb, "SimpleSAMLphp", o, func(ctx context.Context) (*SAML, error) { return startSimpleSAMLphp(ctx, o) })
}

func startSimpleSAMLphp(ctx context.Context, o SAMLOptions) (*SAML, error) {
	installed, err := services.InstalledSimpleSAMLphp()
	if err != nil {
		return nil, err
	}
	s := &SAML{EntityID: o.entityID(), refuse: refusedBySimpleSAMLphp(o)}
	files, err := s.files(o)
	if err != nil {
		return nil, err
	}
	if err := addFiles(files, simpleSAMLphpFiles, "simplesamlphp"); err != nil {
		return nil, err
	}
	files["tmp/.keep"] = nil
	program := services.Program{
		Name: "simplesamlphp", Files: files, Ready: "/saml2/idp/metadata.php",
		Command: func(dir, port string) []string {
			return []string{installed.PHP, "-d", "session.save_path=" + dir + "/tmp", "-S", "127.0.0.1:" + port, "-t", installed.WWW}
		},
		Env: func(dir, port string) []string {
			return []string{
				"SIMPLESAMLPHP_CONFIG_DIR=" + dir + "/config", "SSP_HOME=" + dir, "SSP_BASE=http://127.0.0.1:" + port, "SSP_ENTITYID=" + s.EntityID,
			}
		},
	}
	running, err := program.Start(ctx)
	if err != nil {
		return nil, err
	}
	s.server = &server{Service: running, kind: "SimpleSAMLphp"}
	s.MetadataURL = running.URL + "/saml2/idp/metadata.php"
	s.SSOURL = running.URL + "/saml2/idp/SSOService.php"
	s.unsolicited = func(sp, _, relayState string) string {
		return s.SSOURL + "?" + query("spentityid", sp, "RelayState", relayState)
	}
	return s, nil
}

func refusedBySimpleSAMLphp(o SAMLOptions) func(SP) string {
	return func(sp SP) string {
		switch {
		case sp.Encrypt == EncryptGCM:
			return "encrypts with AES-CBC only"
		case sp.NextKey && !o.RollOver:
			return "has no next key without RollOver"
		}
		return ""
	}
}

func (o SAMLOptions) entityID() string {
	if o.EntityID != "" {
		return o.EntityID
	}
	return "urn:corp.example:idp"
}

// files are the keys and accounts of a SAML provider, and an empty folder for service providers.
func (s *SAML) files(o SAMLOptions) (map[string][]byte, error) {
	files, err := accountFiles()
	if err != nil {
		return nil, err
	}
	names := []string{"idp"}
	if o.RollOver {
		names = append(names, "next")
	}
	for _, name := range names {
		p, err := newPair(name+".corp.example", o.NotAfter)
		if err != nil {
			return nil, err
		}
		files["cert/"+name+".key"], files["cert/"+name+".crt"] = p.key, p.certificate
		s.Certificates = append(s.Certificates, p.parsed)
	}
	files["sps/.keep"] = nil
	return files, nil
}

// addFiles puts what is embedded below root among files, by its path in root.
func addFiles(files map[string][]byte, embedded fs.FS, root string) error {
	below, err := fs.Sub(embedded, root)
	if err != nil {
		return fmt.Errorf("read embedded files: %w", err)
	}
	found := map[string][]byte{}
	err = fs.WalkDir(below, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		found[path], err = fs.ReadFile(below, path)
		return err
	})
	if err != nil {
		return fmt.Errorf("read embedded files: %w", err)
	}
	maps.Copy(files, found)
	return nil
}
