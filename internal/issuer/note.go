package issuer

import (
	"context"
	"net/http"

	"rollcall/internal/web"
)

// note carries a request past the library, which hands on its context alone.
type note struct{ request *http.Request }

type noteKey struct{}

func withNote(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), noteKey{}, note{r}))
}

// noteFrom returns the note of a request that passed withNote, which all do.
func noteFrom(ctx context.Context) note {
	n, _ := ctx.Value(noteKey{}).(note)
	return n
}

// fail notes the error that a request is answered with.
func (n note) fail(err error) {
	if n.request != nil {
		web.From(n.request.Context()).Fail(err)
	}
}
