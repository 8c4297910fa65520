package tenant

// SecondFactor says whether people who sign in without an identity provider must show two factors. Those of a provider
// show what that asks for.
type SecondFactor string

// The choices. The zero value asks those who have set a second factor up.
const (
	SecondFactorOptional SecondFactor = ""
	SecondFactorRequired SecondFactor = "required"
)

// Valid says whether it is one of the choices.
func (f SecondFactor) Valid() bool { return f == SecondFactorOptional || f == SecondFactorRequired }

// String names the choice as people type it.
func (f SecondFactor) String() string {
	if f == SecondFactorOptional {
		return "optional"
	}
	return string(f)
}
