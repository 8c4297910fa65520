package scim

import (
	"errors"
	"fmt"

	"rollcall/internal/roster"
)

// refuse makes an error whose Detail tells the admin of the directory what to
// change there.
func refuse(kind roster.Kind, field, format string, args ...any) error {
	return &roster.Error{Kind: kind, Field: field, Detail: fmt.Sprintf(format, args...)}
}

func badSyntax(format string, args ...any) error {
	return refuse(roster.BadSyntax, "", format, args...)
}

func badFilter(format string, args ...any) error {
	return refuse(roster.BadFilter, "filter", format, args...)
}

func badPath(path, format string, args ...any) error {
	return refuse(roster.BadPath, path, format, args...)
}

func invalid(field, format string, args ...any) error {
	return refuse(roster.Invalid, field, format, args...)
}

// clip shortens what is quoted from a request in a message.
func clip(s string) string {
	const most = 64
	if len(s) <= most {
		return s
	}
	for i := range s {
		if i > most-4 {
			return s[:i] + "…"
		}
	}
	return s
}

// detailText is what an error of ours tells the admin.
func detailText(err error) string {
	if e, ok := errors.AsType[*roster.Error](err); ok {
		return e.Detail
	}
	return ""
}
