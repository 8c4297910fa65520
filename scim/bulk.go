package scim

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"rollcall/internal/roster"
)

const (
	bulkRequestURN  = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
	bulkResponseURN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
)

// bulkOperation is one operation of a BulkRequest, as it was sent.
type bulkOperation struct {
	method  string // in capitals
	bulkID  string
	version string
	path    string
	data    []byte // compact JSON; nil: none
	// resource is the collection of the path, such as "/Users", and id what follows there.
	resource, id string
	// wrong is why the operation can't be carried out; nil: it can be tried.
	wrong error
}

// bulk serves POST /Bulk (RFC 7644 §3.7). Each operation is a request of its own, with its own
// transaction, that the same handler carries out; docs/decisions/0016-bulk.md says why.
func (d *Door) bulk(w http.ResponseWriter, q *request) error {
	body, err := q.body(w, d.Limits.BulkBytes)
	if f, ok := errors.AsType[*fault](err); ok && f.status == http.StatusRequestEntityTooLarge {
		return payloadTooLarge("The size of the bulk operation exceeds the maxPayloadSize (" + strconv.FormatInt(d.Limits.BulkBytes, 10) + ").")
	}
	if err != nil {
		return err
	}
	most, ops, err := parseBulk(body, q.quirks, d.Limits)
	if err != nil {
		return err
	}
	if wait := d.Gate.Allow(q.Context(), q.grant, len(ops)-1); wait > 0 {
		return tooFast(wait)
	}
	b := newBulkRun(d, q, ops, most)
	if err := b.run(); err != nil {
		return err
	}
	return write(w, http.StatusOK, b.answer())
}

func payloadTooLarge(detail string) error {
	return &fault{status: http.StatusRequestEntityTooLarge, detail: detail + " Send the operations in several requests."}
}

// parseBulk reads a BulkRequest. most is the number of errors that ends it, 0: none does.
//
// Errors: BadSyntax for what is no BulkRequest; 413 for too many operations.
func parseBulk(body []byte, q quirks, lim Limits) (most int, ops []bulkOperation, err error) {
	var doc bytes.Buffer
	if err := json.Compact(&doc, body); err != nil {
		return 0, nil, notJSON(body)
	}
	if doc.Len() == 0 || doc.Bytes()[0] != '{' {
		return 0, nil, badSyntax("The body must be a JSON object with Operations.")
	}
	fields, err := bulkFields(doc.Bytes(), "schemas", "failonerrors", "operations")
	if err != nil {
		return 0, nil, err
	}
	if q.strict && !slices.ContainsFunc(slices.Collect(elementsOf(fields["schemas"])), func(e []byte) bool { return textIn(e) == bulkRequestURN }) {
		return 0, nil, badSyntax(`The body does not say what it is. Add "schemas": [%q].`, bulkRequestURN)
	}
	if raw := fields["failonerrors"]; raw != nil && string(raw) != "null" {
		if most, err = strconv.Atoi(string(raw)); err != nil || most < 0 {
			return 0, nil, badSyntax("failOnErrors must be a whole number: that of the errors after which no more operations are carried out.")
		}
	}
	list := fields["operations"]
	if len(list) == 0 || list[0] != '[' || len(list) == len("[]") {
		return 0, nil, badSyntax(`The body has no "Operations". It must be a list with at least one operation.`)
	}
	for raw := range elementsOf(list) {
		if len(ops) == lim.BulkOperations {
			return 0, nil, payloadTooLarge("The number of operations exceeds maxOperations (" + strconv.Itoa(lim.BulkOperations) + ").")
		}
		op, err := parseBulkOperation(raw, q)
		if err != nil {
			return 0, nil, err
		}
		ops = append(ops, op)
	}
	return most, ops, uniqueBulkIDs(ops)
}

// bulkFields picks fields of a compact object by their lower-case names. Like everywhere, a
// name that stands twice is refused.
func bulkFields(doc []byte, names ...string) (map[string][]byte, error) {
	fields := make(map[string][]byte, len(names))
	for name, raw := range topLevel(doc) {
		key := strings.ToLower(textIn(name))
		if !slices.Contains(names, key) {
			continue
		}
		if _, twice := fields[key]; twice {
			return nil, badSyntax("The attribute %q is given twice in one object. Names that differ only in case are the same.", key)
		}
		fields[key] = raw
	}
	return fields, nil
}

// textIn is the text of a raw JSON string; empty for anything else.
func textIn(raw []byte) string {
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	s, _ := unescape(string(raw[1 : len(raw)-1]))
	return s
}

// parseBulkOperation reads one operation. What is wrong with it alone is noted in it, for the
// others are carried out all the same.
func parseBulkOperation(raw []byte, q quirks) (bulkOperation, error) {
	var op bulkOperation
	if raw[0] != '{' {
		return op, badSyntax("Each of the Operations must be an object with method and path.")
	}
	fields, err := bulkFields(raw, "method", "bulkid", "version", "path", "data")
	if err != nil {
		return op, err
	}
	op.method, op.bulkID = strings.ToUpper(textIn(fields["method"])), textIn(fields["bulkid"])
	op.version, op.path, op.data = textIn(fields["version"]), textIn(fields["path"]), fields["data"]
	if string(op.data) == "null" {
		op.data = nil
	}
	op.wrong = op.check(q)
	return op, nil
}

// check takes the path apart and looks for what the operation lacks.
func (op *bulkOperation) check(q quirks) error {
	path := strings.TrimSuffix(op.path, "/")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	ok := false
	for _, resource := range []string{"/Users", "/Groups"} {
		rest, found := strings.CutPrefix(path, resource)
		if ok = found && (rest == "" || rest[0] == '/'); ok {
			op.resource, op.id = resource, strings.TrimPrefix(rest, "/")
			break
		}
	}
	switch {
	case !slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE"}, op.method):
		op.method = clip(op.method)
		return badSyntax("The method of an operation must be POST, PUT, PATCH or DELETE.")
	case !ok || strings.ContainsAny(op.id, "/?#"):
		return badPath("path", "The path of an operation must be that of a resource, such as /Users or /Groups/ID.")
	case op.method == http.MethodPost && op.id != "":
		return badPath("path", "A POST creates below %s; its path has no id.", op.resource)
	case op.method != http.MethodPost && op.id == "":
		return badPath("path", "The path of %s must name the resource, such as %s/ID.", op.method, op.resource)
	case op.method == http.MethodPost && op.bulkID == "" && q.strict:
		return badSyntax("A POST needs a bulkId, by which its answer is known.")
	case op.method != http.MethodDelete && op.data == nil:
		return badSyntax("The operation has no data.")
	}
	if op.method == http.MethodPatch && op.data[0] == '[' {
		// The examples of RFC 7644 §3.7 send the list of operations alone; the text, and erratum 5050, ask
		// for the whole PATCH body.
		op.data = slices.Concat([]byte(`{"schemas":["`+patchURN+`"],"Operations":`), op.data, []byte{'}'})
	}
	return nil
}

// uniqueBulkIDs refuses a request in which nobody could say what a reference means.
func uniqueBulkIDs(ops []bulkOperation) error {
	seen := make(map[string]bool, len(ops))
	for _, op := range ops {
		if op.bulkID != "" && seen[op.bulkID] {
			return &roster.Error{Kind: roster.BadSyntax, Detail: "Two operations have the same bulkId. Give each its own."}
		}
		seen[op.bulkID] = true
	}
	return nil
}
