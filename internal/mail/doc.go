// Package mail writes mails and sends them.
//
//	door ── Post.Draft: seals what a mail tells ──► roster.MailTx.QueueMail, with what caused it
//	                                                       │ committed
//	job ── Sender.Drain: claims, opens, writes ◄───────────┘
//	          └── Carrier.Carry: an SMTP server, or the demonstration's box
//
// One conversation with a mail server goes on at a time in each process, so that a crash sends at most one mail
// twice: the one that the server had taken and nobody had noted yet.
//
// Templates are texts of blocks: the first line is the subject, then paragraphs between blank lines; "-> words URL" is
// a button, "> text" what somebody wrote, "-- text" small print. Blocks are told apart before values are filled in, and
// values are made one line, so that no value makes a header or a block.
package mail
