package scim

import (
	"encoding/json"
	"net/http"
	"strings"

	"rollcall/internal/roster"
)

// Discovery (RFC 7644 §4) needs the token like everything else: it is read by
// provisioning clients only, which have one.

// feature is a yes or no of ServiceProviderConfig.
type feature struct {
	Supported bool `json:"supported"`
}

// providerConfig is what RFC 7643 §5 and RFC 9865 §3 define.
type providerConfig struct {
	Schemas          []string `json:"schemas"`
	DocumentationURI string   `json:"documentationUri,omitempty"`
	Patch            feature  `json:"patch"`
	// Bulk has numbers that hold for a PATCH as well: authentik sends that many operations in one.
	Bulk struct {
		feature
		MaxOperations  int   `json:"maxOperations"`
		MaxPayloadSize int64 `json:"maxPayloadSize"`
	} `json:"bulk"`
	Filter struct {
		feature
		MaxResults int `json:"maxResults"`
	} `json:"filter"`
	ChangePassword feature `json:"changePassword"`
	Sort           feature `json:"sort"`
	ETag           feature `json:"etag"`
	Pagination     struct {
		Cursor                  bool   `json:"cursor"`
		Index                   bool   `json:"index"`
		DefaultPaginationMethod string `json:"defaultPaginationMethod"`
		DefaultPageSize         int    `json:"defaultPageSize"`
		MaxPageSize             int    `json:"maxPageSize"`
		CursorTimeout           int    `json:"cursorTimeout"`
	} `json:"pagination"`
	AuthenticationSchemes []authenticationScheme `json:"authenticationSchemes"`
	Meta                  struct {
		ResourceType string `json:"resourceType"`
		Location     string `json:"location"`
	} `json:"meta"`
}

type authenticationScheme struct {
	Type        string `json:"type"`
	Name        string `json:"name"`
	Description string `json:"description"`
	SpecURI     string `json:"specUri"`
	Primary     bool   `json:"primary"`
}

// getProviderConfig serves GET /ServiceProviderConfig (RFC 7643 §5).
func (d *Door) getProviderConfig(w http.ResponseWriter, q *request) error {
	if err := q.refuseFilter(); err != nil {
		return err
	}
	yes := feature{Supported: true}
	c := providerConfig{
		Schemas: []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
		Patch:   yes, Sort: yes, ETag: yes,
	}
	var err error
	if c.AuthenticationSchemes, err = d.authenticationSchemes(q); err != nil {
		return err
	}
	c.Bulk.feature, c.Bulk.MaxOperations, c.Bulk.MaxPayloadSize = yes, d.Limits.BulkOperations, d.Limits.BulkBytes
	c.Filter.feature, c.Filter.MaxResults = yes, maxPage
	p := &c.Pagination
	p.Cursor, p.Index, p.DefaultPaginationMethod = true, true, "index"
	p.DefaultPageSize, p.MaxPageSize, p.CursorTimeout = defaultPage, maxPage, int(cursorLife.Seconds())
	c.Meta.ResourceType, c.Meta.Location = "ServiceProviderConfig", q.base+"/ServiceProviderConfig"
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, body)
}

func (d *Door) listSchemas(w http.ResponseWriter, q *request) error {
	return writeDocuments(w, q, schemas(q.base, q.quirks))
}

func (d *Door) getSchema(w http.ResponseWriter, q *request) error {
	return writeDocument(w, q, schemas(q.base, q.quirks), "There is no such schema. GET /Schemas lists those that are served.")
}

func (d *Door) listResourceTypes(w http.ResponseWriter, q *request) error {
	return writeDocuments(w, q, resourceTypes(q.base, q.quirks))
}

func (d *Door) getResourceType(w http.ResponseWriter, q *request) error {
	return writeDocument(w, q, resourceTypes(q.base, q.quirks), "There is no such resource type. GET /ResourceTypes lists those that are served.")
}

// writeDocuments answers with all documents: paging is ignored and a filter
// refused (RFC 7644 §4).
func writeDocuments(w http.ResponseWriter, q *request, all []document) error {
	if err := q.refuseFilter(); err != nil {
		return err
	}
	page := roster.Page[document]{Items: all, Total: len(all)}
	return writeList(w, list{start: 1}, "", page, func(dst []byte, doc document) []byte {
		return append(dst, doc.JSON...)
	})
}

func writeDocument(w http.ResponseWriter, q *request, all []document, missing string) error {
	want := q.variable
	for _, doc := range all {
		if strings.EqualFold(doc.ID, want) {
			return write(w, http.StatusOK, doc.JSON)
		}
	}
	return &fault{status: http.StatusNotFound, detail: missing}
}

// refuseFilter keeps a client from taking an unfiltered answer for a filtered
// one (RFC 7644 §4).
func (q *request) refuseFilter() error {
	if q.params.has("filter") {
		return &fault{status: http.StatusForbidden, detail: "Discovery endpoints do not filter. Ask without the filter."}
	}
	return nil
}
