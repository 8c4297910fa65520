// Package provlog keeps the provisioning log: what each directory asked, what it was answered
// and what that changed.
//
// A door hands a Capture to Recorder.Add when it has answered, which costs it a lock and a copy
// of at most MaxBody bytes. Everything else happens later and elsewhere:
//
//	Add ──► bounded buffer ──► Flush: mask, group by tenant ──► roster.ExchangeLog
//	   └──► counts by directory and hour, which overflow never loses
//
// By default no personal value gets into an entry: the masks keep the shape of a body (keys,
// operations, paths, booleans, ids) and put ‹text 14› where a value was. A directory whose
// settings ask for bodies has its values shown, but never passwords, secrets or tokens.
//
// What is in the buffer when the process is killed is lost, at most some 250 milliseconds of
// entries and two seconds of counts; a graceful stop loses nothing.
package provlog
