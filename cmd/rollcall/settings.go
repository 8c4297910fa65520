package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcall/internal/phone"
	"rollcall/internal/secret"
)

// settings are the same for all commands. An empty environment variable is as
// good as none, because compose files pass them so.
type settings struct {
	DatabaseURL string `env:"ROLLCALL_DATABASE_URL" placeholder:"URL" help:"The store: postgres://… or, for one small node, sqlite://FILE (default: sqlite://rollcall.db)."`
	MigrateURL  string `name:"migrate-database-url" env:"ROLLCALL_MIGRATE_DATABASE_URL" placeholder:"URL" help:"The same database as the role that owns the tables; only changes of the tables use it (default: --database-url)."`
	RedisURL    string `env:"ROLLCALL_REDIS_URL" placeholder:"URL" help:"redis://… where several gateways share what is short-lived (default: none, for one gateway)."`
	Listen      string `env:"ROLLCALL_LISTEN" placeholder:"HOST:PORT" help:"Where the gateway answers (default: 127.0.0.1:8080)."`
	AdminListen string `env:"ROLLCALL_ADMIN_LISTEN" placeholder:"HOST:PORT" help:"Where it answers for health and metrics; keep it private (default: 127.0.0.1:9090)."`
	PublicURL   string `env:"ROLLCALL_PUBLIC_URL" placeholder:"URL" help:"The gateway's URL as identity providers reach it (default: http:// and the listen address)."`
	MasterKey   string `env:"ROLLCALL_MASTER_KEY" placeholder:"BASE64" help:"32 random bytes, the same on every replica. Made and kept beside an SQLite file when absent."`
	OperatorKey string `env:"ROLLCALL_OPERATOR_KEY" placeholder:"KEY" help:"The operator's key for the JSON API, at least 22 characters, random, the same on every replica (default: none, and the API lets nobody in)."`
	OneTenant   bool   `name:"one-tenant-per-email" env:"ROLLCALL_ONE_TENANT_PER_EMAIL" help:"Refuse a proven address that is a member's of another tenant (default: one person may belong to several tenants)."`
	Resolvers   string `name:"dns-resolvers" env:"ROLLCALL_DNS_RESOLVERS" placeholder:"HOST:PORT,…" help:"The name servers that are asked for the records that prove domains, at least two (default: the first one of /etc/resolv.conf and public ones)."`
	AllowPublic string `name:"allow-domains" env:"ROLLCALL_ALLOW_DOMAINS" placeholder:"NAME,…" help:"Domains that tenants may have although the lists of public mail name them."`
	DenyPublic  string `name:"deny-domains" env:"ROLLCALL_DENY_DOMAINS" placeholder:"NAME,…" help:"Domains that no tenant may have, beside those on the lists of public mail."`
	PhoneRegion string `name:"phone-region" env:"ROLLCALL_PHONE_REGION" placeholder:"COUNTRY" help:"The country, by its two letters, whose people may write their phone numbers without its code, such as DE (default: none)."`
	SMTPURL     string `name:"smtp-url" env:"ROLLCALL_SMTP_URL" placeholder:"URL" help:"The mail server: smtp://USER:PASSWORD@HOST:587, which must offer STARTTLS, smtps://USER:PASSWORD@HOST:465, or smtp://HOST:PORT?tls=off on a network of your own (default: none, and what needs a mail is refused)."`
	MailFrom    string `name:"mail-from" env:"ROLLCALL_MAIL_FROM" placeholder:"ADDRESS" help:"Whom mails come from, such as \"Acme <no-reply@acme.example>\"; required with --smtp-url."`
	MailRate    int    `name:"mail-rate" env:"ROLLCALL_MAIL_RATE" placeholder:"N" help:"How many mails leave each second at the most, over all gateways (default: 10)."`
	BillingURL  string `name:"billing-url" env:"ROLLCALL_BILLING_URL" placeholder:"URL" help:"Where a person who manages billing puts a suspended account right; pages for people of suspended tenants lead there (default: none)."`
	Product     string `env:"ROLLCALL_PRODUCT" placeholder:"NAME" help:"What pages, authenticator apps and passkeys call this installation: the name of your product (default: Rollcall)."`
	MailLease   period `name:"mail-lease" env:"ROLLCALL_MAIL_LEASE" placeholder:"PERIOD" help:"How long a mail is one gateway's while it is sent: after that another one sends it, if the first was killed (default: 2m)."`
	LogLevel    string `env:"ROLLCALL_LOG_LEVEL" placeholder:"LEVEL" help:"The least level that is logged: debug, info, warn or error (default: info)."`
}

const (
	defaultDatabase    = "sqlite://rollcall.db"
	defaultListen      = "127.0.0.1:8080"
	defaultAdminListen = "127.0.0.1:9090"
	defaultProduct     = "Rollcall"
)

// AfterApply fills in the defaults and refuses what can't be understood. It is
// called by kong.
func (s *settings) AfterApply() error {
	for _, d := range []struct {
		value    *string
		fallback string
	}{
		{&s.DatabaseURL, defaultDatabase}, {&s.Listen, defaultListen}, {&s.AdminListen, defaultAdminListen}, {&s.LogLevel, "info"}, {&s.Product, defaultProduct},
	} {
		if *d.value = strings.TrimSpace(*d.value); *d.value == "" {
			*d.value = d.fallback
		}
	}
	s.MigrateURL, s.RedisURL = strings.TrimSpace(s.MigrateURL), strings.TrimSpace(s.RedisURL)
	s.OperatorKey = strings.TrimSpace(s.OperatorKey)
	return errors.Join(checkDatabase(s.DatabaseURL), checkAddress("--listen", s.Listen), checkAddress("--admin-listen", s.AdminListen),
		checkPublicURL(&s.PublicURL), s.checkKey(), checkOperatorKey(s.OperatorKey), checkLevel(s.LogLevel), s.checkDomains(), checkRegion(&s.PhoneRegion), s.checkMail(), checkBillingURL(&s.BillingURL), checkProduct(s.Product))
}

// checkDatabase never repeats the URL: it may hold a password.
func checkDatabase(raw string) error {
	scheme, rest, ok := strings.Cut(raw, "://")
	if ok && rest != "" && (scheme == "sqlite" || scheme == "postgres" || scheme == "postgresql") {
		return nil
	}
	return errors.New("--database-url (ROLLCALL_DATABASE_URL) must be sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME")
}

func checkAddress(flag, address string) error {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return fmt.Errorf("%s %q must be HOST:PORT, such as 127.0.0.1:8080", flag, address)
	}
	return nil
}

func checkLevel(level string) error {
	if new(slog.Level).UnmarshalText([]byte(level)) != nil {
		return fmt.Errorf("--log-level (ROLLCALL_LOG_LEVEL) must be debug, info, warn or error, not %q", level)
	}
	return nil
}

func checkRegion(region *string) error {
	*region = strings.TrimSpace(*region)
	if err := phone.CheckRegion(*region); err != nil {
		return fmt.Errorf("--phone-region (ROLLCALL_PHONE_REGION): %w", err)
	}
	return nil
}

// maxProduct bounds the name of the product, in characters.
const maxProduct = 60

func checkProduct(name string) error {
	if utf8.RuneCountInString(name) > maxProduct || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return errors.New("--product (ROLLCALL_PRODUCT) must be a name of up to 60 characters, on one line")
	}
	return nil
}

func checkBillingURL(raw *string) error {
	*raw = strings.TrimSpace(*raw)
	u, err := url.Parse(*raw)
	if *raw == "" || err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil {
		return nil
	}
	return errors.New("--billing-url (ROLLCALL_BILLING_URL) must be http:// or https:// and a host, such as https://app.example.com/billing")
}

func checkPublicURL(raw *string) error {
	*raw = strings.TrimRight(strings.TrimSpace(*raw), "/")
	if *raw == "" {
		return nil
	}
	u, err := url.Parse(*raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return errors.New("--public-url (ROLLCALL_PUBLIC_URL) must be http:// or https:// and a host, such as https://scim.example.com")
	}
	return nil
}

func (s *settings) checkKey() error {
	if s.MasterKey == "" {
		return nil
	}
	_, err := secret.ParseKey(s.MasterKey)
	return err
}

// minOperatorKey is the length of 128 random bits in base64. The key opens everything to who guesses it.
const minOperatorKey = 22

func checkOperatorKey(key string) error {
	if n := utf8.RuneCountInString(key); n > 0 && n < minOperatorKey {
		return fmt.Errorf("--operator-key (ROLLCALL_OPERATOR_KEY) has %d characters, so it can be guessed; %d are the least, and `openssl rand -base64 32` prints a good one", n, minOperatorKey)
	}
	return nil
}

// sqliteFile returns the path of the embedded database, and false for
// PostgreSQL.
func (s *settings) sqliteFile() (string, bool) {
	rest, ok := strings.CutPrefix(s.DatabaseURL, "sqlite://")
	if !ok {
		return "", false
	}
	file, _, _ := strings.Cut(rest, "?")
	return file, true
}

// key returns the master key: the one that was set, or the one kept beside the
// SQLite file, which is made when absent.
func (s *settings) key() (secret.Key, error) {
	if s.MasterKey != "" {
		return secret.ParseKey(s.MasterKey)
	}
	file, ok := s.sqliteFile()
	if !ok {
		return secret.Key{}, usage("with PostgreSQL a master key is required, the same on every replica: set ROLLCALL_MASTER_KEY to what `openssl rand -base64 32` prints, and keep it")
	}
	key, err := secret.KeyFile(strings.TrimSuffix(file, filepath.Ext(file)) + ".key")
	return key, s.fileHelp(err)
}

// fileHelp adds to an error about a file of the embedded store what to change.
func (s *settings) fileHelp(err error) error {
	_, embedded := s.sqliteFile()
	if !embedded || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return fmt.Errorf("%w; the folder must be there and this user able to write in it, or name another file in ROLLCALL_DATABASE_URL", err)
}

// baseURL returns the gateway's URL as others reach it, given the address where
// it listens.
func (s *settings) baseURL(listen string) string {
	if s.PublicURL != "" {
		return s.PublicURL
	}
	return "http://" + reachable(listen)
}

// reachable turns an address to listen at into one to connect to: an address
// that means every interface is reached as this machine.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
