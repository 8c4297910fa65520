package scim

// resourceKind is what a request is about.
type resourceKind int

// The kinds of resources.
const (
	userKind resourceKind = iota + 1
	groupKind
)

// The URNs of the schemas served.
const (
	userURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	patchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)
