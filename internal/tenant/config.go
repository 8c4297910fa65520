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

// Domain finds a domain by its name in lower case. A sub-domain is not covered
// by the domain above it.
func (c Config) Domain(name string) (Domain, bool) {
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
