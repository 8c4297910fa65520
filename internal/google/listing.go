package google

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
)

// The largest pages that Google gives.
const (
	userPage   = 500
	groupPage  = 200
	memberPage = 200
)

// maxPages bounds a listing: 10 million people. A page token that leads in a circle must end somewhere.
const maxPages = 20_000

// userFields are what is read of a person; all else stays at Google.
const userFields = "nextPageToken,users(id,primaryEmail,name(givenName,familyName,fullName,displayName),suspended,archived,suspensionReason," +
	"orgUnitPath,aliases,organizations,phones,addresses,relations,externalIds,languages)"

// users reads all people, page by page. What is read is the page's own: each may keep parts of it.
func (c *client) users(ctx context.Context, customer, orgUnit string, each func([]json.RawMessage) error) error {
	query := url.Values{
		"customer": {customer}, "maxResults": {strconv.Itoa(userPage)}, "projection": {"full"}, "orderBy": {"email"}, "fields": {userFields},
	}
	if orgUnit != "" {
		query.Set("query", "orgUnitPath='"+orgUnit+"'")
	}
	for range maxPages {
		var page struct {
			Users []json.RawMessage `json:"users"`
			Next  string            `json:"nextPageToken"`
		}
		if _, _, err := c.get(ctx, "/users", query, "", &page); err != nil {
			return err
		}
		if err := each(page.Users); err != nil || page.Next == "" {
			return err
		}
		query.Set("pageToken", page.Next)
	}
	return endless()
}

// group is a group as Google tells of it.
type group struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
}

const groupFields = "id,email,name"

// groups reads all groups by address, page by page.
func (c *client) groups(ctx context.Context, customer string, each func([]group) error) error {
	query := url.Values{
		"customer": {customer}, "maxResults": {strconv.Itoa(groupPage)}, "orderBy": {"email"}, "sortOrder": {"ASCENDING"},
		"fields": {"nextPageToken,groups(" + groupFields + ")"},
	}
	for range maxPages {
		var page struct {
			Groups []group `json:"groups"`
			Next   string  `json:"nextPageToken"`
		}
		if _, _, err := c.get(ctx, "/groups", query, "", &page); err != nil {
			return err
		}
		if err := each(page.Groups); err != nil || page.Next == "" {
			return err
		}
		query.Set("pageToken", page.Next)
	}
	return endless()
}

// oneGroup finds a group by its address; errGone.
func (c *client) oneGroup(ctx context.Context, address string) (group, error) {
	var g group
	_, _, err := c.get(ctx, "/groups/"+url.PathEscape(address), url.Values{"fields": {groupFields}}, "", &g)
	return g, err
}

// roll is who is in a group.
type roll struct {
	ids []string // of people, Google's; those of groups within the group too, once each
	all bool     // everybody of the account is in it
	// etag names this state of the list; empty: it can't be asked for by one. It covers what is listed
	// only, so there is none where a group within the group may change unseen, and none for several pages.
	etag string
}

// members reads who is in a group, and in the groups within it. Google works the latter out, which
// needs neither many calls nor a guard against circles. unless is the etag of what is known; same says
// that it is still that. errGone when the group is gone.
func (c *client) members(ctx context.Context, id, unless string) (list roll, same bool, err error) {
	query := url.Values{
		"maxResults": {strconv.Itoa(memberPage)}, "includeDerivedMembership": {"true"}, "fields": {"etag,nextPageToken,members(id,type)"},
	}
	nested := false
	for n := range maxPages {
		var page struct {
			Members []struct {
				ID   string `json:"id"`
				Type string `json:"type"`
			} `json:"members"`
			Next string `json:"nextPageToken"`
			Etag string `json:"etag"`
		}
		changed, etag, err := c.get(ctx, "/groups/"+url.PathEscape(id)+"/members", query, unless, &page)
		if err != nil || !changed {
			return list, !changed, err
		}
		for _, m := range page.Members {
			switch m.Type {
			case "GROUP":
				nested = true
			case "CUSTOMER":
				list.all, nested = true, true
			default:
				list.ids = append(list.ids, m.ID)
			}
		}
		if page.Next == "" {
			if n == 0 && !nested {
				if list.etag = page.Etag; list.etag == "" {
					list.etag = etag
				}
			}
			slices.Sort(list.ids)
			list.ids = slices.Compact(list.ids)
			return list, false, nil
		}
		unless = ""
		query.Set("pageToken", page.Next)
	}
	return list, false, endless()
}
