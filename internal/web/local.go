package web

import "regexp"

// localPath is what somebody may go on at: a path of ours, and nothing that a browser takes for another host.
var localPath = regexp.MustCompile(`^/(?:[A-Za-z0-9_~-][A-Za-z0-9_~/.-]*)?(?:\?[A-Za-z0-9_~=&%.:@+-]*)?$`)

// maxLocal bounds the path, in bytes.
const maxLocal = 512

// Local returns the path where somebody goes on, or the home page for what is none of ours (SECURITY S28).
func Local(path string) string {
	if len(path) > maxLocal || !localPath.MatchString(path) {
		return "/"
	}
	return path
}
