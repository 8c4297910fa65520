// Command rollcall is the gateway, and the operator's tool beside it.
//
//	rollcall serve         answers directories over SCIM
//	rollcall tenant …      the other commands work on the same database directly,
//	rollcall directory …   whether a gateway is running or not
//
// Every setting is a flag and an environment variable; the flag wins. Results
// go to standard output, as tables and sentences or, with --json, as JSON with
// stable names; logs and errors go to standard error. The exit code is 0 when
// all went well, 1 when something was refused or failed, and 2 when the command
// line or a setting can't be understood.
//
// This is the only package that reads the environment and the clock, and that
// chooses a store.
package main
