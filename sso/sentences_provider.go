package sso

import (
	"rollcall/internal/roster"
	"rollcall/sso/oidc"
	"rollcall/sso/saml"
)

const (
	again  = "Go back to the application and start again. If it happens again, give your IT department the code below."
	clock  = "Start again. If it happens again, ask your IT department to look at the clock of your company's sign-in, and give them the code below."
	onlyIT = "Only your IT department can mend that: give them the code below."
)

// ofProvider are the words for what a person or their IT department can mend. Codes that are not here mean that the
// answer was malformed or forged, of which nobody needs to know more than the code.
func ofProvider() map[roster.Code]sentence {
	no := sentence{cant, "Your company's sign-in page said no.", "Ask your IT department whether the application is assigned to you, and give them the code below.", false}
	key := sentence{cant, "Your company's sign-in uses a key that is not known here, or not any more.", onlyIT, false}
	setUp := sentence{cant, "Your company's sign-in and this service are not set up for each other yet, or not any more.", onlyIT, false}
	time := sentence{cant, "The answer of your company's sign-in was too old, or from the future, when it came.", clock, false}
	stale := sentence{cant, "You signed in at your company too long ago; this time you must do so anew.", "Sign out at your company's own sign-in page, then start again.", false}
	other := sentence{cant, "The answer of your company's sign-in belongs to another sign-in than this one.", again, false}
	foreign := sentence{cant, "You came with an account of another organisation.", "Sign out of that account at its provider, or choose another one there, and sign in with the account of your company.", false}
	weak := sentence{cant, "The answer of your company's sign-in was not signed or not encrypted as safely as it must be.", onlyIT, false}
	return map[roster.Code]sentence{
		saml.CodeUnsolicited: {
			"One more step", "You came from your company's portal. For your safety the sign-in begins here.",
			"Press the button. If you did not come from there, close this page.", false,
		},
		saml.CodeStatus: no, oidc.CodeProvider: no,
		saml.CodeCertificateUnknown: key, saml.CodeCertificateExpired: key, saml.CodeMetadataExpired: key, saml.CodeSignatureInvalid: key, oidc.CodeSignature: key,
		saml.CodeNotConfigured: setUp, saml.CodeMetadataRefused: setUp, saml.CodeIssuerMismatch: setUp, saml.CodeAudienceMismatch: setUp,
		saml.CodeRecipientMismatch: setUp, oidc.CodeConfig: setUp, oidc.CodeIssuer: setUp, oidc.CodeAudience: setUp, oidc.CodeAZP: setUp, oidc.CodeExchange: setUp,
		saml.CodeExpired: time, saml.CodeNotYetValid: time, oidc.CodeExpired: time, oidc.CodeClock: time,
		saml.CodeAuthnTooOld: stale, oidc.CodeMaxAge: stale,
		saml.CodeInResponseTo: other, oidc.CodeState: other, oidc.CodeNonce: other,
		oidc.CodeTenant: foreign, oidc.CodeHostedDomain: foreign,
		saml.CodeUnsigned: weak, saml.CodeAlgorithmRefused: weak, saml.CodeEncryption: weak, oidc.CodeAlgorithm: weak,
		saml.CodeTooLarge:           {cant, "Your company's sign-in sent more than can be read, such as a very long list of groups.", onlyIT, false},
		saml.CodeAttributeAmbiguous: {cant, "Your company's sign-in sent several values where there must be one, such as two e-mail addresses.", onlyIT, false},
		saml.CodeIncomplete:         {cant, "Your company's sign-in left out something that is needed to know who you are.", onlyIT, false},
		oidc.CodeDiscovery:          {cant, "Your company's sign-in can't be reached, or does not say how to talk to it.", "Try again in a few minutes. If it goes on, give your IT department the code below.", false},
	}
}
