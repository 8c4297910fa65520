// Package team is the door for a tenant's admins: who is in the team, who is invited, who asks to join, groups, roles
// and access reviews, as pages under /console. The tenant is that of the session.
//
//	browser ── session ──► admin? ──► handler: read the request, one call of the roster, one page
//	              │ none      │ no
//	              ▼           ▼
//	           /login        403, and nothing of the team is shown
//
// All that changes something is a POST that another site's page can't send, and answers with a redirect or, when it was
// refused, with the page as it was filled in.
package team
