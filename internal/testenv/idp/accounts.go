package idp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
)

// Account is somebody who can sign in.
type Account struct {
	Name string // what is typed; the subject of OpenID providers, and of persistent name identifiers
	// Email is asserted as it is: none, one, or several addresses.
	Email []string
	// Verified is the claim email_verified: true, false, another type, or nil for no such claim.
	Verified              any
	GivenName, FamilyName string
	Groups                []string
	// More are further claims and attributes; SAML's take the value's text, or each of a []string.
	// Glewlwyd leaves them out.
	More map[string]any
}

// Password is what the account's password is. oidc-provider takes any.
func (a Account) Password() string { return a.Name + "-pw" }

// Accounts exist at every provider from the start.
func Accounts() []Account {
	one := func(address string) []string { return []string{address} }
	return []Account{
		{
			Name: "alice", Email: one("alice@corp.example"), Verified: true, GivenName: "Alice", FamilyName: "Adams",
			Groups: []string{"engineering", "admins"},
		},
		{Name: "bob", Email: one("bob@corp.example"), Verified: true, GivenName: "Bob", FamilyName: "Brown", Groups: []string{"sales"}},
		// Says to be somebody at a domain that is not the provider's.
		{Name: "mallory", Email: one("ceo@victim.example"), Verified: true, GivenName: "Mallory", FamilyName: "Moe"},
		{Name: "noemail", Verified: true, GivenName: "Nora", FamilyName: "None"},
		// One honest address and one that is not.
		{Name: "twoemails", Email: []string{"tim@corp.example", "ceo@victim.example"}, Verified: true, GivenName: "Tim", FamilyName: "Two"},
		{Name: "noverify", Email: one("nov@corp.example"), GivenName: "No", FamilyName: "Verify"},
		// nOAuth: the address is anything its owner typed.
		{Name: "unverif", Email: one("ceo@victim.example"), Verified: false, GivenName: "Eve", FamilyName: "Else"},
		{Name: "strtrue", Email: one("str@corp.example"), Verified: "true", GivenName: "Str", FamilyName: "True"},
	}
}

// document is the account as the servers read it.
func (a Account) document() ([]byte, error) {
	saml := map[string][]string{"uid": {a.Name}, "given_name": {a.GivenName}, "family_name": {a.FamilyName}}
	saml["displayName"] = []string{a.GivenName + " " + a.FamilyName}
	oidc := map[string]any{
		"name": a.GivenName + " " + a.FamilyName, "given_name": a.GivenName, "family_name": a.FamilyName, "groups": a.Groups,
	}
	if a.Groups == nil {
		oidc["groups"] = []string{}
	} else {
		saml["groups"] = a.Groups
	}
	switch {
	case len(a.Email) == 1:
		oidc["email"] = a.Email[0]
	case len(a.Email) > 1:
		oidc["email"] = a.Email
	}
	if len(a.Email) > 0 {
		saml["email"] = a.Email
	}
	if a.Verified != nil {
		oidc["email_verified"] = a.Verified
	}
	maps.Copy(oidc, a.More)
	for name, value := range a.More {
		if values, ok := value.([]string); ok {
			saml[name] = values
		} else {
			saml[name] = []string{fmt.Sprint(value)}
		}
	}
	return json.Marshal(map[string]any{"name": a.Name, "password": a.Password(), "saml": saml, "oidc": oidc})
}

// accountFiles are the accounts of the start, by their paths in a server's folder.
func accountFiles() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, a := range Accounts() {
		content, err := a.document()
		if err != nil {
			return nil, fmt.Errorf("write account %s: %w", a.Name, err)
		}
		files[fileOf("accounts", a.Name)] = content
	}
	return files, nil
}

// fileOf is where a server looks for what has that name. Names may hold slashes; hashes don't.
func fileOf(folder, name string) string {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(folder, hex.EncodeToString(sum[:])+".json")
}

// replace writes a file so that a server sees the old or the new content, never half of it.
func replace(dir, name string, content []byte) error {
	path := filepath.Join(dir, name)
	half, err := os.CreateTemp(filepath.Dir(path), ".half-") // the servers look for *.json
	if err != nil {
		return err
	}
	_, err = half.Write(content)
	if closeErr := half.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(half.Name(), path)
}
