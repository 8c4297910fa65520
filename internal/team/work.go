package team

import "net/http"

// workRoutes are the pages about invites, requests, groups, roles and reviews.
func (d *Door) workRoutes() []route {
	return []route{
		{http.MethodGet, "/invites", d.invites},
		{http.MethodGet, "/invites/new", d.inviteForm},
		{http.MethodPost, "/invites/new", d.invite},
		{http.MethodPost, "/invites/rejects.csv", d.rejects},
		{http.MethodPost, "/invites/selected", d.selectedInvites},
		{http.MethodGet, "/invites/{invite}", d.inviteDetail},
		{http.MethodPost, "/invites/{invite}/resend", d.resend},
		{http.MethodPost, "/invites/{invite}/role", d.changeInvite},
		{http.MethodPost, "/invites/{invite}/revoke", d.revoke},
		{http.MethodGet, "/requests", d.requests},
		{http.MethodPost, "/requests/{request}", d.answerRequest},
		{http.MethodGet, "/groups", d.groups},
		{http.MethodPost, "/groups", d.makeGroup},
		{http.MethodGet, "/groups/{group}", d.group},
		{http.MethodPost, "/groups/{group}/members", d.addToGroup},
		{http.MethodPost, "/groups/{group}/drop", d.dropFromGroup},
		{http.MethodPost, "/groups/{group}/rename", d.renameGroup},
		{http.MethodPost, "/groups/{group}/delete", d.deleteGroup},
		{http.MethodGet, "/roles", d.roles},
		{http.MethodGet, "/review", d.reviews},
		{http.MethodPost, "/review", d.startReview},
		{http.MethodPost, "/review/every", d.everyReview},
		{http.MethodGet, "/review/{review}/export.csv", d.reviewCSV},
		{http.MethodGet, "/review/{review}", d.review},
		{http.MethodPost, "/review/{review}/active", d.keepActive},
		{http.MethodPost, "/review/{review}/decide", d.decide},
		{http.MethodPost, "/review/{review}/finish", d.finish},
	}
}
