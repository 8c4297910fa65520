package simulate

// call is a name as it is written and as it stands in a mail address.
type call struct{ written, ascii string }

// Names that break careless code: letters outside ASCII, apostrophes, blanks, hyphens.
var (
	givenNames = []call{
		{"Ingrid", "ingrid"},
		{"Søren", "soren"},
		{"Zoë", "zoe"},
		{"José", "jose"},
		{"Łukasz", "lukasz"},
		{"Amélie", "amelie"},
		{"Jürgen", "jurgen"},
		{"Đặng", "dang"},
		{"Ana María", "ana.maria"},
		{"Ole-Jørgen", "ole-jorgen"},
		{"Siobhán", "siobhan"},
		{"美咲", "misaki"},
		{"Олена", "olena"},
		{"Grace", "grace"},
		{"Mehmet", "mehmet"},
		{"Priya", "priya"},
		{"Noah", "noah"},
		{"Aïcha", "aicha"},
		{"Björk", "bjork"},
		{"Kwame", "kwame"},
	}
	familyNames = []call{
		{"Ødegård", "odegard"},
		{"O'Neil", "o'neil"},
		{"Nuñez", "nunez"},
		{"Müller-Lüdenscheidt", "muller-ludenscheidt"},
		{"D’Arcy", "darcy"},
		{"van der Berg", "vanderberg"},
		{"Smith", "smith"},
		{"Þórsdóttir", "thorsdottir"},
		{"Kovačević", "kovacevic"},
		{"佐藤", "sato"},
		{"Шевченко", "shevchenko"},
		{"Okonkwo", "okonkwo"},
		{"Kılıç", "kilic"},
		{"Iyer", "iyer"},
		{"Lefèvre", "lefevre"},
		{"Brown", "brown"},
		{"De la Cruz", "delacruz"},
	}

	titles      = []string{"Engineer", "Account manager", "Nurse", "Analyst & planner", "Driver", "Teacher \"in residence\"", "Office lead"}
	newTitles   = []string{"Senior engineer", "Head of accounts", "Ward manager", "Principal analyst", "Dispatcher", "Dean", "Office director"}
	departments = []string{"Sales", "R&D", "Økonomi", "Operations", "Human resources", "Legal", "IT / support"}
	languages   = []string{"en-US", "nb-NO", "fr-FR", "de-DE", "ja-JP"}
	places      = []address{
		{Type: "work", StreetAddress: "Storgata 1", Locality: "Tromsø", PostalCode: "9008", Country: "NO"},
		{Type: "work", StreetAddress: "12, rue de l'Église", Locality: "Orléans", PostalCode: "45000", Country: "FR"},
		{Type: "work", StreetAddress: "Königsallee 7", Locality: "Düsseldorf", PostalCode: "40212", Country: "DE"},
		{Type: "work", StreetAddress: "1 Main Street", Locality: "Springfield", PostalCode: "01103", Country: "US"},
	}
)
