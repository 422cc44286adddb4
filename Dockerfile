# orderd and orderctl on Debian bookworm: built in one stage, run in another that has the libraries
# alone. ./dev docker-check builds it and starts what it has made.
FROM debian:bookworm-slim AS packages
WORKDIR /src
COPY dev dependencies.apt ./

FROM packages AS build
RUN apt-get update -q \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $(./dev packages build) \
    && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake --preset release -DBUILD_TESTING=OFF \
    && cmake --build --preset release --target orderd orderctl \
    && strip --strip-debug build/release/bin/orderd build/release/bin/orderctl

FROM packages
RUN apt-get update -q \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $(./dev packages runtime) \
    && rm -rf /var/lib/apt/lists/* /src \
    && useradd --system --home-dir /var/lib/orders --shell /usr/sbin/nologin orders \
    && install -d -o orders -g orders -m 0700 /var/lib/orders
WORKDIR /var/lib/orders
COPY --from=build /src/build/release/bin/orderd /src/build/release/bin/orderctl /usr/local/bin/
USER orders
VOLUME /var/lib/orders
# 50051: orders. 8080: the same over HTTP, and the web page. 2113: the event store, for
# `orderd store` and --store-listen. 9464: metrics, for --metrics-listen.
EXPOSE 50051 8080 2113 9464
ENV ORDERS_DATA=/var/lib/orders ORDERS_SERVER=127.0.0.1:50051 ORDERS_HTTP_LISTEN=0.0.0.0:8080
# Degraded is not dead: a service whose store is away answers from its read models.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["orderctl", "health", "--allow-degraded"]
ENTRYPOINT ["orderd"]
# --insecure: whoever reaches a published port is believed. Publish it where that is right. A serve
# without it refuses to start at these addresses.
CMD ["serve", "--grpc-listen", "0.0.0.0:50051", "--insecure"]
