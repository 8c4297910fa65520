package team

import "testing"

// TestFilesWithNothingInThem reads files that spreadsheets write when nothing was entered.
func TestFilesWithNothingInThem(t *testing.T) {
	for _, text := range []string{"", "\ufeff", "\ufeff\r\n", " \n\n"} {
		if lines, err := readRows(text, "user"); err != nil || len(lines) != 0 {
			t.Errorf("%q: %v, %v", text, lines, err)
		}
	}
	lines, err := readRows("\ufeffE-Mail;First name;Role\nAnn@acme.example;Ann;\n\n", "user")
	if err != nil || len(lines) != 1 || lines[0] != (line{email: "Ann@acme.example", first: "Ann", role: "user"}) {
		t.Errorf("%+v, %v", lines, err)
	}
}
