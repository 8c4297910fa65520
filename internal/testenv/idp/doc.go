// Package idp runs real identity providers for tests, which know nothing of Rollcall's code:
//
//	SimpleSAMLphp   SAML, PHP and xmlseclibs     Debian's package
//	samlp           SAML, Node.js and xml-crypto npm, by Auth0
//	oidc-provider   OpenID Connect, Node.js      npm, OpenID certified
//	Glewlwyd        OpenID Connect, C            Debian's package
//
// A test starts one, tells it about its service provider or client, and signs in with a browser:
//
//	provider := idp.StartSimpleSAMLphp(t, idp.SAMLOptions{})
//	provider.Register(t, idp.SP{EntityID: entityID, ACS: acs})
//	b := browser.New(t)
//	b.Get(loginURL)                  // Rollcall sends the browser to the provider
//	page := provider.SignIn(b, "alice") // and the provider sends it back
//
// Tests of one process that ask for the same options share a server, so accounts that a test adds
// need names, and service providers entity ids, of their own. Servers listen on 127.0.0.1 only and
// end with the process. Without the programs a test is skipped aloud, and fails with CI=true.
//
// What they lack: SimpleSAMLphp encrypts with AES-CBC only; samlp has one key and doesn't check
// signed requests; Glewlwyd signs in by its API, as its page needs JavaScript, and its back-channel
// logout is not set up.
package idp
