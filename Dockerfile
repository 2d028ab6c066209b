# Kuffert in a container: `bot` runs it, `evaluation` also writes reports and exports.
#
#     docker build --target bot -t kuffert .
#     docker build --target evaluation -t kuffert:evaluation .
#
# For a build that can be repeated, name the base by its digest as well:
#     docker buildx imagetools inspect python:3.13-slim-trixie     tells it
#     docker build --build-arg PYTHON=python:3.13-slim-trixie@sha256:… …
ARG PYTHON=python:3.13-slim-trixie

FROM ${PYTHON} AS system
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

# What is installed and compiled stays here, with pip and its leavings; only the results are copied.
FROM system AS bot-build
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv --without-pip /opt/kuffert \
    && python -m pip --python /opt/kuffert/bin/python install --no-cache-dir --no-compile \
        --require-hashes --no-deps --only-binary :all: -r requirements.txt
# Debuggers' symbols are a sixth of what is installed.
RUN apt-get update -q && apt-get install -y -q --no-install-recommends binutils \
    && find /opt/kuffert/lib -name '*.so*' -exec strip --strip-debug {} +
COPY LICENSE ./
COPY bot ./bot
COPY content ./content
COPY locales ./locales
# The root is read-only later, so what Python would write beside each module is written now.
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/kuffert/lib bot

FROM bot-build AS evaluation-build
RUN python -m pip --python /opt/kuffert/bin/python install --no-cache-dir --no-compile \
        --require-hashes --no-deps --only-binary :all: -r bot/report/requirements.txt \
    && find /opt/kuffert/lib -path '*/site-packages/*' -type d -name tests -prune -exec rm -r {} + \
    && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/kuffert/lib

FROM system AS room
LABEL org.opencontainers.image.title="Kuffert" \
      org.opencontainers.image.description="A suitcase of books and games for families, as a chat" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="EUPL-1.2"
RUN groupadd --gid 10001 kuffert \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin kuffert \
    && mkdir /data && chown kuffert:kuffert /data && chmod 700 /data \
    && printf '#!/bin/sh\nexec /opt/kuffert/bin/python -m bot.cli "$@"\n' > /usr/local/bin/kuffert \
    && chmod 755 /usr/local/bin/kuffert
ENV PATH=/opt/kuffert/bin:$PATH \
    PYTHONPATH=/app \
    KUFFERT_CONTENT=/app/content \
    KUFFERT_LOCALES=/app/locales \
    KUFFERT_DATABASE_URL=sqlite:////data/kuffert.db \
    KUFFERT_HOST=0.0.0.0 \
    KUFFERT_PORT=8081
WORKDIR /data
VOLUME /data
EXPOSE 8081
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os; from urllib.request import urlopen; urlopen(f\"http://127.0.0.1:{os.environ['KUFFERT_PORT']}/readyz\", timeout=4)"]
ENTRYPOINT ["kuffert"]
CMD ["run"]

FROM room AS evaluation
COPY --from=evaluation-build /opt/kuffert /opt/kuffert
COPY --from=evaluation-build /app /app

FROM room AS bot
COPY --from=bot-build /opt/kuffert /opt/kuffert
COPY --from=bot-build /app /app
