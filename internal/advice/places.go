package advice

import (
	"slices"

	"rollcall/internal/tenant"
)

func known(vendor tenant.Provider) bool { return slices.Contains(tenant.Vendors(), vendor) }

// place says where a matter is changed in a product, in the words of its menus.
func place(t topic, vendor tenant.Provider) string {
	if t == here {
		return "In Rollcall, not at the identity provider."
	}
	p, ok := placesOf(vendor)
	if !ok {
		p = places{
			mapping:     "In the SCIM application of the identity provider: its attribute mappings.",
			credentials: "In the SCIM application of the identity provider: base URL and token.",
			assignment:  "In the SCIM application of the identity provider: who is assigned, or in scope.",
			groups:      "In the SCIM application of the identity provider: which groups are pushed.",
			retry:       "In the log of the SCIM application, most providers can try a failed person again at once.",
		}
	}
	return p[t]
}

// places are by topic.
type places map[topic]string

func placesOf(vendor tenant.Provider) (places, bool) {
	switch vendor {
	case tenant.Entra:
		return places{
			mapping:     "Entra admin center › Enterprise applications › the application › Provisioning › Mappings › Provision Microsoft Entra ID Users (or Groups). Try one person with Provision on demand.",
			credentials: "Entra admin center › Enterprise applications › the application › Provisioning › Admin Credentials: Tenant URL and Secret Token, then Test Connection. Save, and restart provisioning if the job is in quarantine.",
			assignment:  "Entra admin center › Enterprise applications › the application › Users and groups; and Provisioning › Settings › Scope, with the scoping filters of the mapping.",
			groups:      "Entra admin center › Enterprise applications › the application › Users and groups; the groups' own mapping is below Provisioning › Mappings.",
			retry:       "Entra admin center › Enterprise applications › the application › Provision on demand; otherwise the next cycle, after some 40 minutes.",
		}, true
	case tenant.Okta:
		return places{
			mapping:     "Okta Admin Console › Applications › the application › Provisioning › To App › Attribute Mappings, or Directory › Profile Editor.",
			credentials: "Okta Admin Console › Applications › the application › Provisioning › Integration › Edit: Base URL and API Token, then Test API Credentials.",
			assignment:  "Okta Admin Console › Applications › the application › Assignments.",
			groups:      "Okta Admin Console › Applications › the application › Push Groups.",
			retry:       "Okta Admin Console › Dashboard › Tasks › the failed task › Retry Selected; for groups, Push Groups › the group › Push now.",
		}, true
	case tenant.Google:
		return places{
			mapping:     "Google Admin console › Apps › Web and mobile apps › the application › Autoprovisioning › Attribute mapping.",
			credentials: "Google Admin console › Apps › Web and mobile apps › the application › Autoprovisioning: endpoint URL and access token.",
			assignment:  "Google Admin console › Apps › Web and mobile apps › the application › User access, and Autoprovisioning › Provisioning scope.",
			groups:      "Google does not push groups; a group only limits the scope: Autoprovisioning › Provisioning scope.",
			retry:       "Google tries again by itself, every few hours.",
		}, true
	}
	return morePlaces(vendor)
}

func morePlaces(vendor tenant.Provider) (places, bool) {
	switch vendor {
	case tenant.OneLogin:
		return places{
			mapping:     "OneLogin Administration › Applications › the application › Parameters; the shape of the request is in Configuration › SCIM JSON Template.",
			credentials: "OneLogin Administration › Applications › the application › Configuration › API Connection: SCIM Base URL and SCIM Bearer Token, then Enable.",
			assignment:  "OneLogin Administration › Applications › the application › Users, Access and Rules.",
			groups:      "OneLogin Administration › Applications › the application › Rules (set groups) and Parameters › Groups › Include in User Provisioning.",
			retry:       "OneLogin Administration › Applications › the application › Users › the person's failed state › Retry.",
		}, true
	case tenant.JumpCloud:
		return places{
			mapping:     "JumpCloud Admin Portal › SSO Applications › the application › Identity Management › Attribute Mapping.",
			credentials: "JumpCloud Admin Portal › SSO Applications › the application › Identity Management: Base URL and Token Key, then Test Connection and Activate.",
			assignment:  "JumpCloud Admin Portal › SSO Applications › the application › User Groups.",
			groups:      "JumpCloud Admin Portal › SSO Applications › the application › Identity Management › management of user groups.",
			retry:       "JumpCloud tries again with the person's next change; Directory Insights shows the failure.",
		}, true
	case tenant.Ping:
		return places{
			mapping:     "PingOne: Integrations › Provisioning › Rules › the rule › Attribute Mapping. PingFederate: the SP connection › Outbound Provisioning › Manage Channels › Attribute Mapping.",
			credentials: "PingOne: Integrations › Provisioning › Connections › the connection › Configuration. PingFederate: the SP connection › Outbound Provisioning › Target.",
			assignment:  "PingOne: Integrations › Provisioning › Rules › the rule › User Filter. PingFederate: Manage Channels › Source Location.",
			groups:      "PingOne: Integrations › Provisioning › Rules › the rule › Group Provisioning. PingFederate: Manage Channels › Source Location › Groups.",
			retry:       "PingOne: Integrations › Provisioning › Rules › the rule › Sync Status. PingFederate tries again in its next cycle.",
		}, true
	case tenant.Rippling:
		return places{
			mapping:     "Rippling › the application › Settings › the attributes of the SCIM integration.",
			credentials: "Rippling › the application › Settings › the connection: base URL and bearer token; reconnect it.",
			assignment:  "Rippling › the application › Settings › the access rules.",
			groups:      "Rippling › the application › Settings › groups of the SCIM integration.",
			retry:       "Rippling › the application › the failed person › try again.",
		}, true
	case tenant.Authentik:
		return places{
			mapping:     "authentik Admin interface › Applications › Providers › the SCIM provider › Edit › User and Group Property Mappings.",
			credentials: "authentik Admin interface › Applications › Providers › the SCIM provider › Edit: URL and Token.",
			assignment:  "authentik Admin interface › Applications › Providers › the SCIM provider › Edit › User filtering; and the bindings of the application.",
			groups:      "authentik Admin interface › Applications › Providers › the SCIM provider › Edit › the filter for groups.",
			retry:       "authentik Admin interface › Applications › Providers › the SCIM provider › Sync status › Run sync again.",
		}, true
	case tenant.Keycloak:
		return places{
			mapping:     "In the settings of the SCIM plug-in of the realm: attribute mapping.",
			credentials: "In the settings of the SCIM plug-in of the realm: endpoint and token.",
			assignment:  "In the settings of the SCIM plug-in of the realm: which users are propagated.",
			groups:      "In the settings of the SCIM plug-in of the realm: which groups are propagated.",
			retry:       "Keycloak's plug-ins send again with the person's next change, or with a full synchronisation.",
		}, true
	case tenant.SyncTools:
		return places{
			mapping:     "In the configuration of the tool; most have fixed mappings.",
			credentials: "In the configuration of the tool: SCIM endpoint and access token.",
			assignment:  "In the configuration of the tool: the queries for users and groups.",
			groups:      "In the configuration of the tool: the query for groups.",
			retry:       "The tool tries again with its next run.",
		}, true
	}
	return nil, false
}
