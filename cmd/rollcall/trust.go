package main

import (
	"cmp"
	"io"
	"os"
	"strings"
	"time"

	"rollcall/internal/assertion"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type trustCmd struct {
	Add    trustAddCmd    `cmd:"" help:"Trust an issuer's signed assertions: no secret is kept anywhere."`
	List   trustListCmd   `cmd:"" help:"List a directory's trusted issuers."`
	Revoke trustRevokeCmd `cmd:"" help:"Trust an issuer no more, and end the access tokens that it got."`
}

type trustAddCmd struct {
	directoryFlag
	Label       string   `default:"trust" placeholder:"TEXT" help:"What it is called in lists (default: trust)."`
	EntraTenant string   `placeholder:"UUID" help:"Trust Entra's workload identities of this tenant: fills in issuer and key set."`
	Application string   `placeholder:"ID" help:"The client id of the workload identity (azp or appid), which is also its audience with --entra-tenant."`
	Issuer      string   `placeholder:"URL" help:"Who signs (iss; default: the client id, for a client that signs for itself)."`
	Subject     string   `placeholder:"TEXT" help:"Whom it is signed for (sub; default: the client id, for a client that signs for itself)."`
	Audience    []string `placeholder:"TEXT" help:"Whom it is meant for (aud), may be given several times (default: the token URL)."`
	Keys        string   `type:"existingfile" placeholder:"FILE" help:"The issuer's public keys, a JSON Web Key Set."`
	KeysURL     string   `placeholder:"URL" help:"Where the issuer publishes them, by https."`
	MaxLife     string   `placeholder:"PERIOD" help:"How long an assertion may be good for, up to 24h (default: 10m; 2h with --entra-tenant)."`
	Reusable    bool     `help:"Take an assertion more than once while it is good; else it needs an id (jti) that is used once."`
	Direct      bool     `help:"Take assertions as bearer tokens of SCIM requests too, as Entra sends them when its secret field is left empty."`
	minutesFlag
}

// Help is shown below the flags.
func (*trustAddCmd) Help() string {
	return `For Entra's workload identity federation, with the values that its Connectivity page shows:

  rollcall directory trust add --directory ID --entra-tenant TENANT-ID --subject SUBJECT --audience AUDIENCE

For a client with a key pair of its own (private_key_jwt): --keys FILE or --keys-url URL, and nothing else.`
}

// trustView is a trusted issuer, and what to tell it.
type trustView struct {
	view.CredentialView
	ClientID string `json:"client_id"`
	TokenURL string `json:"token_url"`
	BaseURL  string `json:"base_url"`
}

// trust puts the flags together.
func (c *trustAddCmd) trust(id tenant.DirectoryID) (tenant.Trust, error) {
	t := tenant.Trust{
		Issuer: c.Issuer, Subject: c.Subject, Application: c.Application, Audiences: c.Audience,
		KeysURL: c.KeysURL, Reusable: c.Reusable, Direct: c.Direct,
	}
	if c.MaxLife != "" {
		life, err := time.ParseDuration(c.MaxLife)
		if err != nil || life < time.Minute {
			return t, usage("--max-life %q must be a period of a minute or more, such as 10m or 2h", c.MaxLife)
		}
		t.MaxMinutes = int(life / time.Minute)
	}
	if c.Keys != "" {
		raw, err := os.ReadFile(c.Keys)
		if err != nil {
			return t, usage("--keys: %w", err)
		}
		if _, err := assertion.ParseKeys(raw); err != nil {
			return t, usage("--keys %s can't be used as a key set: %w", c.Keys, err)
		}
		t.Keys = raw
	}
	var err error
	switch {
	case c.EntraTenant != "" && c.Direct:
		t, err = tenant.EntraDirect(t, c.EntraTenant)
	case c.EntraTenant != "":
		t, err = tenant.EntraTrust(t, c.EntraTenant, c.Application)
	default:
		t.Issuer = cmp.Or(t.Issuer, clientID(id))
		if t.Application == "" {
			t.Subject = cmp.Or(t.Subject, clientID(id))
		}
	}
	if err != nil {
		return t, usage("--entra-tenant: %w", err)
	}
	return t, nil
}

// Run implements directory trust add.
func (c *trustAddCmd) Run(p *program) error {
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	t, err := c.trust(d.ID)
	if err != nil {
		return err
	}
	made, err := r.AddTrust(p.ctx, s, d.ID, c.Label, t, c.TokenMinutes)
	if err != nil {
		return err
	}
	at := p.viewDirectory(d)
	v := trustView{view.Credential(made, p.now()), clientID(d.ID), at.TokenURL, at.BaseURL}
	return p.show(v, func(w io.Writer) {
		say(w, "Directory %s trusts what %s signs. Give these to the identity provider:", printable(d.Name), printable(t.Issuer))
		fields(w, "  base URL", v.BaseURL, "  token URL", v.TokenURL, "  client id", v.ClientID, "  audience", strings.Join(t.Audiences, ", "))
	})
}

type trustListCmd struct{ directoryFlag }

// Run implements directory trust list.
func (c *trustListCmd) Run(p *program) error {
	_, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	all, err := p.credentialsOf(s, d, tenant.TrustedIssuer)
	if err != nil {
		return err
	}
	views := list(all, func(c tenant.Credential) view.CredentialView { return view.Credential(c, p.now()) })
	return p.show(views, func(w io.Writer) {
		table(w, "The directory trusts no issuer; `rollcall directory trust add` makes it.",
			[]string{"ID", "LABEL", "STATUS", "ISSUER", "SUBJECT", "APPLICATION", "LAST USED", "BY"},
			list(views, func(v view.CredentialView) []string {
				return []string{
					v.ID.String(), v.Label, v.Status, v.Trust.Issuer, cmp.Or(v.Trust.Subject, "-"), cmp.Or(v.Trust.Application, "-"),
					orNever(v.LastUsedAt), cmp.Or(v.LastUsedBy, "-"),
				}
			}))
	})
}

type trustRevokeCmd struct{ revokeFlags }

// Run implements directory trust revoke.
func (c *trustRevokeCmd) Run(p *program) error { return c.revoke(p, tenant.TrustedIssuer) }
