package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"rollcall/internal/web"
)

// cli is the whole command line.
type cli struct {
	settings `embed:"" group:"Settings (each has an environment variable; the flag wins):"`

	JSON    bool             `name:"json" help:"Print the result as JSON instead of tables and sentences."`
	Version kong.VersionFlag `help:"Print the version and leave."`

	Serve   serveCmd   `cmd:"" help:"Run the gateway."`
	Demo    demoCmd    `cmd:"" help:"See the main job done in seconds: made-up directories push into a throw-away gateway, and people sign in."`
	Migrate migrateCmd `cmd:"" help:"Bring the tables of the database up to date."`

	Tenant      tenantCmd      `cmd:"" help:"Tenants: the customers of your application."`
	Domain      domainCmd      `cmd:"" help:"E-mail domains that belong to a tenant."`
	Directory   directoryCmd   `cmd:"" help:"Directories: the SCIM connections of a tenant, and their tokens."`
	Connection  connectionCmd  `cmd:"" help:"Connections: the SAML and OIDC sign-in of a tenant."`
	Schema      schemaCmd      `cmd:"" help:"Schemas: attributes of users and groups that a tenant has beside those of SCIM."`
	Entitlement entitlementCmd `cmd:"" help:"Entitlements: what a tenant lets directories give to users."`
	Group       groupCmd       `cmd:"" help:"Groups: those that directories push, and those kept by hand."`
	Member      memberCmd      `cmd:"" help:"Members: a tenant's people, their roles and their access."`
	Session     sessionCmd     `cmd:"" help:"Sessions: the browsers in which people are signed in."`
	Conflict    conflictCmd    `cmd:"" help:"What waits for an admin, and deciding on it."`
	Invite      inviteCmd      `cmd:"" help:"Invites: people who become members when they accept."`
	JoinRequest joinRequestCmd `cmd:"" help:"People whose first sign-in waits for an answer."`
	Review      reviewCmd      `cmd:"" help:"Access reviews: who still needs access."`
	App         appCmd         `cmd:"" help:"Applications that people sign in to with Rollcall (OpenID Connect)."`
	SigningKey  signingKeyCmd  `cmd:"" help:"Keys that tokens for applications are signed with."`
	APIToken    apiTokenCmd    `cmd:"" name:"api-token" help:"Tokens by which programs speak for a tenant's admins."`
	Audit       auditCmd       `cmd:"" help:"What happened in a tenant, by whom."`

	Simulate simulateCmd `cmd:"" help:"Play an identity provider against a SCIM endpoint and check its answers."`
	Health   healthCmd   `cmd:"" help:"Ask the running gateway whether it can work."`
}

const description = `A gateway for the people of your customers: their identity providers push them in by SCIM and sign them in by SAML
or OpenID Connect; your application speaks OpenID Connect with it, and reads one answer.

Start with "rollcall tenant create". Then "rollcall directory create" prints the base URL and the token for a
provider that pushes, "rollcall connection create" the URLs for one that signs in, and "rollcall app create" what your
application needs. "rollcall COMMAND --help" explains each command.

Exit codes: 0 all went well; 1 refused or failed, and a line on standard error says what to change;
2 the command line or a setting can't be understood.`

// parse reads the command line. done says that it asked for help or the
// version only, which is printed.
func parse(c *cli, args []string, stdout, stderr io.Writer) (command *kong.Context, done bool, err error) {
	parser, err := kong.New(c,
		kong.Name("rollcall"),
		kong.Description(description),
		kong.Writers(stdout, stderr),
		kong.Vars{"version": release(), "grace": web.Grace.String()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110, NoExpandSubcommands: true}),
		kong.Help(printHelp),
		kong.Exit(func(int) { panic(leave{}) }),
	)
	if err != nil {
		return nil, false, err
	}
	// kong ends the program from deep within after it has printed help.
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(leave); !ok {
				panic(p)
			}
			done = true
		}
	}()
	command, err = parser.Parse(args)
	if err != nil {
		return nil, false, usage("%w; see rollcall %s", err, helpFor(parser.Model.Node, args))
	}
	return command, false, nil
}

type leave struct{}

// printHelp leaves the settings, which are the same for all commands, to the help of the program and of serve.
func printHelp(options kong.HelpOptions, ctx *kong.Context) error {
	command := ctx.Selected()
	if command == nil || command.Name == "serve" {
		return kong.DefaultHelpPrinter(options, ctx)
	}
	for _, f := range ctx.Model.Flags {
		f.Hidden = f.Hidden || f.Group != nil
	}
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintln(ctx.Stdout, "\nSettings, such as the database, are explained by rollcall --help.")
	return err
}

// helpFor guesses the help that somebody who mistyped a command line wants: of the command as far as it is known.
func helpFor(command *kong.Node, args []string) string {
	var words []string
	for _, a := range args {
		i := slices.IndexFunc(command.Children, func(n *kong.Node) bool { return n.Name == a })
		if i < 0 {
			break
		}
		command, words = command.Children[i], append(words, a)
	}
	return strings.Join(append(words, "--help"), " ")
}
