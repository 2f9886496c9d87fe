# busbar in a container: docker build -t busbar .
# Configuration in /config/busbar.yaml (read-only is enough), state in /data, nothing else is written: --read-only works.
# Pinned, so that two builds differ by Debian's updates of the packages only; another one: --build-arg BASE=…
ARG BASE=debian:bookworm-20251229-slim

FROM ${BASE} AS build
WORKDIR /source
COPY packaging/packages.sh packaging/packages.sh
RUN packaging/packages.sh install build
COPY . .
RUN cmake --preset package -B /build -DCMAKE_CXX_COMPILER_LAUNCHER= -DBUSBAR_MANUAL=OFF \
 && cmake --build /build --target busbar \
 && DESTDIR=/install cmake --install /build --component daemon --strip

FROM ${BASE}
COPY packaging/packages.sh /tmp/packages.sh
RUN /tmp/packages.sh install run && rm -rf /tmp/packages.sh /var/lib/apt/lists/* /var/cache/apt/* \
 && install -d -o 10001 -g 10001 /data
COPY --from=build /install/usr/bin/busbar /usr/bin/busbar
COPY --from=build /install/usr/share/busbar /usr/share/busbar
COPY LICENSE /usr/share/doc/busbar/LICENSE

ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="busbar" \
      org.opencontainers.image.description="Telemetry daemon for batteries, inverters and meters on field buses" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT"

ENV STATE_DIRECTORY=/data
VOLUME /data
USER 10001:10001
# busbar ends within two seconds of SIGTERM and starts no other process, so it may be process 1.
STOPSIGNAL SIGTERM
# Asks the HTTP sink; a configuration without one needs --no-healthcheck.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["/usr/bin/busbar", "healthcheck"]
ENTRYPOINT ["/usr/bin/busbar"]
CMD ["--config", "/config/busbar.yaml"]
