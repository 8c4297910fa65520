// Package view gives tenants, members and what else an admin reads the one form in JSON that the command
// line and the API answer with. The names of the types are those of the OpenAPI document, and their tags
// its descriptions.
package view
