package tenant

// Config is all that a tenant's admins and the operator have set: what the
// rules need to know besides the people.
type Config struct {
	Tenant      Tenant
	Domains     []Domain
	Directories []Directory
	Connections []Connection // by id, removed ones too
	Extensions  Extensions
}

// Domain finds the domain that speaks for a name in canonical form: the one of this name, or else the
// nearest one above it that is the tenant's and includes its sub-domains (see tenant.Domain.Covers). One
// that was added under the very name and never owned says nothing against the one above.
func (c Config) Domain(name string) (Domain, bool) {
	exact, above := -1, -1
	for i := range c.Domains {
		switch d := &c.Domains[i]; {
		case d.Name == name:
			exact = i
		case d.SubDomains && d.Owned() && d.Covers(name) && (above < 0 || len(d.Name) > len(c.Domains[above].Name)):
			above = i
		}
	}
	if exact >= 0 && (above < 0 || c.Domains[exact].Owned() || c.Domains[exact].Lost()) {
		above = exact
	}
	if above < 0 {
		return Domain{}, false
	}
	return c.Domains[above], true
}

// DomainNamed finds the domain of exactly this name, whatever its state.
func (c Config) DomainNamed(name string) (Domain, bool) {
	for _, d := range c.Domains {
		if d.Name == name {
			return d, true
		}
	}
	return Domain{}, false
}

// Directory finds a directory that is not removed.
func (c Config) Directory(id DirectoryID) (Directory, bool) {
	for _, d := range c.Directories {
		if d.ID == id && d.Status != DirectoryRemoved {
			return d, true
		}
	}
	return Directory{}, false
}

// Connection finds a connection that is not removed. Whether anybody may sign in through it is for Usable to say.
func (c Config) Connection(id ConnectionID) (Connection, bool) {
	for _, con := range c.Connections {
		if con.ID == id && con.Status != ConnectionRemoved {
			return con, true
		}
	}
	return Connection{}, false
}

// WithoutSSO says whether the tenant has no connection that people sign in through, and asks for none.
func (c Config) WithoutSSO() bool {
	for _, con := range c.Connections {
		if con.Usable() {
			return false
		}
	}
	return !c.Tenant.Policy.SSO.Enforced
}
