package team

func (d *Door) workRoutes() []route { return nil }
