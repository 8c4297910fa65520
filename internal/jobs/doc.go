// Package jobs does what need not be done at once: mails, webhooks, checks of every hour. It runs
// River on the tables of the store.
//
//	roster.Tx.Enqueue ─► a row in the same transaction ─► committed ─► any replica's Engine ─► the kind's WorkFunc
//	the elected replica ─► a row each period of a periodic kind ─┘            │
//	                    retried after a pause that grows ◄── error, panic, ───┤
//	                                                         killed worker    └─► done
//
// A job runs at least once: a worker that is killed may have done all of it but the note that it is
// done. A WorkFunc therefore looks at the state of things and does what is left. Errors are logged and
// kept with the job as web.Chain logs them, by kind and code, without the details that name people.
//
// docs/decisions/0009-jobs.md says why River, and why its tables are migrated like ours.
package jobs
