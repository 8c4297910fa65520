package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"rollcall/internal/dns"
	"rollcall/internal/roster"
	"rollcall/internal/tenant/domainname"
	"rollcall/internal/tenant/maildomain"
)

// resolvConf is where systems name their resolvers; elsewhere public ones are asked.
const resolvConf = "/etc/resolv.conf"

func (s *settings) checkDomains() error {
	_, allow := domainNames(s.AllowPublic)
	_, deny := domainNames(s.DenyPublic)
	_, err := dns.Resolvers(s.Resolvers, resolvConf)
	if err != nil {
		err = fmt.Errorf("--dns-resolvers (ROLLCALL_DNS_RESOLVERS): %w", err)
	}
	if allow != nil {
		err = errors.Join(err, fmt.Errorf("--allow-domains (ROLLCALL_ALLOW_DOMAINS): %w", allow))
	}
	if deny != nil {
		err = errors.Join(err, fmt.Errorf("--deny-domains (ROLLCALL_DENY_DOMAINS): %w", deny))
	}
	return err
}

func domainNames(list string) ([]string, error) {
	var names []string
	for item := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		name, err := domainname.Parse(item)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", item, err)
		}
		names = append(names, name)
	}
	return names, nil
}

// publicDomains are the operator's words on domains, which were checked when the settings were read. The
// gateway's own host is nobody else's.
func (p *program) publicDomains() maildomain.Overrides {
	var o maildomain.Overrides
	o.Allow, _ = domainNames(p.AllowPublic)
	o.Deny, _ = domainNames(p.DenyPublic)
	if u, err := url.Parse(p.PublicURL); err == nil {
		if own, err := domainname.Parse(u.Hostname()); err == nil {
			o.Deny = append(o.Deny, own)
		}
	}
	return o
}

// lookDNS asks the resolvers, which were checked when the settings were read.
func (p *program) lookDNS() roster.TXTLooker {
	resolvers, err := dns.Resolvers(p.Resolvers, resolvConf)
	if err != nil {
		return nil
	}
	client, err := dns.New(resolvers, 0)
	if err != nil {
		return nil
	}
	return client
}

// checkDomains looks at the domains that are due. The lists of public mail change with the program, so the
// operator is told of what that means for tenants.
func checkDomains(ctx context.Context, r *roster.Roster, log *slog.Logger) error {
	sum, err := r.CheckDomains(ctx)
	for _, name := range sum.Public {
		log.WarnContext(ctx, "a tenant owns a domain that the lists now call public; auto-join is off for it", "domain", name)
	}
	return err
}
