// Package samlidp is a small SAML 2.0 identity provider: it signs assertions about made-up people, and over HTTP
// it lets a browser choose one of them. The demo signs people in with it and tests build on it. It asks for
// no password, so it is nothing to run where strangers can reach it.
package samlidp
