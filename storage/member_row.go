package storage

import (
	"encoding/json"
	"fmt"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// memberColumns are what a member is made of, in the order of memberRow.scan.
const memberColumns = `m.id, m.person_id, m.directory_id, m.login, m.external_id, m.email, m.proven, m.addresses, m.aliases,
	m.directory_active, m.attributes, m.claims, m.state, m.reason, m.role, m.conflict, m.version, m.created_at, m.changed_at, m.removed_at`

// memberRow is a member as the tables hold it.
type memberRow struct {
	id, person, directory           ident
	login, externalID, email        string
	proven                          bool
	addresses, aliases              []byte
	directoryActive                 bool
	attributes, claims              []byte
	state, reason, role, conflict   string
	version                         int64
	createdAt, changedAt, removedAt instant
	groups                          []byte // [[id, name], …], where asked for
}

// scanMember reads a row of memberColumns, and of groupsOf behind them when withGroups.
func scanMember(r row, withGroups bool) (roster.Member, error) {
	var m memberRow
	if err := r.Scan(m.dest(withGroups)...); err != nil {
		return roster.Member{}, err //nolint:wrapcheck // the caller does
	}
	return m.member()
}

func (m *memberRow) dest(withGroups bool) []any {
	dest := []any{
		&m.id, &m.person, &m.directory, &m.login, &m.externalID, &m.email, &m.proven, &m.addresses, &m.aliases,
		&m.directoryActive, &m.attributes, &m.claims, &m.state, &m.reason, &m.role, &m.conflict, &m.version, &m.createdAt, &m.changedAt, &m.removedAt,
	}
	if withGroups {
		dest = append(dest, &m.groups)
	}
	return dest
}

func (m *memberRow) member() (roster.Member, error) {
	out := roster.Member{
		ID: roster.MemberID{UUID: tenant.UUID(m.id)}, Person: roster.PersonID{UUID: tenant.UUID(m.person)},
		Directory: tenant.DirectoryID{UUID: tenant.UUID(m.directory)},
		Login:     m.login, ExternalID: m.externalID, Email: roster.Email(m.email), Proven: m.proven,
		Standing:        roster.Standing{State: roster.State(m.state), Reason: roster.Code(m.reason), Role: m.role},
		DirectoryActive: m.directoryActive, Conflict: roster.Code(m.conflict), Version: m.version,
		CreatedAt: m.createdAt.time(), ChangedAt: m.changedAt.time(), RemovedAt: m.removedAt.time(),
	}
	if len(m.attributes) > 0 {
		out.Attributes = m.attributes
	}
	var err error
	if out.Addresses, err = undocumentBy(decodeStrings, m.addresses); err != nil {
		return roster.Member{}, err
	}
	if out.Claims, err = undocumentBy(decodeClaims, m.claims); err != nil {
		return roster.Member{}, err
	}
	if out.Aliases, err = undocumentBy(decodeAliases, m.aliases); err != nil {
		return roster.Member{}, err
	}
	out.Groups, err = groupRefs(m.groups)
	return out, err
}

// groupsOf is the column that holds a member's groups, by id. A directory sees its own only (R7).
func groupsOf(d dialect, s roster.Scope) string {
	pair := "json_array(g.id, g.name)"
	if d == postgres {
		pair = "json_build_array(g.id, g.name)"
	}
	seen := ""
	if !s.Directory.IsZero() {
		seen = " AND g.directory_id = m.directory_id"
	}
	return `(SELECT ` + d.jsonArray(pair+" ORDER BY g.id") + ` FROM group_members gm
		JOIN groups g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
		WHERE gm.tenant_id = m.tenant_id AND gm.member_id = m.id` + seen + `)`
}

func groupRefs(text []byte) ([]roster.GroupRef, error) {
	if len(text) == 0 || string(text) == "[]" {
		return nil, nil
	}
	var pairs [][2]string
	if err := json.Unmarshal(text, &pairs); err != nil {
		return nil, fmt.Errorf("decode the groups of a member: %w", err)
	}
	refs := make([]roster.GroupRef, len(pairs))
	for i, p := range pairs {
		id, err := tenant.ParseUUID(p[0])
		if err != nil {
			return nil, fmt.Errorf("decode the groups of a member: %w", err)
		}
		refs[i] = roster.GroupRef{ID: roster.GroupID{UUID: id}, Name: p[1]}
	}
	return refs, nil
}

// label is what lists of a group's members show: the display name, or else the login.
func label(m roster.Member) string {
	if name := m.Attributes.Text("displayName"); name != "" {
		return name
	}
	return m.Login
}
