# syntax=docker/dockerfile:1

FROM golang:1.26 AS build
WORKDIR /src
# Modules first: they change less often than the code and stay in the layer's cache.
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=unknown
# Everything is Go, SQLite too, so the program needs no C library at run time.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /out/rollcall ./cmd/rollcall
# A named volume takes the owner of the folder it is first mounted on.
RUN mkdir -p /out/data

# Nothing but CA certificates, time zones, /tmp and a user: no shell, no package manager.
FROM gcr.io/distroless/static-debian12:nonroot
ARG VERSION=unknown
LABEL org.opencontainers.image.title="Rollcall" \
      org.opencontainers.image.description="SCIM 2.0 provisioning, SAML and OpenID Connect sign-in gateway" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /out/rollcall /usr/local/bin/rollcall
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
# The embedded database lives here: docker run -v rollcall-data:/data
WORKDIR /data
# Inside a container the network is the boundary. The admin listener stays on the loopback address,
# where the health check is; give it another to let Prometheus in.
ENV ROLLCALL_LISTEN=0.0.0.0:8080 \
    ROLLCALL_ADMIN_LISTEN=127.0.0.1:9090 \
    ROLLCALL_DATABASE_URL=sqlite:///data/rollcall.db
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["/usr/local/bin/rollcall", "health"]
# Requests in flight get up to 30 seconds to finish: stop with at least as much patience.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/rollcall"]
CMD ["serve"]
