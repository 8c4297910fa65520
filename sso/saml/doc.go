// Package saml lets a person sign in who comes back from a SAML 2.0 identity provider: from a connection's
// Config, what we asked (Expectation) and the bytes that a browser posted, Verify makes one Assertion, or a
// Failure that names the check.
//
// It is a wall. Behind it stand crewjam/saml, of which only types of requests are used, and goxmldsig, which
// verifies signatures; docs/decisions/0020-the-wall-around-saml.md tells why. A response passes these gates,
// in this order, and nothing behind a gate looks at what the gate did not pass:
//
//	scan       size, depth, number of elements and attributes; no DOCTYPE, comment or processing instruction
//	lint       one tree: names, namespaces, unique ids, one assertion, signatures where they belong
//	status     what the provider says of a sign-in that did not work
//	signature  by a certificate of the connection; KeyInfo is a hint at most. What comes out are the
//	           bytes that were signed, parsed anew, and only they are read from here on
//	decrypt    RSA-OAEP and AES-GCM only; the plain text goes through scan, lint and signature again
//	facts      issuer, audience, recipient, request, times, subject, each to the letter
//
// The package keeps no state and does no I/O: whether a request is still open and whether an assertion was
// used before is for the caller to find out, with Assertion.ID and Assertion.ReplayUntil. It never reads the
// clock, and sets none of the libraries' global variables.
package saml
