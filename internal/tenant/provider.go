package tenant

import (
	"slices"
	"strings"
)

// Provider names the product that speaks SCIM to a directory: as whoever made the directory told, or as
// recognised from its traffic. What an answer depends on goes by the former alone.
type Provider string

// The providers that Rollcall knows the habits of. Generic is any other.
const (
	Entra     Provider = "entra"
	Okta      Provider = "okta"
	Google    Provider = "google"
	OneLogin  Provider = "onelogin"
	JumpCloud Provider = "jumpcloud"
	Ping      Provider = "ping"
	Rippling  Provider = "rippling"
	Authentik Provider = "authentik"
	Keycloak  Provider = "keycloak" // with one of its plug-ins
	// SyncTools are programs that pull one directory and push another, such as ssosync
	// and idp-scim-sync.
	SyncTools Provider = "synctools"
	Generic   Provider = "generic"
)

// Vendors returns all products that can be recognised from their traffic.
func Vendors() []Provider {
	return []Provider{Entra, Okta, Google, OneLogin, JumpCloud, Ping, Rippling, Authentik, Keycloak, SyncTools}
}

// Providers returns all providers.
func Providers() []Provider { return append(Vendors(), Generic) }

// ProviderWords lists the providers for messages and help: "entra, okta, … or generic".
func ProviderWords() string {
	vendors := Vendors()
	words := make([]string, len(vendors))
	for i, p := range vendors {
		words[i] = string(p)
	}
	return strings.Join(words, ", ") + " or " + string(Generic)
}

// Known says whether p is one of Providers.
func (p Provider) Known() bool { return slices.Contains(Providers(), p) }

// VendorName is how people write the product's name, or p itself when it is none of Vendors.
func (p Provider) VendorName() string {
	switch p {
	case Entra:
		return "Microsoft Entra"
	case Okta:
		return "Okta"
	case Google:
		return "Google Workspace"
	case OneLogin:
		return "OneLogin"
	case JumpCloud:
		return "JumpCloud"
	case Ping:
		return "Ping"
	case Rippling:
		return "Rippling"
	case Authentik:
		return "authentik"
	case Keycloak:
		return "Keycloak"
	case SyncTools:
		return "a sync tool"
	}
	return string(p)
}

// DefaultName is what a directory of the provider is called when nobody says otherwise.
func (p Provider) DefaultName() string {
	switch p {
	case Entra:
		return "Entra"
	case Google:
		return "Google"
	case SyncTools:
		return "Sync tool"
	case Generic:
		return "SCIM"
	}
	return p.VendorName()
}
