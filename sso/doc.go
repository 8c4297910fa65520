// Package sso is the sign-in door: Rollcall as the relying party of a tenant's own identity provider.
//
// A browser leaves for the provider and comes back with a SAML response or an authorization code. The
// packages saml and oidc below this one verify what came; this one turns either into one Identity, which
// package jit decides on and package session makes a session of.
//
//	/sso/{connection}/login ──► provider ──► acs or callback ──► Identity ──► jit.Joiner ──► session
package sso
