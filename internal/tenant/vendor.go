package tenant

// Further products that speak SCIM and are recognised from their traffic. They are no
// Providers: a directory of theirs is Generic.
const (
	OneLogin  Provider = "onelogin"
	JumpCloud Provider = "jumpcloud"
	Ping      Provider = "ping"
	Rippling  Provider = "rippling"
	Authentik Provider = "authentik"
	Keycloak  Provider = "keycloak"
	// SyncTools are programs that pull one directory and push another, such as ssosync
	// and idp-scim-sync.
	SyncTools Provider = "synctools"
)

// Vendors returns all products that can be recognised from their traffic.
func Vendors() []Provider {
	return []Provider{Entra, Okta, Google, OneLogin, JumpCloud, Ping, Rippling, Authentik, Keycloak, SyncTools}
}

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
