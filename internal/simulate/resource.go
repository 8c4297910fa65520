package simulate

// Schema URNs of RFC 7643 and RFC 7644.
const (
	userURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	patchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	listURN       = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	errorURN      = "urn:ietf:params:scim:api:messages:2.0:Error"

	// adscimURN is an extra schema that Entra writes into the groups it creates.
	adscimURN = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
)

// user is a SCIM user as it is sent. Fields at the end exist for the wire only and are never compared.
type user struct {
	Schemas           []string    `json:"schemas,omitempty"`
	ID                string      `json:"id,omitempty"`
	ExternalID        string      `json:"externalId,omitempty"`
	UserName          string      `json:"userName"`
	Active            bool        `json:"active"`
	DisplayName       string      `json:"displayName,omitempty"`
	Title             string      `json:"title,omitempty"`
	PreferredLanguage string      `json:"preferredLanguage,omitempty"`
	Locale            string      `json:"locale,omitempty"`
	Name              name        `json:"name"`
	Emails            []typed     `json:"emails,omitempty"`
	PhoneNumbers      []typed     `json:"phoneNumbers,omitempty"`
	Addresses         []address   `json:"addresses,omitempty"`
	Enterprise        *enterprise `json:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,omitempty"`

	Roles    []typed `json:"roles,omitzero"`
	Groups   []typed `json:"groups,omitzero"`
	Password string  `json:"password,omitempty"`
	Meta     *meta   `json:"meta,omitempty"`
}

type name struct {
	Formatted  string `json:"formatted,omitempty"`
	GivenName  string `json:"givenName"`
	FamilyName string `json:"familyName"`
}

type typed struct {
	Type    string `json:"type"`
	Value   string `json:"value"`
	Primary bool   `json:"primary,omitempty"`
}

type address struct {
	Type          string `json:"type"`
	StreetAddress string `json:"streetAddress,omitempty"`
	Locality      string `json:"locality,omitempty"`
	PostalCode    string `json:"postalCode,omitempty"`
	Country       string `json:"country,omitempty"`
}

type enterprise struct {
	EmployeeNumber string   `json:"employeeNumber,omitempty"`
	Department     string   `json:"department,omitempty"`
	Manager        *manager `json:"manager,omitempty"`
}

type manager struct {
	Value string `json:"value"`
}

type meta struct {
	ResourceType string `json:"resourceType"`
}

// group is a SCIM group as it is sent.
type group struct {
	Schemas     []string `json:"schemas,omitempty"`
	ID          string   `json:"id,omitempty"`
	ExternalID  string   `json:"externalId,omitempty"`
	DisplayName string   `json:"displayName"`
	Members     []member `json:"members,omitzero"`
	Meta        *meta    `json:"meta,omitempty"`
}

type member struct {
	Value   string `json:"value"`
	Display string `json:"display,omitempty"`
}

// refMember is a member as Entra writes it, with a null reference.
type refMember struct {
	Ref   *string `json:"$ref"`
	Value string  `json:"value"`
}

// patch is the body of a PATCH (RFC 7644 §3.5.2).
type patch struct {
	Schemas    []string `json:"schemas"`
	Operations []op     `json:"Operations"`
}

type op struct {
	Op    string `json:"op"`
	Path  string `json:"path,omitempty"`
	Value any    `json:"value,omitempty"`
}

func patchOf(ops ...op) patch { return patch{Schemas: []string{patchURN}, Operations: ops} }

// list and scimError are the two envelopes that come back.
type list struct {
	Schemas      []string   `json:"schemas"`
	TotalResults int        `json:"totalResults"`
	StartIndex   int        `json:"startIndex"`
	ItemsPerPage int        `json:"itemsPerPage"`
	Resources    []resource `json:"Resources"`
}

type scimError struct {
	Schemas  []string `json:"schemas"`
	ScimType string   `json:"scimType"`
	Detail   string   `json:"detail"`
}
