package tenant

import "time"

// The bindings by which a browser takes a request to the identity provider (SAML bindings §3.4, §3.5).
const (
	BindingRedirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
	BindingPOST     = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
)

// SAMLSettings are what a SAML connection knows of its identity provider, and our keys for it.
type SAMLSettings struct {
	IDPEntityID string `json:"idp_entity_id"`
	SSOURL      string `json:"sso_url"`
	SSOBinding  string `json:"sso_binding"` // one of the bindings above
	// Certificates are those whose signatures count, in DER. A connection with none can't be activated, and
	// whoever verifies with none refuses.
	Certificates [][]byte `json:"certificates,omitempty"`
	// MetadataURL is where the metadata is looked at again; empty: it came as a file.
	MetadataURL string    `json:"metadata_url,omitempty"`
	ValidUntil  time.Time `json:"valid_until,omitzero"` // of the metadata; zero: it does not say
	CheckedAt   time.Time `json:"checked_at,omitzero"`  // when the metadata was last read
	// FailingSince is when looking at MetadataURL began to fail, Failure how.
	FailingSince time.Time `json:"failing_since,omitzero"`
	Failure      string    `json:"failure,omitempty"`
	// Pending is what the metadata says now, when that differs from what is in force; nil: it does not.
	Pending      *PendingMetadata `json:"pending,omitempty"`
	NameIDFormat string           `json:"name_id_format,omitempty"` // asked for; empty: the provider's choice
	SignRequests bool             `json:"sign_requests,omitempty"`
	ForceAuthn   bool             `json:"force_authn,omitempty"`
	// Keys are our own for this connection: see SigningKey and DecryptionKeys.
	Keys []SealedKeyPair `json:"keys,omitempty"`
	// Told holds what was told of already, see Notices.
	Told map[string]int `json:"told,omitempty"`
}

// PendingMetadata waits for an admin to accept it. Until then the old settings stay in force.
type PendingMetadata struct {
	IDPEntityID  string    `json:"idp_entity_id"`
	SSOURL       string    `json:"sso_url"`
	SSOBinding   string    `json:"sso_binding"`
	Certificates [][]byte  `json:"certificates,omitempty"`
	ValidUntil   time.Time `json:"valid_until,omitzero"`
	SeenAt       time.Time `json:"seen_at"`
	// Changes says in words for admins what differs.
	Changes []string `json:"changes,omitempty"`
	// ByHand says that it looks like another provider's: it is not accepted, but given anew by hand.
	ByHand bool `json:"by_hand,omitempty"`
}

// SealedKeyPair is an RSA key of ours with its self-signed certificate. It signs requests and decrypts assertions.
type SealedKeyPair struct {
	Certificate []byte `json:"certificate"` // DER
	// PrivateKey is PKCS #8, sealed with the master key about the connection's id.
	PrivateKey []byte    `json:"private_key"`
	CreatedAt  time.Time `json:"created_at"`
	// SignsFrom is when the pair begins to sign, so that the provider can learn of it before.
	SignsFrom time.Time `json:"signs_from"`
	// EndsAt is when it is used for nothing any more; zero: it has no successor.
	EndsAt time.Time `json:"ends_at,omitzero"`
}

// SigningKey is the pair that signs now: the one that began last. False when there is none.
func (s SAMLSettings) SigningKey(now time.Time) (SealedKeyPair, bool) {
	var best SealedKeyPair
	found := false
	for _, k := range s.LiveKeys(now) {
		if !k.SignsFrom.After(now) && (!found || k.SignsFrom.After(best.SignsFrom)) {
			best, found = k, true
		}
	}
	return best, found
}

// LiveKeys are the pairs that have not ended: our metadata shows their certificates, and what is encrypted for any of
// them can be read.
func (s SAMLSettings) LiveKeys(now time.Time) []SealedKeyPair {
	var out []SealedKeyPair
	for _, k := range s.Keys {
		if k.EndsAt.IsZero() || k.EndsAt.After(now) {
			out = append(out, k)
		}
	}
	return out
}
