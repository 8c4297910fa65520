package console

// SMSConsentWording is what stands beside the box for text messages, wherever there is one. It is kept with each
// consent, because that is about these words. Whoever changes them gives SMSConsentVersion another number: a test holds
// the two together.
const SMSConsentWording = "Send me text messages about alerts and my account to this number. " +
	"Message and data rates may apply, and how many there are depends on your alerts. " +
	"You need not agree in order to use this service, and you can end this at any time on your profile page."

// SMSConsentVersion numbers SMSConsentWording.
const SMSConsentVersion = "sms-1"

// SMSConsentRecord is what is kept of the wording that a person saw.
const SMSConsentRecord = SMSConsentVersion + ": " + SMSConsentWording
