// Package samltest makes SAML responses for tests: really signed ones, and those that an attacker would make of
// them. Everything honest is samlidp's.
package samltest
