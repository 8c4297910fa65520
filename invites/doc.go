// Package invites is the door of those who were invited: links, mails, and the pages on which people accept.
//
//	admin ── Sender.Create ──► roster.CreateInvite: invite, token's hash, mail, in one transaction
//	                                     │
//	mailbox ── /invite/accept?token=inv_… ── GET: never uses anything up
//	                                     ▼
//	            POST ──► roster.AcceptInvite: member, password or passkey, session, in one transaction
//	              └─ SSO enforced ──► the tenant's identity provider ──► the sign-in accepts the invite
package invites
