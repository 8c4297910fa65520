package api

import (
	"cmp"
	"context"

	"rollcall/internal/roster"
	"rollcall/internal/view"
)

func (d *Door) previews() {
	const tag = "Previews"
	add(d, tag, operation{id: "previewMappings", verb: "POST /tenants/{tenant}/directories/{directory}/mappings/preview", scope: ReadDirectories, summary: "Preview role mappings", about: "Who would have which other role with these mappings, and whether they would be refused. Changes nothing."}, d.previewMappings)
	add(d, tag, operation{id: "previewAdoption", verb: "POST /tenants/{tenant}/directories/{directory}/preview", scope: ReadDirectories, summary: "Preview a first sync", about: "What a first sync of the directory would mean: who is new, matched, doubtful or refused. Without a list of people it looks at the tenant's members. Changes nothing.", body: listBody}, d.previewAdoption)
}

// listBody is the largest body of a preview with a list: some 100,000 people.
const listBody = 16 << 20

type previewMappingsIn struct {
	InDirectory
	Limit int `query:"limit" default:"20" minimum:"0" maximum:"1000" doc:"The most people to name."`
	Body  mappingsBody
}

func (d *Door) previewMappings(ctx context.Context, in *previewMappingsIn) (*answer[view.MappingPreviewView], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	mappings, err := parseMappings(in.Body.Mappings)
	if err != nil {
		return nil, err
	}
	m, err := d.Roster.PreviewMappings(ctx, s, found.ID, mappings, in.Limit)
	if err != nil {
		return nil, err
	}
	return the(view.Mappings(m)), nil
}

// newcomerBody is one person whom a directory would send.
type newcomerBody struct {
	UserName   string `json:"userName,omitempty" doc:"The email when absent."`
	ExternalID string `json:"externalId,omitempty"`
	Email      string `json:"email,omitempty" doc:"The userName, if it is an address, when absent."`
}

type previewAdoptionIn struct {
	InDirectory
	Limit int  `query:"limit" default:"1000" minimum:"0" maximum:"10000" doc:"The most people to name; the sums count all."`
	All   bool `query:"all" doc:"Names those too against whom nothing speaks."`
	Body  *struct {
		People []newcomerBody `json:"people,omitempty" maxItems:"200000" doc:"Whom the directory would send; absent: the tenant's present members are looked at."`
	}
}

// previewView is a preview of a first sync as JSON.
type previewView struct {
	Members  int                    `json:"members"`
	Proven   int                    `json:"on_proven_domains" doc:"Members with an address on a domain that is the tenant's own."`
	Listed   int                    `json:"listed"`
	Outlooks map[roster.Outlook]int `json:"outlooks" doc:"How many are new, matched, doubtful, refused or unlisted."`
	Reasons  map[roster.Code]int    `json:"reasons" doc:"Why doubtful or refused."`
	People   []forecastView         `json:"people"`
	More     bool                   `json:"more,omitempty" doc:"There are more people than the limit let be named."`
}

type forecastView struct {
	Line    int            `json:"line,omitempty" doc:"The person's place in the list, from 1."`
	Outlook roster.Outlook `json:"outlook" enum:"new,matched,doubtful,refused,unlisted"`
	Reason  roster.Code    `json:"reason,omitempty"`
	Member  string         `json:"member,omitempty" doc:"Whom it is about; absent: nobody is there yet."`
	Login   string         `json:"login"`
	Email   string         `json:"email"`
	Detail  string         `json:"detail,omitempty"`
}

func (in *previewAdoptionIn) newcomers() []roster.Newcomer {
	if in.Body == nil {
		return nil
	}
	out := make([]roster.Newcomer, len(in.Body.People))
	for i, p := range in.Body.People {
		out[i] = roster.Newcomer{Line: i + 1, Login: cmp.Or(p.UserName, p.Email), ExternalID: p.ExternalID, Email: p.Email}
	}
	return out
}

func (d *Door) previewAdoption(ctx context.Context, in *previewAdoptionIn) (*answer[previewView], error) {
	found, s, err := d.directory(ctx, in.InDirectory)
	if err != nil {
		return nil, err
	}
	v := previewView{People: []forecastView{}}
	sum, err := d.Roster.PreviewAdoption(ctx, s, found.ID, in.newcomers(), func(f roster.Forecast) error {
		switch {
		case !in.All && f.Reason == "" && f.Outlook != roster.OutlookUnlisted:
		case len(v.People) >= in.Limit:
			v.More = true
		default:
			v.People = append(v.People, viewForecast(f))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	v.Members, v.Proven, v.Listed, v.Outlooks, v.Reasons = sum.Members, sum.Proven, sum.Listed, sum.Outlooks, sum.Reasons
	return the(v), nil
}

func viewForecast(f roster.Forecast) forecastView {
	v := forecastView{Line: f.Line, Outlook: f.Outlook, Reason: f.Reason, Login: f.Login, Email: f.Email, Detail: f.Detail}
	if !f.Member.IsZero() {
		v.Member = f.Member.String()
	}
	return v
}
