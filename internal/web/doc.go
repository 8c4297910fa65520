// Package web is what the doors that speak HTTP are built with: handlers that
// return errors, one table that turns roster.Kind into problem+json answers,
// and the chain that every request passes.
//
//	listener ─► Chain: request id, headers, deadline, recovery, one log line, metrics
//	              └─► router ─► a door's middleware (who is it?) ─► handler
//
// What the log line and the metrics say of a request is gathered in its Record,
// to which the door adds the tenant, the directory and the error it answered
// with. The package knows no door and no store.
package web
