// Package google reads a Google Workspace account and brings a directory of the roster into line with
// it. Google pushes to applications of its own catalogue only, and no groups; so this package pulls.
//
//	dispatch (each minute) ─► a job for each directory that is due ─► Puller.Pull
//	                                                                    │ the directory's lease: one run at a time
//	   index of the directory: id, name and a hash of each person  ◄────┤
//	   users.list, page by page: what differs ─► Provision, Edit        │
//	   who was not listed, once all pages are read ─► Remove            │
//	   groups.list; members.list of each: what differs ─► EditGroup     │
//	   the state of the run, and the lease back                    ◄────┘
//
// Each change is one call of the roster, as if it had been pushed: adoption, conflicts, domains, mass
// changes and their guard are the roster's. A record that the roster refuses is noted and the run goes
// on. Nobody is removed unless every page of people was read in the same run.
//
// A run that is cut off leaves nothing half done: the next one compares anew, and what was applied is
// then the same on both sides. docs/decisions/0026-google-pull.md has the reasons.
package google
