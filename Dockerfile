# The server in a small image: docker build -t polystore .
# As it is released, optimised as one, which takes a quarter of an hour more: docker build --build-arg PROFILE=dist -t polystore .

FROM node:20-bookworm-slim AS node

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
# the console is built with npm by build.rs
COPY --from=node /usr/local/bin/node /usr/local/bin/
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src
ARG PROFILE=release

# The dependencies in a layer of their own, which only a change of the lock file builds again. The manifests name targets
# that are not here: empty ones stand in.
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY benches benches
COPY fuzz fuzz
COPY lab/Cargo.toml lab/
COPY tests/testbed tests/testbed
RUN mkdir -p src lab/src && echo 'fn main() {}' >src/main.rs && touch src/lib.rs lab/src/lib.rs \
    && sed -n 's/^path = "\(.*\)"/\1/p' Cargo.toml | xargs -rn1 sh -c 'mkdir -p "$(dirname "$0")" && echo "fn main() {}" >"$0"' \
    && cargo build --profile "$PROFILE" --locked --bin polystore

COPY . .
# files keep the times of the checkout: cargo must see that these are newer than the stand-ins
RUN sed -n 's/^path = "\(.*\)"/\1/p' Cargo.toml | xargs -rn1 sh -c 'mkdir -p "$(dirname "$0")" && [ -e "$0" ] || echo "fn main() {}" >"$0"' \
    && touch src/lib.rs src/main.rs lab/src/lib.rs \
    && cargo build --profile "$PROFILE" --locked --bin polystore \
    && cp "target/$PROFILE/polystore" /usr/local/bin/

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --create-home polystore
COPY --from=build /usr/local/bin/polystore /usr/local/bin/polystore
USER polystore
# without stores of its own the server keeps its data here
VOLUME /data
ENV POLYSTORE_DATA=/data POLYSTORE_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /livez HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && grep -q '200 OK' <&3"]
ENTRYPOINT ["polystore"]
CMD ["serve"]
