// Package load sends a steady stream of SCIM requests for several directories at once, and says how
// long each directory's answers took: the load that Entra's validator sends (25 requests a second and
// tenant), and beside it, if wanted, one directory that sends as much as it can.
//
// The stream is open: a request is sent when it is due, whether the one before was answered or not,
// and its time counts from when it was due. So an endpoint that falls behind shows it.
package load
