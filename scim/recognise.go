package scim

import (
	"bytes"
	"net/http"
	"strings"

	"rollcall/internal/tenant"
)

// recognise says which product sent a request, as far as its User-Agent, its
// headers and the shape of what it asks tell; empty: nothing tells. It is for
// people to read: no answer depends on it.
func (d *Door) recognise(r *http.Request, body []byte) tenant.Provider {
	agent := r.UserAgent()
	last := d.agent.Load()
	if last == nil || last.agent != agent {
		last = &agentSeen{agent, recogniseAgent(agent)}
		d.agent.Store(last)
	}
	if last.vendor != "" {
		return last.vendor
	}
	if v := recogniseQuery(r); v != "" {
		return v
	}
	if len(body) > 0 {
		return recogniseBody(body[:min(len(body), 2048)])
	}
	return ""
}

// agentSeen remembers what the last User-Agent told: the next is most often the same.
type agentSeen struct {
	agent  string
	vendor tenant.Provider
}

// recogniseAgent knows the names that products give themselves. The more
// particular stand first: a plug-in of Keycloak may name a library behind it.
func recogniseAgent(agent string) tenant.Provider {
	if agent == "" {
		return ""
	}
	if strings.HasPrefix(agent, "Okta SCIM Client") { // the most frequent, spared the search
		return tenant.Okta
	}
	low := strings.ToLower(agent)
	for _, a := range []struct {
		word   string
		vendor tenant.Provider
	}{
		{"ssosync", tenant.SyncTools},
		{"idp-scim-sync", tenant.SyncTools},
		{"idpscim", tenant.SyncTools},
		{"keycloak", tenant.Keycloak},
		{"authentik", tenant.Authentik},
		{"okta", tenant.Okta},
		{"onelogin", tenant.OneLogin},
		{"jumpcloud", tenant.JumpCloud},
		{"rippling", tenant.Rippling},
		{"pingfederate", tenant.Ping},
		{"pingone", tenant.Ping},
		{"ping identity", tenant.Ping},
		{"google", tenant.Google},
		{"microsoft", tenant.Entra},
		{"azure", tenant.Entra},
		{"entra", tenant.Entra},
	} {
		if strings.Contains(low, a.word) {
			return a.vendor
		}
	}
	return ""
}

// recogniseQuery knows the flag that Entra's admins put into the base URL, and
// the pages and look-ups that only one product asks for.
func recogniseQuery(r *http.Request) tenant.Provider {
	q := r.URL.RawQuery
	switch {
	case strings.Contains(q, "aadOptscim") || strings.Contains(q, "AzureAdScim"):
		return tenant.Entra
	case q != "" && strings.EqualFold(r.Header.Get("Accept-Charset"), "utf-8") && strings.Contains(q, "startIndex=1&count="):
		return tenant.Okta
	case strings.Contains(q, "members.value"):
		return tenant.SyncTools
	case strings.Contains(q, "filter=userName") && strings.HasSuffix(q, "&startIndex=1"):
		return tenant.Google
	case strings.Contains(q, "excludedAttributes=members") && strings.Contains(q, "filter=displayName"):
		return tenant.Entra
	}
	return ""
}

// recogniseBody knows the accents of what is sent.
func recogniseBody(body []byte) tenant.Provider {
	if entraCapitalOp(body) {
		return tenant.Entra
	}
	for _, a := range []struct {
		sign   string
		vendor tenant.Provider
	}{
		{"http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM", tenant.Entra},
		{"WindowsAzureActiveDirectoryRole", tenant.Entra},
		{`"externalId":"00u`, tenant.Okta},
		{`"externalId": "00u`, tenant.Okta},
		{`"{$user.`, tenant.OneLogin},  // a template with a slip in it
		{"managerId", tenant.OneLogin}, // as in SCIM 1
		{`"id":null`, tenant.OneLogin},
		{`"id": null`, tenant.OneLogin},
	} {
		if bytes.Contains(body, []byte(a.sign)) {
			return a.vendor
		}
	}
	return ""
}

// entraCapitalOp says whether the first op of a PATCH begins with a capital, as Entra writes it.
func entraCapitalOp(body []byte) bool {
	_, rest, found := bytes.Cut(body, []byte(`"op"`))
	if !found {
		return false
	}
	rest = bytes.TrimLeft(rest, ": \t\r\n")
	for _, word := range []string{`"Add"`, `"Replace"`, `"Remove"`} {
		if bytes.HasPrefix(rest, []byte(word)) {
			return true
		}
	}
	return false
}
