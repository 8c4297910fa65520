package idp

import (
	"context"
	"embed"
	"errors"
	"testing"

	"rollcall/internal/testenv/services"
)

//go:embed node
var nodeFiles embed.FS

var samlps shared[SAMLOptions, *SAML]

// StartSAMLP returns the samlp of this process with these options.
func StartSAMLP(tb testing.TB, o SAMLOptions) *SAML {
	tb.Helper()
	if o.RollOver {
		tb.Fatal("samlp has one key; let SimpleSAMLphp roll over")
	}
	return samlps.get(tb, "samlp", o, func(ctx context.Context) (*SAML, error) { return startSAMLP(ctx, o) })
}

func startSAMLP(ctx context.Context, o SAMLOptions) (*SAML, error) {
	s := &SAML{EntityID: o.entityID(), refuse: refusedBySAMLP}
	files, err := s.files(o)
	if err != nil {
		return nil, err
	}
	running, err := startNode(ctx, "samlp", "samlp.cjs", "/metadata", files, func(port string) []string {
		return []string{"PORT=" + port, "ENTITY_ID=" + s.EntityID}
	})
	if err != nil {
		return nil, err
	}
	s.server = &server{Service: running, kind: "samlp"}
	s.MetadataURL, s.SSOURL = running.URL+"/metadata", running.URL+"/sso"
	s.unsolicited = func(sp, account, relayState string) string {
		return running.URL + "/unsolicited?" + query("sp", sp, "account", account, "RelayState", relayState)
	}
	return s, nil
}

func refusedBySAMLP(sp SP) string {
	switch {
	case sp.NextKey:
		return "has one key"
	case sp.SignedRequests:
		return "does not check requests"
	}
	return ""
}

// startNode starts one of our scripts with npm's packages beside it.
func startNode(
	ctx context.Context, name, script, ready string, files map[string][]byte, env func(port string) []string,
) (*services.Service, error) {
	node, nodeErr := services.Node(ctx)
	modules, err := services.NodeModules()
	if err := errors.Join(nodeErr, err); err != nil {
		return nil, err
	}
	if err := addFiles(files, nodeFiles, "node"); err != nil {
		return nil, err
	}
	return services.Program{
		Name: name, Files: files, Links: map[string]string{"node_modules": modules}, Ready: ready,
		Command: func(dir, _ string) []string { return []string{node, dir + "/" + script} },
		Env:     func(_, port string) []string { return env(port) },
	}.Start(ctx)
}
