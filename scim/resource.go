package scim

import "rollcall/internal/roster"

// quirks are the choices of a directory that change how its requests are read.
type quirks struct{ strict bool }

func parseUser(body []byte, q quirks) (roster.Change, error)       { return roster.Change{}, nil }
func parseGroup(body []byte, q quirks) (roster.GroupChange, error) { return roster.GroupChange{}, nil }
