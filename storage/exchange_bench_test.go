package storage_test

import (
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// BenchmarkAppendExchanges writes batches of 500 entries, as the recorder does under load.
func BenchmarkAppendExchanges(b *testing.B) {
	const batch = 500
	for name, url := range backends() {
		b.Run(name, func(b *testing.B) {
			db := open(b, url(b))
			id, directory := tenant.ID{UUID: tenant.NewUUID(time.Now())}, tenant.DirectoryID{UUID: tenant.NewUUID(time.Now())}
			for b.Loop() {
				list := make([]roster.Exchange, batch)
				for i := range list {
					list[i] = roster.Exchange{
						ID: roster.ExchangeID{UUID: tenant.NewUUID(time.Now())}, Directory: directory, Status: 200,
						ExchangeDetails: roster.ExchangeDetails{
							RequestID: "req_01m80vzr67fgtb3jnk0171h9c0", Method: "GET", Route: "/Users", Query: `filter=userName eq "‹email 25›"&startIndex=1&count=100`,
							Took: time.Millisecond, Sent: 700, UserAgent: "Okta SCIM Client 1.0.0", Vendor: tenant.Okta,
						},
					}
				}
				if err := db.AppendExchanges(b.Context(), []roster.ExchangeBatch{{Tenant: id, Entries: list}}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*batch), "µs/entry")
		})
	}
}
