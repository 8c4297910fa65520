// Package fake is a Google Workspace account over HTTP, for tests and the demo: the three lists of the
// Directory API that are read (users, groups, members of a group), and the token endpoint.
//
// It behaves as Google documents: pages with tokens that are, partial answers by
// fields, etags and 304, assertions checked by signature, scope, audience, time and subject
// (RFC 7523), access tokens that expire, people who are suspended, archived or deleted, groups within
// groups, and errors in Google's form. Trouble can be ordered ahead.
package fake
