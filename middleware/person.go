package middleware

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Person is who a request comes from.
type Person struct {
	ID         string `json:"sub"`    // of the member, for good: what to keep beside your data
	Tenant     string `json:"org_id"` // the customer whose data they may see
	TenantSlug string `json:"org_slug"`
	Role       string `json:"org_role"`
	// Permissions are what the role may do, as the tenant's role set says.
	Permissions []string `json:"permissions"`
	Groups      []string `json:"groups"`
	Session     string   `json:"sid"`
	Grant       string   `json:"grant_id"`
	Email       string   `json:"email"` // of browsers only
	Name        string   `json:"name"`  // of browsers only
}

// May says whether the person's role has a permission, such as content:edit.
func (p Person) May(permission string) bool { return slices.Contains(p.Permissions, permission) }

type personKey struct{}

// From returns who a request comes from; false outside of Bearer and Browser.
func From(ctx context.Context) (Person, bool) {
	p, ok := ctx.Value(personKey{}).(Person)
	return p, ok
}

func with(r *http.Request, p Person) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), personKey{}, p))
}

// Role lets only people in one of the roles pass; others get 403.
func Role(next http.Handler, roles ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p, ok := From(r.Context()); !ok || !slices.Contains(roles, p.Role) {
			http.Error(w, "Your role does not allow this.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Bearer lets requests with a good access token pass: 401 for others, 503 when nobody knows what has ended.
func (g *Gate) Bearer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") || token == "" {
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "An access token is required.", http.StatusUnauthorized)
			return
		}
		p, _, err := g.accessToken(r.Context(), token)
		if err == nil {
			err = g.alive(r.Context(), token, p)
		}
		switch {
		case errors.Is(err, errUnavailable):
			unavailable(w)
		case err != nil:
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			http.Error(w, "The access token is not good.", http.StatusUnauthorized)
		default:
			next.ServeHTTP(w, with(r, p))
		}
	})
}

func unavailable(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "2")
	http.Error(w, "Nobody can be let in at the moment. Try again soon.", http.StatusServiceUnavailable)
}

var errToken = errors.New("the access token is not good")

// accessToken verifies an access token (RFC 9068 §4) and returns when it expires.
func (g *Gate) accessToken(ctx context.Context, text string) (Person, time.Time, error) {
	kind, payload, err := g.keys.verify(ctx, text)
	if err != nil {
		return Person{}, time.Time{}, err
	}
	var c struct {
		Person

		Issuer   string `json:"iss"`
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"`
	}
	if err := json.Unmarshal(payload, &c); err != nil || kind != "at+jwt" || c.Issuer != g.Issuer || c.Audience != g.ClientID ||
		g.Now().Unix() >= c.Expires || c.Session == "" || c.Grant == "" {
		return Person{}, time.Time{}, errToken
	}
	return c.Person, time.Unix(c.Expires, 0), nil
}

// alive says, by an error, whether what a token rests on has ended.
func (g *Gate) alive(ctx context.Context, token string, p Person) error {
	if !g.Introspect {
		ended, err := g.ended(p.Session, p.Grant)
		if err == nil && ended {
			err = errToken
		}
		return err
	}
	body := strings.NewReader(url.Values{"token": {token}}.Encode())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.metadata.Introspection, body)
	if err != nil {
		return errors.Join(errUnavailable, err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var answer struct {
		Active bool `json:"active"`
	}
	if err := g.do(r, true, func(body []byte) error { return json.Unmarshal(body, &answer) }); err != nil {
		return errors.Join(errUnavailable, err)
	}
	if !answer.Active {
		return errToken
	}
	return nil
}
