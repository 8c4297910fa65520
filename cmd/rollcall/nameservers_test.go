package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"rollcall/internal/testenv/nameserver"
)

// nameservers is the DNS of a script.
type nameservers struct{ one, two *nameserver.Server }

type nameserversKey struct{}

func startNameservers(tb testing.TB) nameservers {
	tb.Helper()
	return nameservers{nameserver.Start(tb), nameserver.Start(tb)}
}

func (n nameservers) list() string { return n.one.Address + "," + n.two.Address }

// putDNS NAME VALUE… puts TXT records at a name.
func putDNS(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: dns NAME VALUE…")
	}
	servers, _ := ts.Value(nameserversKey{}).(nameservers)
	servers.one.Set(args[0], args[1:]...)
	servers.two.Set(args[0], args[1:]...)
}
