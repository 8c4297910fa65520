package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// pages reads a whole endpoint, a hundred at a time, and sees that nobody comes twice and the total stays.
func (s *step) pages(ctx context.Context, endpoint, extra string) ([]resource, error) {
	var all []resource
	seen := map[string]bool{}
	total := -1
	for total != len(all) {
		req := request{method: http.MethodGet, path: endpoint, query: fmt.Sprintf("startIndex=%d&count=100%s", len(all)+1, extra)}
		ans, err := s.ask(ctx, req, aPage(len(all)+1, total, seen))
		if err != nil {
			return nil, err
		}
		var l list
		if err := json.Unmarshal(ans.body, &l); err != nil {
			return nil, fmt.Errorf("read page: %w", err)
		}
		all, total = append(all, l.Resources...), l.TotalResults
	}
	return all, nil
}

// aPage is one page of a listing: whole numbers that fit, nobody seen before, and somebody unless it is all.
// It adds to seen. Whether itemsPerPage is right is seen by Okta's test; nobody pages by it.
func aPage(start, total int, seen map[string]bool) expect {
	return aList("the next page, with nobody twice", func(l list) []string {
		var lines []string
		if total >= 0 && l.TotalResults != total {
			lines = append(lines, fmt.Sprintf("totalResults: was %d on the page before, is %d", total, l.TotalResults))
		}
		if l.StartIndex != start {
			lines = append(lines, fmt.Sprintf("startIndex: want %d, got %d", start, l.StartIndex))
		}
		if len(l.Resources) > 100 {
			lines = append(lines, fmt.Sprintf("Resources: at most 100 asked for, %d came", len(l.Resources)))
		}
		if len(l.Resources) == 0 && start <= l.TotalResults {
			lines = append(lines, fmt.Sprintf("Resources: want number %d of %d, got none", start, l.TotalResults))
		}
		if start+len(l.Resources)-1 > l.TotalResults {
			lines = append(lines, fmt.Sprintf("totalResults: says %d, number %d came", l.TotalResults, start+len(l.Resources)-1))
		}
		for _, r := range l.Resources {
			if id := r.text("id"); id == "" || seen[id] {
				lines = append(lines, fmt.Sprintf("id: %q comes twice, or is empty", id))
			}
			seen[r.text("id")] = true
		}
		return lines
	})
}
