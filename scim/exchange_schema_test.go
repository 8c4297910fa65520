package scim

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// define does what the tenant's admin does between two requests, and says whether the file was of that kind:
//
//	-- schema --            the schema in JSON is put, and its indexes are filled
//	-- schema removed --    the schema with this URN is removed
//	-- entitlements --      lines of VALUE TYPE DISPLAY are put
func (x *exchange) define(tb testing.TB, f txtar.File) bool {
	tb.Helper()
	ctx, r := tb.Context(), x.w.roster
	operator := roster.Staff{Tenant: x.own.tenant, Actor: roster.Actor{Source: roster.SourceOperator}}
	text := strings.TrimSpace(string(f.Data))
	var err error
	switch f.Name {
	case "schema":
		var s tenant.Schema
		if s, err = tenant.ParseSchema(f.Data); err == nil {
			_, err = r.PutSchema(ctx, operator, s)
		}
	case "schema removed":
		_, err = r.RemoveSchema(ctx, operator, text)
	case "entitlements":
		for line := range strings.Lines(text) {
			part := strings.SplitN(strings.TrimSpace(line), " ", 3)
			if _, err = r.PutEntitlement(ctx, operator, tenant.Entitlement{Value: part[0], Type: part[1], Display: part[2]}); err != nil {
				break
			}
		}
	default:
		return false
	}
	if err == nil {
		err = r.BuildIndexes(ctx, x.own.tenant)
	}
	if err != nil {
		tb.Fatalf("%s: %v: %s", f.Name, err, detailText(err))
	}
	return true
}
