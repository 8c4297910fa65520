package metrics_test

import (
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/internal/metrics"
)

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("scrape = %d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestMetricsShowWhatHappened(t *testing.T) {
	t.Parallel()
	m := metrics.New("v1.2.3")
	m.Gauge("store_connections_open", "Connections to the database.", func() float64 { return 4 })
	m.Counter("credential_flushes_total", "Writes of last-used times.", func() float64 { return 7 })
	request := metrics.Request{Door: "scim", Route: "/Users", Method: "POST", Directory: "dir_1", Status: 201, Duration: 3 * time.Millisecond}
	for range 3 {
		m.Started()
	}
	m.Ended(request)
	request.Status, request.Directory = 503, ""
	m.Ended(request)
	m.Event("member.created")
	got := scrape(t, m)
	for _, line := range []string{
		`rollcall_events_written_total{kind="member.created"} 1`,
		`rollcall_http_requests_total{directory="dir_1",door="scim",method="POST",route="/Users",status="2xx"} 1`,
		`rollcall_http_requests_total{directory="",door="scim",method="POST",route="/Users",status="5xx"} 1`,
		`rollcall_http_request_duration_seconds_bucket{door="scim",method="POST",route="/Users",le="0.0025"} 0`,
		`rollcall_http_request_duration_seconds_bucket{door="scim",method="POST",route="/Users",le="0.005"} 2`,
		`rollcall_directory_request_duration_seconds_count{directory="dir_1",door="scim"} 1`,
		`rollcall_http_requests_in_flight 1`,
		`rollcall_build_info{version="v1.2.3"} 1`,
		`rollcall_store_connections_open 4`,
		`rollcall_credential_flushes_total 7`,
	} {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
	for _, name := range []string{"go_goroutines ", "process_open_fds "} {
		if !strings.Contains(got, "\n"+name) {
			t.Errorf("no figure %s", name)
		}
	}
}

func TestDirectoriesAreBounded(t *testing.T) {
	t.Parallel()
	m := metrics.New("")
	for i := range 1000 {
		m.Started()
		m.Ended(metrics.Request{Door: "scim", Route: "/Users", Method: "GET", Directory: "dir_" + strconv.Itoa(i), Status: 200})
	}
	m.Started()
	m.Ended(metrics.Request{Door: "scim", Route: "/Users", Method: "GET", Directory: "dir_0", Status: 200})
	got := scrape(t, m)
	if n := strings.Count(got, "rollcall_http_requests_total{"); n != 201 {
		t.Errorf("%d series for 1000 directories, want 201", n)
	}
	for _, line := range []string{
		`directory="dir_0",door="scim",method="GET",route="/Users",status="2xx"} 2`,
		`directory="other",door="scim",method="GET",route="/Users",status="2xx"} 800`,
	} {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
}
