package simulate

import "math/rand/v2"

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
		{"Fatima", "fatima"},
		{"Åsa", "asa"},
		{"François", "francois"},
		{"Νίκος", "nikos"},
		{"Ayşe", "ayse"},
		{"Tomáš", "tomas"},
		{"伟", "wei"},
		{"Chloë", "chloe"},
		{"Rajesh", "rajesh"},
		{"Méabh", "meabh"},
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

// book is the order in which a company hires names.
type book struct{ given, family []call }

// names makes the book of a company. Each vendor has given names of its own, so that directories of several vendors
// that push the same domain into one service hold different people.
func names(c Config) book {
	share := map[Vendor]int{Entra: 0, Okta: 1, Google: 2}[c.Vendor]
	var given []call
	for i := share; i < len(givenNames); i += 3 {
		given = append(given, givenNames[i])
	}
	rng := c.chance(1 << 41)
	return book{shuffled(rng, given), shuffled(rng, familyNames)}
}

// of is the name of the i-th person, and how many had it before: nobody has, until every name is taken.
func (b book) of(i int) (given, family call, before int) {
	first, round := i%len(b.given), i/len(b.given)
	return b.given[first], b.family[(first+round)%len(b.family)], round / len(b.family)
}

func shuffled(rng *rand.Rand, from []call) []call {
	to := make([]call, len(from))
	for i, j := range rng.Perm(len(from)) {
		to[i] = from[j]
	}
	return to
}
