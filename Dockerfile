# One static binary in an empty image: no shell, no libraries; CA roots and time zones are inside the binary.
# Run it with a read-only root; /data is the only place it writes to.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# crt-static makes a static-pie of the glibc target; naming the target keeps the flag off build scripts.
RUN target=$(rustc -vV | sed -n 's/^host: //p') \
 && RUSTFLAGS='-C target-feature=+crt-static' \
    cargo build --locked --release --target "$target" --bin telegram-bot-scheduler \
 && mkdir -p /image/program /image/state/data \
 && cp "target/$target/release/telegram-bot-scheduler" /image/program/

FROM scratch
# The program belongs to root: who runs it can't change it, with a writable root either.
COPY --from=build --chown=0:0 /image/program/ /
COPY --from=build --chown=65532:65532 /image/state/ /
USER 65532:65532
# The default database, sqlite://data/scheduler.db, is relative to this.
WORKDIR /
ENV HTTP_ADDR=0.0.0.0:8000
EXPOSE 8000
VOLUME ["/data"]
# `docker stop` sends SIGTERM and kills after 10 s; draining takes less.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/telegram-bot-scheduler", "healthcheck"]
ENTRYPOINT ["/telegram-bot-scheduler"]
CMD ["run"]
