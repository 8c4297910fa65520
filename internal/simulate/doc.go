// Package simulate is a pocket directory: a small company that lives in memory and provisions itself into
// any SCIM 2.0 service over real HTTP, in the words and in the order of Microsoft Entra ID, Okta or Google
// Workspace. Every answer is checked, and at the end the service's roster is read page by page and compared
// with the company.
//
// A run is a list of steps, and each step is done for every person or group it concerns:
//
//	test connection → match → create, or bring up to date → update → groups filled, changed, renamed
//	→ disable → match again → restore → delete a share → compare everything
//
// The company follows from the vendor, the domain, the seed and the sizes alone, and every step looks before it writes.
// So a run may be repeated, or cut off and started again, and ends in the same state: people are matched
// before they are created, those found are brought back to the day they were hired, those deleted last
// time are created anew under the same externalId.
//
// The road may be bad on purpose (Config.Trouble): requests are turned away, sent twice, done without the
// answer being heard, or late and in another order. The run must end where a calm one ends, by what the vendor
// does about such things: obey Retry-After, match before it creates again, and mend in its next cycle.
//
// An object with an unexpected answer is put aside and the run goes on with the others, so that one run
// shows every kind of fault; a refused token or a service that stays away ends it at once.
package simulate
