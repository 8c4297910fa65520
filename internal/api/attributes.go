package api

import "rollcall/internal/tenant"

// attributeRequest defines an attribute. What is left out has the defaults of RFC 7643 §2.2.
type attributeRequest struct {
	SubAttributeRequest
	SubAttributes []SubAttributeRequest `json:"subAttributes,omitempty" doc:"Of a complex attribute."`
	Indexed       bool                  `json:"indexed,omitempty" doc:"The filters eq, sw and pr find people by it without reading all of them."`
	Claim         string                `json:"claim,omitempty" doc:"The application gets the value under this name, in app_claims."`
}

// SubAttributeRequest defines a part of a complex attribute.
type SubAttributeRequest struct {
	Name            string               `json:"name"`
	Type            tenant.AttributeType `json:"type,omitempty" enum:"string,boolean,integer,decimal,dateTime,reference,binary,complex" doc:"string when absent."`
	MultiValued     bool                 `json:"multiValued,omitempty"`
	Description     string               `json:"description,omitempty"`
	Required        bool                 `json:"required,omitempty" doc:"Where the extension is used at all."`
	CanonicalValues []string             `json:"canonicalValues,omitempty" doc:"No others are taken."`
	CaseExact       bool                 `json:"caseExact,omitempty"`
	Mutability      tenant.Mutability    `json:"mutability,omitempty" enum:"readWrite,readOnly,immutable,writeOnly" doc:"readWrite when absent."`
	Returned        tenant.Returned      `json:"returned,omitempty" enum:"default,always,request,never" doc:"default when absent."`
	Uniqueness      tenant.Uniqueness    `json:"uniqueness,omitempty" enum:"none,server" doc:"server: within the tenant. none when absent."`
	ReferenceTypes  []string             `json:"referenceTypes,omitempty" doc:"Of a reference; external when absent."`
}

func (r attributeRequest) attribute() tenant.Attribute {
	a := r.SubAttributeRequest.attribute()
	a.Indexed, a.Claim = r.Indexed, r.Claim
	for _, sub := range r.SubAttributes {
		a.SubAttributes = append(a.SubAttributes, sub.attribute())
	}
	return a
}

func (r SubAttributeRequest) attribute() tenant.Attribute {
	return tenant.Attribute{
		Name: r.Name, Type: r.Type, MultiValued: r.MultiValued, Description: r.Description, Required: r.Required,
		CanonicalValues: r.CanonicalValues, CaseExact: r.CaseExact, Mutability: r.Mutability, Returned: r.Returned,
		Uniqueness: r.Uniqueness, ReferenceTypes: r.ReferenceTypes,
	}
}
