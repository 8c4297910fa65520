package scim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// bulkState is how far an operation has come:
//
//	waiting ──► running ──► done
//	              │ one that it refers to is running as well: created without the
//	              └ reference, which is added when that one is done
type bulkState uint8

const (
	bulkWaiting bulkState = iota
	bulkRunning
	bulkDone
)

// bulkResult is what became of an operation.
type bulkResult struct {
	state    bulkState
	location string
	version  string
	status   int
	problem  []byte // the SCIM error; nil: it succeeded
}

// bulkRun carries out a BulkRequest. Operations run in their order, but for creates that another one
// refers to, which run before it (RFC 7644 §3.7.1, §3.7.2).
type bulkRun struct {
	d       *Door
	q       *request
	verbs   map[string]verbs // by path in the route table
	ops     []bulkOperation
	results []bulkResult
	byID    map[string]int // operations by bulkId
	// owed are the references that wait for an operation, by its place.
	owed         map[int][]bulkDebt
	most, errors int
}

// bulkDebt is a part of a create that was left out because it refers to an operation that is not done.
type bulkDebt struct {
	to   int // the operation whose resource lacks the part
	part value
}

func newBulkRun(d *Door, q *request, ops []bulkOperation, most int) *bulkRun {
	b := &bulkRun{
		d: d, q: q, verbs: map[string]verbs{}, ops: ops, results: make([]bulkResult, len(ops)),
		byID: make(map[string]int, len(ops)), owed: map[int][]bulkDebt{}, most: most,
	}
	for _, e := range d.endpoints() {
		b.verbs[e.path] = e.verbs
	}
	for i, op := range ops {
		if op.bulkID != "" {
			b.byID[op.bulkID] = i
		}
	}
	return b
}

// run carries out the operations until the errors are too many or the time is over. What was done
// then stays done, and the answer says so. The error is that of a client that has gone.
func (b *bulkRun) run() error {
	for i := range b.ops {
		if b.full() {
			return nil
		}
		if i > 0 {
			_ = b.q.yield() // a thousand operations must not keep others waiting; do sees the end of the time
		}
		b.do(i)
	}
	if err := b.q.Context().Err(); errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// full says that no more operations are to be tried.
func (b *bulkRun) full() bool { return b.most > 0 && b.errors >= b.most }

// do carries out one operation, after the creates that it refers to.
func (b *bulkRun) do(i int) {
	op, r := &b.ops[i], &b.results[i]
	if r.state != bulkWaiting {
		return
	}
	if b.q.Context().Err() != nil {
		b.failed(i, tooSlow())
		return
	}
	r.state = bulkRunning
	refs, data, err := b.references(op)
	if op.wrong != nil {
		err = op.wrong
	}
	if err != nil {
		b.failed(i, err)
		return
	}
	for _, name := range refs {
		if j, known := b.byID[name]; known && b.ops[j].method == http.MethodPost {
			b.do(j)
		}
	}
	if b.full() { // what it refers to was an error too many
		r.state = bulkWaiting
	} else {
		b.perform(i, data, len(refs) > 0)
	}
	for _, debt := range b.owed[i] {
		b.pay(debt)
	}
	delete(b.owed, i)
}

// resolved is the id and the body of an operation with what its references stand for.
func (b *bulkRun) resolved(op bulkOperation, data *value) (id string, body []byte, err error) {
	if id, err = b.resolvePath(op.id); err != nil {
		return "", nil, err
	}
	if err := b.resolve(data); err != nil {
		return "", nil, err
	}
	if op.data != nil {
		body = data.append(nil)
	}
	return id, body, nil
}

// perform sends the operation to the handler of its path.
func (b *bulkRun) perform(i int, data value, refers bool) {
	op := b.ops[i]
	body, id := op.data, op.id
	var debts []bulkDue
	if refers {
		if op.method == http.MethodPost {
			debts = b.cut(&data)
		}
		var err error
		if id, body, err = b.resolved(op, &data); err != nil {
			b.failed(i, err)
			return
		}
	}
	a, err := b.call(op, op.method, id, body)
	if err != nil {
		b.failed(i, err)
		return
	}
	r := &b.results[i]
	r.state, r.status, r.version, r.location = bulkDone, a.status, a.header.Get("ETag"), a.header.Get("Location")
	if r.location == "" {
		r.location = b.q.base + op.resource + "/" + id
	}
	for _, due := range debts {
		b.owed[due.of] = append(b.owed[due.of], bulkDebt{to: i, part: due.part})
	}
}

// pay adds a reference that was left out. If it can't be, the resource stays as it was created, and
// its operation says what it lacks: to delete it again could end the membership of somebody who
// was here before.
func (b *bulkRun) pay(debt bulkDebt) {
	r, part := &b.results[debt.to], debt.part
	err := b.resolve(&part)
	if err == nil {
		patch := objectValue(field{"schemas", value{shape: listShape, items: []value{textValue(patchURN)}}},
			field{"Operations", value{shape: listShape, items: []value{part}}})
		var a *bulkAnswer
		id := r.location[len(b.q.base+b.ops[debt.to].resource+"/"):]
		if a, err = b.call(bulkOperation{resource: b.ops[debt.to].resource}, http.MethodPatch, id, patch.append(nil)); err == nil {
			r.version = a.header.Get("ETag")
			return
		}
	}
	if r.problem != nil {
		return // told already
	}
	f := *faultOf(err)
	f.detail = "The resource was created, but its attribute " + strconv.Quote(clip(part.textOf("path"))) + " could not be set: " + f.detail
	b.failed(debt.to, &f)
}

// failed notes the error of an operation.
func (b *bulkRun) failed(i int, err error) {
	f, ctx := faultOf(err), b.q.Context()
	if f.status == http.StatusInternalServerError && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		f = tooSlow()
	}
	if f.status >= http.StatusInternalServerError { // the others are the client's, and tell it
		b.d.Report(ctx, err)
	}
	b.errors++
	op, r := b.ops[i], &b.results[i]
	r.state, r.status, r.problem = bulkDone, f.status, f.body()
	if r.location == "" && op.method != http.MethodPost && op.id != "" {
		if id, err := b.resolvePath(op.id); err == nil {
			r.location = b.q.base + op.resource + "/" + id
		}
	}
}

// bulkAnswer is a handler's answer without its body.
type bulkAnswer struct {
	header http.Header
	status int
}

func (a *bulkAnswer) Header() http.Header         { return a.header }
func (a *bulkAnswer) Write(b []byte) (int, error) { return len(b), nil }
func (a *bulkAnswer) WriteHeader(status int)      { a.status = status }

// call runs the handler that serves a single request of the kind.
func (b *bulkRun) call(op bulkOperation, method, id string, body []byte) (*bulkAnswer, error) {
	path := op.resource
	if method != http.MethodPost {
		path += "/{id}"
	}
	r := new(http.Request)
	*r = *b.q.Request
	r.Method, r.Body, r.ContentLength = method, io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header = http.Header{"Content-Type": {contentType}}
	if op.version != "" {
		r.Header.Set("If-Match", op.version)
	}
	q := *b.q
	q.Request, q.variable = r, id
	if q.params = nil; op.resource == "/Groups" {
		q.params = params{"excludedAttributes": "members"} // the answer is not kept; members would be read for it
	}
	a := &bulkAnswer{header: http.Header{}, status: http.StatusOK}
	return a, b.verbs[path][method](a, &q)
}

// answer is the BulkResponse: the operations that were tried, in the order of the request. Those that
// succeeded have no response (RFC 7644 §3.7.3 leaves the choice).
func (b *bulkRun) answer() []byte {
	dst := append(make([]byte, 0, 128+256*len(b.ops)), `{"schemas":["`+bulkResponseURN+`"],"Operations":[`...)
	first := true
	for i, op := range b.ops {
		r := b.results[i]
		if r.state != bulkDone {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		w := writer{dst: appendText(append(dst, `{"method":`...), op.method)}
		if op.bulkID != "" {
			w.text("bulkId", op.bulkID)
		}
		if r.location != "" {
			w.text("location", r.location)
		}
		if r.version != "" && r.problem == nil {
			w.text("version", r.version)
		}
		w.text("status", strconv.Itoa(r.status))
		if r.problem != nil {
			w.key("response")
			w.dst = append(w.dst, r.problem...)
		}
		w.dst = append(w.dst, '}')
		dst = w.dst
	}
	return append(dst, "]}"...)
}
